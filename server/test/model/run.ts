// `npm run test:model`: runs many random sequences in several processes, and reports how often each command ran.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    sequences: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    processes: { type: 'string', default: '1' },
    path: { type: 'string' },
    replay: { type: 'string' },
  },
})

interface Report {
  sequences: number
  commands: Record<string, number>
}

const root = join(import.meta.dirname, '..', '..', '..')
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const file = 'server/test/model/model.long.test.ts'

async function runPart(sequences: number, seed: number): Promise<{ report: Report | null; code: number }> {
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'long', file, '-t', 'sequences of commands'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PARLEY_MODEL_SEQUENCES: String(sequences),
      PARLEY_MODEL_SEED: String(seed),
      PARLEY_MODEL_PATH: values.path ?? '',
      PARLEY_MODEL_REPLAY: values.replay ?? '',
    },
  })
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const line = /^REPORT (.*)$/m.exec(output)?.[1]
  if (code !== 0) console.log(`${output}\n${errors}`)
  return { report: line === undefined ? null : (JSON.parse(line) as Report), code: code as number }
}

const processes = values.path === undefined ? Number(values.processes) : 1
const each = Math.ceil(Number(values.sequences) / processes)
const startedAt = performance.now()
const parts = await Promise.all(
  Array.from({ length: processes }, (_, index) => runPart(each, Number(values.seed) + index)),
)
const commands: Record<string, number> = {}
let sequences = 0
for (const { report } of parts) {
  sequences += report?.sequences ?? 0
  for (const [name, count] of Object.entries(report?.commands ?? {})) commands[name] = (commands[name] ?? 0) + count
}
const total = Object.values(commands).reduce((sum, count) => sum + count, 0)
const failed = parts.filter(({ code }) => code !== 0).length
const seconds = Math.round((performance.now() - startedAt) / 1000)
console.log(JSON.stringify({ seed: values.seed, processes, failed, sequences, seconds, total, commands }, null, 2))
process.exitCode = failed > 0 ? 1 : 0
