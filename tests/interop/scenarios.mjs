// What clients of two implementations do with each other, in every suite.

import { walk } from "./walk.mjs"
import { damaged, expectEqual } from "./world.mjs"

// These run both ways: `a` and `b` are "ours" and "theirs", then the other way round.
export const scenarios = {
  "a adds b, and both are heard": async (world, a, b) => {
    const members = await world.group(a, b)
    await world.talk(members)
    await world.talk(members)
  },

  "Commits with a path": async (world, a, b) => {
    const members = await world.group(a, b, a)
    for (const committer of [...members, members[1]]) await world.commit(committer, members)
    await world.talk(members)
  },

  "handshake as PrivateMessage": async (world, a, b) => {
    const members = await world.group(a, b)
    for (const committer of members) await world.commit(committer, members, "private")
    const third = await world.client(b)
    await world.add(members[0], third, [members[1]], "private")
    await world.talk([...members, third])
  },

  // In two Commits: ts-mls 1.6.4 takes itself for a member still when the Commit that removes it gives its leaf away.
  "a commits what b proposes": async (world, a, b) => {
    for (const framing of ["public", "private"]) {
      const [first, second, third] = await world.group(a, b, b)
      const joiner = await world.client(b)
      for (const member of [first, second, third, joiner]) await member.tellPsk("70736b", "c0ffee")
      const additions = [
        await second.proposeAdd(await joiner.keyPackage(), framing),
        await second.proposePsk("70736b", framing),
      ]
      for (const proposal of additions) await world.propose(proposal, [first, third])
      const { commit, welcome } = await first.commit(framing)
      await world.deliver(commit, [second, third])
      await joiner.join(welcome)
      await world.agree([first, second, third, joiner])

      await world.propose(await second.proposeRemove(2, framing), [first, third, joiner])
      const removal = await first.commit(framing)
      await world.deliver(removal.commit, [second, joiner])
      expectEqual(`${third.name} handles its removal`, await third.handle(removal.commit), "removed")
      await world.agree([first, second, joiner])
      await world.talk([first, second, joiner])
    }
  },

  "a removes b": async (world, a, b) => {
    const [first, second, third] = await world.group(a, b, b)
    const { commit } = await first.remove(1)
    await world.deliver(commit, [third])
    expectEqual(`${second.name} handles its removal`, await second.handle(commit), "removed")
    await world.agree([first, third])
    await world.talk([first, third])
    const later = await first.protect("6865692069676a656e")
    let opened
    try {
      opened = await second.unprotect(later)
    } catch {
      opened = "nothing"
    }
    expectEqual(`${second.name} reads what came after its removal`, opened, "nothing")
    // Its leaf is free again.
    const fourth = await world.client(b)
    await world.add(third, fourth, [first])
    await world.talk([first, third, fourth])
  },

  "b joins by an external Commit": async (world, a, b) => {
    const members = await world.group(a, a)
    const joiner = await world.client(b)
    await world.deliver(await joiner.joinExternal(await members[0].groupInfo()), members)
    members.push(joiner)
    await world.agree(members)
    await world.talk(members)
    await world.commit(joiner, members)
    await world.commit(members[0], members)
  },

  "b comes back by an external Commit": async (world, a, b) => {
    const members = await world.group(a, b, a)
    await world.deliver(await members[1].joinExternal(await members[2].groupInfo()), [members[0], members[2]])
    await world.agree(members)
    await world.talk(members)
    await world.commit(members[0], members)
  },

  "a Commit injects a PSK": async (world, a, b) => {
    const members = await world.group(a, b)
    for (const member of members) await member.tellPsk("70736b", "c0ffee")
    await world.commit(members[0], members)
    await world.talk(members)
  },

  "a different PSK keeps b out": async (world, a, b) => {
    const [first, second] = await world.group(a, b)
    await first.tellPsk("70736b", "c0ffee")
    await second.tellPsk("70736b", "c0ffef")
    const { commit } = await first.commit()
    await world.refuses("a Commit with a PSK it holds another secret for", second, () => second.handle(commit))
  },

  "a stops and goes on": async (world, a, b) => {
    const members = await world.group(a, b, b)
    const late = await members[1].protect("6b6f6d6d657220736569")
    await world.talk(members)
    await world.restart(members[0])
    expectEqual("a message from before is heard", await members[0].unprotect(late), "6b6f6d6d657220736569")
    await world.agree(members)
    await world.talk(members)
    await world.commit(members[0], members)
    await world.restart(members[0])
    await world.commit(members[1], members)
  },

  "what is damaged changes nothing": async (world, a, b) => {
    const [first, second] = await world.group(a, b)
    const message = await first.protect("68656c")
    for (const position of [0.02, 0.3, 0.6, 0.999]) {
      await world.refuses(`a message damaged at ${position}`, second, () => second.unprotect(damaged(message, position)))
    }
    expectEqual("the message itself is heard", await second.unprotect(message), "68656c")
    await world.refuses("the same message again", second, () => second.unprotect(message))
    for (const framing of ["public", "private"]) {
      const { commit } = await first.commit(framing)
      for (const position of [0.02, 0.3, 0.6, 0.999]) {
        const step = `a ${framing} Commit damaged at ${position}`
        await world.refuses(step, second, () => second.handle(damaged(commit, position)))
      }
      await world.deliver(commit, [second])
      await world.agree([first, second])
      await world.refuses(`the same ${framing} Commit again`, second, () => second.handle(commit))
    }
  },

  "members come and go at random": async (world, a, b) => {
    const seed = Number(process.env.INTEROP_SEED ?? 1 + Math.floor(Math.random() * 0x7fffffff))
    await walk(world, a, b, seed)
  },
}

// What one of the two has no way to start, or the other no way to follow.
export const oneWay = {
  "theirs commits the new leaf that ours proposes": async (world, ours, theirs) => {
    for (const framing of ["public", "private"]) {
      const members = await world.group(theirs, ours, theirs)
      const proposal = await members[1].proposeUpdate(framing)
      await world.propose(proposal, [members[0], members[2]])
      await world.commit(members[2], members, framing)
      await world.commit(members[0], members)
      await world.talk(members)
    }
  },

  "the tree of theirs comes apart from the Welcome": async (world, ours, theirs) => {
    const [first] = await world.group(theirs)
    const joiner = await world.client(ours)
    const { welcome, tree } = await first.addWithTreeApart(await joiner.keyPackage())
    await world.refuses("a Welcome without the tree", joiner, () => joiner.join(welcome))
    await joiner.join(welcome, tree)
    await world.agree([first, joiner])
    await world.talk([first, joiner])
  },

  "a Commit of theirs injects the resumption PSK of an earlier epoch": async (world, ours, theirs) => {
    const members = await world.group(theirs, ours, theirs)
    await world.commit(members[1], members)
    const { commit } = await members[0].commitResumptionPsk(2)
    await world.deliver(commit, members.slice(1))
    await world.agree(members)
    await world.talk(members)
  },

  "a new member of theirs asks to be added": async (world, ours, theirs) => {
    const members = await world.group(ours, theirs)
    const joiner = await world.client(theirs)
    const proposal = await joiner.askToBeAdded(await members[0].groupInfo())
    for (const member of members) expectEqual("a proposal is taken in", await member.handle(proposal), "proposal")
    const { commit, welcome } = await members[0].commit()
    await world.deliver(commit, [members[1]])
    await joiner.join(welcome)
    members.push(joiner)
    await world.agree(members)
    await world.talk(members)
  },
}
