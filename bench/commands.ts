// `npm run bench:commands`: how long a call of `parley` takes, as its caller waits for it: `--help`, and commands that ask a server.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readOptions } from './options.ts'
import { machine, printRows, startBenchServer } from './server.ts'

const { times, database_url } = readOptions({ times: 20 })
const main = join(import.meta.dirname, '..', 'cli', 'src', 'main.js')

const calls = [
  ['--help'],
  ['conversations', 'list'],
  ['agents', 'export', 'agents', '--force'],
  ['chat', '--message', 'Hello'],
  ['conversations', 'export', 'FILE'],
]

await using server = await startBenchServer({}, database_url)
const folder = await mkdtemp(join(tmpdir(), 'parley-commands-'))
/** Compiled code is kept here, as in the home of a user. */
const environment = {
  XDG_CACHE_HOME: join(folder, 'cache'),
  PARLEY_DATA_DIR: join(folder, 'none'),
  PARLEY_URL: server.url,
  PARLEY_API_KEY: server.admin_key,
}

async function measure(args: string[], run: number): Promise<number> {
  const began = performance.now()
  const named = args.map((arg) => (arg === 'FILE' ? `${run}.ndjson` : arg))
  const child = spawn(process.execPath, [main, ...named], { cwd: folder, env: environment, stdio: 'ignore' })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`parley ${named.join(' ')} exited with ${code}`)
  return performance.now() - began
}

printRows([
  ['machine', machine],
  ['each command', `${times} times, after one that compiles`],
])
for (const args of calls) {
  await measure(args, 0)
  const taken: number[] = []
  for (let run = 1; run <= times; run += 1) taken.push(await measure(args, run))
  taken.sort((a, b) => a - b)
  const at = (share: number) => `${Math.round(taken[Math.floor(share * (taken.length - 1))]!)} ms`
  printRows([[args.slice(0, 2).join(' '), `minimum ${at(0)}, median ${at(0.5)}, p95 ${at(0.95)}, maximum ${at(1)}`]])
}
await rm(folder, { recursive: true, force: true })
