// A group whose members come, go and commit at random, from a seed that a failure names.

import { Unexpected, expectEqual } from "./world.mjs"

const STEPS = Number(process.env.INTEROP_STEPS ?? 10)
const MEMBERS_MAX = 7

// RFC 9420 §12.4.3.1 asks that a leaf which is unmerged at a node is so at the nodes between them. ts-mls 1.6.4 asks that
// all nodes above the leaf list the same leaves, and so turns down trees of groups that it is happy to be a member of.
function isDueToUnmergedLeaves(error) {
  return error.message === "non-blank intermediate node must list leaf node in its unmerged_leaves"
}

// RFC 9420 §7.4 takes the commit secret from the last node of the filtered direct path. ts-mls 1.6.4 goes on to the root
// even when the root is not in that path, which is so while nobody sits in the left half of the tree.
function isLeftHalfEmpty(leaves) {
  const highest = Math.max(...leaves)
  return highest > 0 && Math.min(...leaves) >= 2 ** Math.floor(Math.log2(highest))
}

// Numbers from a seed: a 32-bit xorshift.
function numbersFrom(seed) {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

class Walk {
  constructor(world, seed) {
    this.world = world
    this.below = numbersFrom(seed)
    this.members = [] // { client, leaf }, in the order they came in
  }

  others(than) {
    return this.members.filter((member) => member !== than).map(({ client }) => client)
  }
  any() {
    return this.members[this.below(this.members.length)]
  }
  // The leftmost blank leaf, or a new one to the right (RFC 9420 §12.1.1).
  takeLeaf() {
    const taken = this.members.map(({ leaf }) => leaf)
    for (let leaf = 0; ; ++leaf) if (!taken.includes(leaf)) return leaf
  }
  framing() {
    return this.below(2) === 0 ? "public" : "private"
  }

  async found(client) {
    await client.create("77616c6b")
    this.members.push({ client, leaf: 0 })
  }
  async add(client) {
    const adder = this.any()
    const leaf = this.takeLeaf()
    try {
      await this.world.add(adder.client, client, this.others(adder), this.framing())
      this.members.push({ client, leaf })
    } catch (error) {
      if (!isDueToUnmergedLeaves(error)) throw error
      await this.world.deliver((await adder.client.remove(leaf, this.framing())).commit, this.others(adder))
    }
  }
  async joinExternally(client) {
    const groupInfo = await this.any().client.groupInfo()
    let commit
    try {
      commit = await client.joinExternal(groupInfo)
    } catch (error) {
      if (!isDueToUnmergedLeaves(error)) throw error
      return
    }
    await this.world.deliver(commit, this.others())
    this.members.push({ client, leaf: this.takeLeaf() })
  }
  async comeBack() {
    const member = this.any()
    this.members = this.members.filter((each) => each !== member)
    await this.joinExternally(member.client)
    if (!this.members.some(({ client }) => client === member.client)) this.members.push(member)
  }
  async remove() {
    const remover = this.any()
    const gone = this.any()
    if (gone === remover) return
    const leavesAfter = this.members.filter((member) => member !== gone).map(({ leaf }) => leaf)
    if (isLeftHalfEmpty(leavesAfter)) return
    const { commit } = await remover.client.remove(gone.leaf, this.framing())
    this.members = this.members.filter((member) => member !== gone)
    await this.world.deliver(commit, this.others(remover))
    expectEqual(`${gone.client.name} handles its removal`, await gone.client.handle(commit), "removed")
  }
  async commit() {
    await this.world.commit(this.any().client, this.others(), this.framing())
  }

  // What happens next; joining is likelier while there are few.
  async step(a, b) {
    const chance = this.below(12)
    if (this.members.length < 3 || (chance < 4 && this.members.length < MEMBERS_MAX)) {
      const client = await this.world.client(this.below(2) === 0 ? a : b)
      return chance % 4 === 0 ? this.joinExternally(client) : this.add(client)
    }
    if (chance < 7) return this.remove()
    if (chance < 8) return this.comeBack()
    return this.commit()
  }
}

export async function walk(world, a, b, seed) {
  const group = new Walk(world, seed)
  await group.found(await world.client(a))
  for (let i = 0; i < STEPS; ++i) {
    try {
      await group.step(a, b)
      await world.agree(group.others())
      await world.talk(group.others().slice(0, 2))
    } catch (error) {
      throw new Unexpected(`step ${i} of the walk with seed ${seed}`, "every member follows", error.message)
    }
  }
  await world.talk(group.others())
}
