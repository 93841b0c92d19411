// A server process that says how much memory it holds, without garbage, whenever its parent asks: one line of JSON each.
import { setImmediate as turn } from 'node:timers/promises'
import { createInterface } from 'node:readline'
import { startApp } from '../../../src/app.ts'
import { systemPorts } from '../../../src/base/ports.ts'
import { readConfig } from '../../../src/settings.ts'
import { createLog } from '../../../src/telemetry/log.ts'

const config = readConfig()
const log = createLog(config.log_level, { write: (line: string) => void process.stderr.write(line) })
const app = await startApp(config, log, systemPorts)
process.stdout.write(`${JSON.stringify({ url: app.url })}\n`)
for await (const _line of createInterface({ input: process.stdin })) {
  await turn()
  // Gives back what V8 keeps in reserve, as it does by itself when the process is idle or memory is short.
  globalThis.gc!({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  const { heapUsed, external, rss } = process.memoryUsage()
  process.stdout.write(`${JSON.stringify({ held_bytes: heapUsed + external, rss_bytes: rss })}\n`)
}
await app[Symbol.asyncDispose]()
