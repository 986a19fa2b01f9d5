// A client of ts-mls, behind the verbs that OurClient has too. Bytes are hex strings throughout.

import { p256, p384, p521 } from "@noble/curves/nist.js"
import {
  acceptAll,
  bytesToBase64,
  ciphersuites,
  createApplicationMessage,
  createCommit,
  createGroup,
  createProposal,
  decodeGroupState,
  decodeMlsMessage,
  defaultCapabilities,
  defaultLifetime,
  encodeGroupState,
  encodeMlsMessage,
  generateKeyPackageWithKey,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  joinGroupExternal,
  makePskIndex,
  mlsExporter,
  processPrivateMessage,
  processPublicMessage,
  proposeAddExternal,
} from "ts-mls"
import { encodeRatchetTree } from "ts-mls/ratchetTree.js"
import { createGroupInfo } from "ts-mls/createCommit.js"
import { makeKeyPackageRef } from "ts-mls/keyPackage.js"

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"))
const hex = (from) => Buffer.from(from).toString("hex")
const message = (wireformat, field, body) => hex(encodeMlsMessage({ version: "mls10", wireformat, [field]: body }))

function parse(wire, ...formats) {
  const decoded = decodeMlsMessage(bytes(wire), 0)
  if (decoded === undefined || decoded[1] * 2 !== wire.length) throw new Error("ts-mls can't decode the message")
  if (!formats.includes(decoded[0].wireformat)) throw new Error(`ts-mls decodes a ${decoded[0].wireformat}`)
  return decoded[0]
}

// --- external_pub: RFC 9420 §12.4.3.2 has HPKEPublicKey external_pub, which is opaque <V>. ts-mls 1.6.4 writes and
// expects the key without its length in front.

// Both forms of the length that a key of these suites can have (§2.1.2).
function withLength(key) {
  const header = key.length < 64 ? [key.length] : [0x40 | (key.length >> 8), key.length & 0xff]
  return Uint8Array.from([...header, ...key])
}
function withoutLength(extension) {
  return extension.subarray(extension[0] < 64 ? 1 : 2)
}
// The first public key that is imported is that of the extension, whose signature covers it as it came.
function suiteForJoining(suite, groupInfo) {
  const extension = groupInfo.extensions.find(({ extensionType }) => extensionType === "external_pub").extensionData
  const importPublicKey = (key) => suite.hpke.importPublicKey(key === extension ? withoutLength(key) : key)
  return { ...suite, hpke: { ...suite.hpke, importPublicKey } }
}

// --- signature keys: RFC 9420 §5.1.1 has those of the NIST curves uncompressed. ts-mls 1.6.4 makes compressed ones, and
// takes either.
const NIST_CURVES = { 2: p256, 5: p521, 7: p384 }

async function makeSignatureKey(suite, suiteId) {
  const key = await suite.signature.keygen()
  const curve = NIST_CURVES[suiteId]
  return curve === undefined ? key : { ...key, publicKey: curve.getPublicKey(key.signKey, false) }
}

export class TheirClient {
  static async make(name, suite) {
    const client = new TheirClient()
    const suiteName = Object.keys(ciphersuites).find((each) => ciphersuites[each] === suite)
    client.name = name
    client.suite = await getCiphersuiteImpl(getCiphersuiteFromName(suiteName))
    client.credential = { credentialType: "basic", identity: new TextEncoder().encode(name) }
    client.signatureKey = await makeSignatureKey(client.suite, suite)
    client.keyPackages = []
    client.psks = {} // by base64 of the id, as makePskIndex wants them
    client.waitingPsks = []
    return client
  }

  async keyPackage() {
    const made = await this.#makeKeyPackage()
    this.keyPackages.push(made)
    return message("mls_key_package", "keyPackage", made.publicPackage)
  }
  async create(groupId) {
    const { publicPackage, privatePackage } = await this.#makeKeyPackage()
    this.state = await createGroup(bytes(groupId), publicPackage, privatePackage, [], this.suite)
  }
  async join(wire) {
    const { welcome } = parse(wire, "mls_welcome")
    for (const { publicPackage, privatePackage } of this.keyPackages) {
      const ref = hex(await makeKeyPackageRef(publicPackage, this.suite.hash))
      if (!welcome.secrets.some(({ newMember }) => hex(newMember) === ref)) continue
      this.state = await joinGroup(welcome, publicPackage, privatePackage, makePskIndex(undefined, this.psks), this.suite)
      return
    }
    throw new Error("the Welcome is for none of this client's KeyPackages")
  }
  // The message in which it asks to be added (RFC 9420 §12.1.8).
  async askToBeAdded(wire) {
    const { groupInfo } = parse(wire, "mls_group_info")
    const made = await this.#makeKeyPackage()
    this.keyPackages.push(made)
    return hex(encodeMlsMessage(
      await proposeAddExternal(groupInfo, made.publicPackage, made.privatePackage, this.suite)))
  }
  async joinExternal(wire) {
    const { groupInfo } = parse(wire, "mls_group_info")
    const { publicPackage, privatePackage } = await this.#makeKeyPackage()
    const resync = this.state !== undefined
    const suite = suiteForJoining(this.suite, groupInfo)
    const joined = await joinGroupExternal(groupInfo, publicPackage, privatePackage, resync, suite)
    this.state = joined.newState
    return message("mls_public_message", "publicMessage", joined.publicMessage)
  }

