// The clients of one scenario, in one group, and what they must agree on.

import { join } from "node:path"

import { OurClient } from "./our_client.mjs"
import { TheirClient } from "./their_client.mjs"

const KINDS = { ours: OurClient, theirs: TheirClient }

// Something came that was not expected.
export class Unexpected extends Error {
  constructor(step, expected, came) {
    super(`${step}\n    expected: ${expected}\n    came:     ${came}`)
  }
}
export function expectEqual(step, came, expected) {
  if (came !== expected) throw new Unexpected(step, expected, came)
}

// One bit of the byte at `position` (a part of the length) turned over.
export function damaged(wire, position) {
  const bytes = Buffer.from(wire, "hex")
  bytes[Math.min(bytes.length - 1, Math.floor(bytes.length * position))] ^= 1
  return bytes.toString("hex")
}

export class World {
  constructor(suite, program, folder) {
    this.suite = suite
    this.program = program
    this.folder = folder
    this.clients = []
  }

  // `side`: "ours" or "theirs".
  async client(side) {
    const name = `${side} ${this.clients.length}`
    const client = await KINDS[side].make(name, this.suite, this.program)
    this.clients.push(client)
    return client
  }
  async end() {
    const ends = await Promise.allSettled(this.clients.map((client) => client.end()))
    for (const { reason } of ends) if (reason !== undefined) throw reason
  }

  // A group of clients of these sides, at leaves 0, 1, …: the first adds the others one by one.
  async group(...sides) {
    const members = []
    for (const side of sides) members.push(await this.client(side))
    await members[0].create("67726f7570")
    for (let i = 1; i < members.length; ++i) await this.add(members[0], members[i], members.slice(1, i))
    return members
  }
  async add(adder, joiner, others, framing) {
    const { commit, welcome } = await adder.add(await joiner.keyPackage(), framing)
    await this.deliver(commit, others)
    await joiner.join(welcome)
    await this.agree([adder, joiner, ...others])
  }

  async propose(proposal, receivers) {
    for (const receiver of receivers) {
      expectEqual(`${receiver.name} handles a proposal`, await receiver.handle(proposal), "proposal")
    }
  }
  async deliver(commit, receivers) {
    for (const receiver of receivers) {
      expectEqual(`${receiver.name} handles a Commit`, await receiver.handle(commit), "commit")
    }
  }
  // A Commit of `committer`, and everybody in its epoch.
  async commit(committer, members, framing) {
    const before = await committer.authenticator()
    const { commit } = await committer.commit(framing)
    if ((await committer.authenticator()) === before) {
      throw new Unexpected(`${committer.name} commits`, "another epoch", before)
    }
    await this.deliver(commit, members.filter((member) => member !== committer))
    await this.agree(members)
  }

  // Epoch, epoch_authenticator and exported secrets are the same for all.
  async agree(members) {
    const [first, ...others] = members
    const authenticator = await first.authenticator()
    const exported = await first.export("interop", "00ff", 42)
    for (const other of others) {
      const with_whom = `of ${other.name} beside ${first.name}`
      expectEqual(`epoch and epoch_authenticator ${with_whom}`, await other.authenticator(), authenticator)
      expectEqual(`exported secret ${with_whom}`, await other.export("interop", "00ff", 42), exported)
    }
  }
  // Everybody speaks and is heard by all others.
  async talk(members) {
    for (const speaker of members) {
      const said = Buffer.from(`hei fra ${speaker.name}`).toString("hex")
      const message = await speaker.protect(said)
      for (const listener of members) {
        if (listener === speaker) continue
        expectEqual(`${listener.name} hears ${speaker.name}`, await listener.unprotect(message), said)
      }
    }
  }
  // `act` fails, and `client` is where it was.
  async refuses(step, client, act) {
    const state = () => client.authenticator().catch(() => "in no group")
    const before = await state()
    let answer
    try {
      answer = await act()
    } catch (error) {
      if (error instanceof Unexpected) throw error
    }
    if (answer !== undefined) throw new Unexpected(`${client.name}: ${step}`, "a refusal", answer)
    expectEqual(`${client.name} after it refused: ${step}`, await state(), before)
  }

  async restart(client) {
    await client.restart(join(this.folder, client.name.replace(" ", "-")))
  }
}
