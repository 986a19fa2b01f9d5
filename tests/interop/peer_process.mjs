// Runs mls-peer and asks it: one line out, one line back.

import { spawn } from "node:child_process"
import { createInterface } from "node:readline"

const ANSWER_MS_MAX = 10_000

// The peer answered `err REASON`.
export class Refused extends Error {
  constructor(command, reason) {
    super(`mls-peer refused ${command}: ${reason}`)
    this.reason = reason
  }
}

export class PeerProcess {
  constructor(program, identity) {
    this.process = spawn(program, [], { env: { PEER_ID: identity }, stdio: ["pipe", "pipe", "inherit"] })
    this.process.stdin.on("error", () => {}) // its end shows as a missing answer
    this.waiting = [] // one entry for each command that has no answer yet
    createInterface({ input: this.process.stdout }).on("line", (line) => this.waiting.shift()?.resolve(line))
    this.ended = new Promise((resolve) => this.process.once("close", (code, signal) => resolve(signal ?? code)))
    this.process.once("error", (error) => this.#lose(error.message))
    this.ended.then((how) => this.#lose(`mls-peer ended (${how})`))
  }

  // The words behind `ok`. An empty word is the hex of no bytes.
  async ask(command, ...words) {
    const line = [command, ...words].join(" ")
    const answer = await this.#answer(line)
    const [verdict, ...rest] = answer.split(" ")
    if (verdict === "ok") return rest
    if (verdict === "err" && rest.length === 1) throw new Refused(command, rest[0])
    throw new Error(`mls-peer answered ${command} with neither ok nor err: ${answer.slice(0, 200)}`)
  }

  // It ends by itself, and well.
  async end() {
    this.process.stdin.end()
    const timer = setTimeout(() => this.process.kill("SIGKILL"), ANSWER_MS_MAX)
    const how = await this.ended
    clearTimeout(timer)
    if (how !== 0) throw new Error(`mls-peer ended with ${how}`)
  }

  #answer(line) {
    if (this.lost) return Promise.reject(new Error(this.lost))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.process.kill("SIGKILL")
        reject(new Error(`mls-peer gave no answer to ${line.slice(0, 60)} within ${ANSWER_MS_MAX} ms`))
      }, ANSWER_MS_MAX)
      const done = (settle) => (value) => {
        clearTimeout(timer)
        settle(value)
      }
      this.waiting.push({ resolve: done(resolve), reject: done(reject) })
      this.process.stdin.write(`${line}\n`)
    })
  }

  #lose(reason) {
    this.lost = reason
    for (const { reject } of this.waiting.splice(0)) reject(new Error(reason))
  }
}