  add(wire, framing) {
    const { keyPackage } = parse(wire, "mls_key_package")
    return this.#commit(framing, [{ proposalType: "add", add: { keyPackage } }])
  }
  remove(leaf, framing) {
    return this.#commit(framing, [{ proposalType: "remove", remove: { removed: leaf } }])
  }
  commit(framing) {
    const psks = this.waitingPsks.map((pskId) => this.#pskProposal({ psktype: "external", pskId }))
    this.waitingPsks = []
    return this.#commit(framing, psks)
  }
  proposeAdd(wire, framing) {
    const { keyPackage } = parse(wire, "mls_key_package")
    return this.#propose(framing, { proposalType: "add", add: { keyPackage } })
  }
  proposeRemove(leaf, framing) {
    return this.#propose(framing, { proposalType: "remove", remove: { removed: leaf } })
  }
  proposePsk(id, framing) {
    return this.#propose(framing, this.#pskProposal({ psktype: "external", pskId: bytes(id) }))
  }
  commitResumptionPsk(epoch) {
    const pskGroupId = this.state.groupContext.groupId
    const psk = { psktype: "resumption", usage: "application", pskGroupId, pskEpoch: BigInt(epoch) }
    return this.#commit("public", [this.#pskProposal(psk)])
  }
  // Without the tree in the Welcome: it is for the joiner to be given.
  async addWithTreeApart(wire) {
    const { keyPackage } = parse(wire, "mls_key_package")
    const { welcome } = await this.#commit("public", [{ proposalType: "add", add: { keyPackage } }], false)
    return { welcome, tree: hex(encodeRatchetTree(this.state.ratchetTree)) }
  }
  async handle(wire) {
    const received = parse(wire, "mls_public_message", "mls_private_message")
    const psks = makePskIndex(this.state, this.psks)
    let kind
    const note = (incoming) => {
      kind = incoming.kind
      return acceptAll(incoming)
    }
    const { newState } =
      received.wireformat === "mls_public_message"
        ? await processPublicMessage(this.state, received.publicMessage, psks, this.suite, note)
        : await processPrivateMessage(this.state, received.privateMessage, psks, this.suite, note)
    this.state = newState
    if (kind === "commit") this.waitingPsks = []
    return newState.groupActiveState.kind === "removedFromGroup" ? "removed" : kind
  }
  async tellPsk(id, secret) {
    this.psks[bytesToBase64(bytes(id))] = bytes(secret)
    this.waitingPsks.push(bytes(id))
  }

  async groupInfo() {
    const { groupContext, confirmationTag, keySchedule, ratchetTree } = this.state
    const { publicKey } = await this.suite.hpke.deriveKeyPair(keySchedule.externalSecret)
    const extensions = [
      { extensionType: "external_pub", extensionData: withLength(await this.suite.hpke.exportPublicKey(publicKey)) },
      { extensionType: "ratchet_tree", extensionData: encodeRatchetTree(ratchetTree) },
    ]
    const groupInfo = await createGroupInfo(groupContext, confirmationTag, this.state, extensions, this.suite)
    return message("mls_group_info", "groupInfo", groupInfo)
  }
  async protect(data) {
    const made = await createApplicationMessage(this.state, bytes(data), this.suite)
    this.state = made.newState
    return message("mls_private_message", "privateMessage", made.privateMessage)
  }
  async unprotect(wire) {
    const { privateMessage } = parse(wire, "mls_private_message")
    const psks = makePskIndex(this.state, this.psks)
    const opened = await processPrivateMessage(this.state, privateMessage, psks, this.suite)
    if (opened.kind !== "applicationMessage") throw new Error("no application message")
    this.state = opened.newState
    return hex(opened.message)
  }
  async export(label, context, length) {
    const { exporterSecret } = this.state.keySchedule
    return hex(await mlsExporter(exporterSecret, label, bytes(context), length, this.suite))
  }
  async authenticator() {
    return `${this.state.groupContext.epoch}:${hex(this.state.keySchedule.epochAuthenticator)}`
  }

  // Goes on with nothing but what the encoded state holds.
  async restart() {
    const { clientConfig } = this.state
    this.state = { ...decodeGroupState(encodeGroupState(this.state), 0)[0], clientConfig }
  }
  async end() {}

  #makeKeyPackage() {
    return generateKeyPackageWithKey(
      this.credential, defaultCapabilities(), defaultLifetime, [], this.signatureKey, this.suite)
  }
  #pskProposal(psk) {
    const pskNonce = this.suite.rng.randomBytes(this.suite.kdf.size)
    return { proposalType: "psk", psk: { preSharedKeyId: { ...psk, pskNonce } } }
  }
  async #propose(framing, proposal) {
    const made = await createProposal(this.state, framing !== "private", proposal, this.suite)
    this.state = made.newState
    return hex(encodeMlsMessage(made.message))
  }
  async #commit(framing, extraProposals, ratchetTreeExtension = true) {
    const made = await createCommit(
      { state: this.state, cipherSuite: this.suite, pskIndex: makePskIndex(this.state, this.psks) },
      { wireAsPublicMessage: framing !== "private", extraProposals, ratchetTreeExtension },
    )
    this.state = made.newState
    const welcome = made.welcome && message("mls_welcome", "welcome", made.welcome)
    return { commit: hex(encodeMlsMessage(made.commit)), welcome }
  }
}
