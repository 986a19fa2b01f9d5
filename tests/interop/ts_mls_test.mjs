// mls-peer against ts-mls: ts_mls_test.mjs MLS_PEER [SUITE…]
// A line for each scenario, then the counts; exit status 1 when one failed.

import { webcrypto } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

globalThis.crypto ??= webcrypto // Node 18 has it under this name only
const { World } = await import("./world.mjs")
const { scenarios, oneWay } = await import("./scenarios.mjs")

const ALL_SUITES = [1, 2, 3, 4, 5, 6, 7]
const WAYS = [
  ["ours", "theirs"],
  ["theirs", "ours"],
]

// What went wrong, if anything did.
async function run(scenario, suite, sides, program) {
  const folder = await mkdtemp(join(tmpdir(), "samband-interop-"))
  const world = new World(suite, program, folder)
  const failures = []
  await scenario(world, ...sides).catch((error) => failures.push(error))
  await world.end().catch((error) => failures.push(error))
  await rm(folder, { recursive: true })
  return failures[0]
}

const [program, ...chosen] = process.argv.slice(2)
const suites = chosen.length > 0 ? chosen.map(Number) : ALL_SUITES
const planned = [
  ...Object.entries(scenarios).flatMap(([name, scenario]) =>
    WAYS.map(([a, b]) => ({ name: `${name} (a: ${a}, b: ${b})`, scenario, sides: [a, b] })),
  ),
  ...Object.entries(oneWay).map(([name, scenario]) => ({ name, scenario, sides: WAYS[0] })),
]
let passed = 0
let failed = 0
for (const suite of suites) {
  for (const { name, scenario, sides } of planned) {
    const started = performance.now()
    const error = await run(scenario, suite, sides, program)
    const ms = Math.round(performance.now() - started)
    console.log(`${error ? "FAIL" : "ok  "} suite ${suite}: ${name}; ${ms} ms`)
    if (error) console.log(`  ${error.message ?? error}`)
    error ? ++failed : ++passed
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
