// A server process that ends or stops itself at a pause point. It reports what happens to its parent, one line of JSON each.
// Arguments: the point, which passing of it, and the signal.
import { writeSync } from 'node:fs'
import { startApp } from '../../src/app.ts'
import { readConfig } from '../../src/settings.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { isWithinCommit } from './plan.ts'

const [point, nth = '1', signal = 'SIGKILL'] = process.argv.slice(2)
const passed = new Map<string, number>()
let isReady = false

/** Synchronous: a report before a SIGKILL must have been sent. */
function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

async function reached(name: string): Promise<void> {
  const times = (passed.get(name) ?? 0) + 1
  passed.set(name, times)
  if (name === point && times === Number(nth)) {
    say({ struck: name })
    process.kill(process.pid, signal as NodeJS.Signals)
    // The kernel may deliver SIGSTOP a moment later; only what follows it counts.
    if (signal === 'SIGKILL') await new Promise<never>(() => {})
  }
  say({ passed: name })
}

function newId(): string {
  const id = systemPorts.newId()
  // One of them names this node, and it may die before it is ready to report which.
  if (!isReady) say({ id })
  return id
}

process.stdin.once('end', () => process.exit(1)).resume()

const config = readConfig()
const log = createLog(config.log_level, { write: (line: string) => void process.stderr.write(line) })
const one_statement = !isWithinCommit(point)
const app = await startApp(config, log, { ...systemPorts, newId, reached, one_statement })
isReady = true
say({ url: app.url, node_id: app.core.node.id })
process.once('SIGTERM', () => void stop())

async function stop(): Promise<void> {
  await app[Symbol.asyncDispose]()
  process.stdin.destroy()
}
