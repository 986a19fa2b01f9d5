// A client of samband's: mls-peer, behind the verbs that TheirClient has too. Bytes are hex strings throughout.

import { PeerProcess } from "./peer_process.mjs"

const words = (framing) => (framing === "private" ? ["priv"] : [])

export class OurClient {
  constructor(name, suite, program) {
    this.name = name
    this.suite = suite
    this.program = program
    this.peer = new PeerProcess(program, name)
  }

  static async make(name, suite, program) {
    return new OurClient(name, suite, program)
  }

  async keyPackage() {
    return (await this.peer.ask("kp", this.suite))[0]
  }
  async create(groupId) {
    await this.peer.ask("create", groupId, this.suite)
  }
  async join(welcome, ...tree) {
    await this.peer.ask("join", welcome, ...tree)
  }
  async joinExternal(groupInfo) {
    return (await this.peer.ask("ext", groupInfo))[0]
  }

  add(keyPackage, framing) {
    return this.#commit(framing, "add", keyPackage)
  }
  remove(leaf, framing) {
    return this.#commit(framing, "remove", leaf)
  }
  commit(framing) {
    return this.#commit(framing, "commit")
  }
  async proposeAdd(keyPackage, framing) {
    return (await this.peer.ask("propose", "add", keyPackage, ...words(framing)))[0]
  }
  async proposeRemove(leaf, framing) {
    return (await this.peer.ask("propose", "remove", leaf, ...words(framing)))[0]
  }
  async proposePsk(id, framing) {
    return (await this.peer.ask("propose", "psk", id, ...words(framing)))[0]
  }
  async proposeUpdate(framing) {
    return (await this.peer.ask("propose", "update", ...words(framing)))[0]
  }
  // "proposal", "commit", or "removed" when the Commit ends this client's membership.
  async handle(message) {
    return (await this.peer.ask("handle", message))[0]
  }
  async tellPsk(id, secret) {
    await this.peer.ask("psk", id, secret)
  }

  async groupInfo() {
    return (await this.peer.ask("gi"))[0]
  }
  async protect(data) {
    return (await this.peer.ask("protect", data))[0]
  }
  async unprotect(message) {
    return (await this.peer.ask("unprotect", message))[0]
  }
  async export(label, context, length) {
    return (await this.peer.ask("export", label, context, length))[0]
  }
  async authenticator() {
    return (await this.peer.ask("auth"))[0]
  }

  // Goes on in another process, with nothing but what the file holds.
  async restart(file) {
    await this.peer.ask("save", file)
    await this.peer.end()
    this.peer = new PeerProcess(this.program, "somebody else")
    await this.peer.ask("load", file)
  }
  async end() {
    await this.peer.end()
  }

  async #commit(framing, ...command) {
    const [commit, welcome] = await this.peer.ask(...command, ...words(framing))
    return { commit, welcome }
  }
}
