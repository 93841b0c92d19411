// `npm run test:million`: a million conversations in and out by the command line, each killed 25 times, equal by hash. Prints the rate and
// the memory of the command. PARLEY_TEST_ROWS and PARLEY_TEST_KILLS make it smaller.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { renderRows } from './rows.ts'

const rows = Number(process.env['PARLEY_TEST_ROWS'] ?? 1_000_000)
const kills = Number(process.env['PARLEY_TEST_KILLS'] ?? 50)
const root = join(import.meta.dirname, '..', '..', '..')
const folder = await mkdtemp(join(tmpdir(), 'parley-million-'))
const data_dir = join(folder, 'data')
const port = process.env['PARLEY_TEST_PORT'] ?? '18181'
const environment = {
  ...process.env,
  ...{ PORT: port, PARLEY_URL: `http://127.0.0.1:${port}`, PARLEY_DATA_DIR: data_dir, DATABASE_URL: '' },
  // An import of a million rows keeps a machine with two cores busy.
  ...{ PARLEY_LIMIT_LOOP_DELAY_MS: '0', PARLEY_LIMIT_CONNECTION_WAIT_MS: '0' },
  ...{ PARLEY_RATE_LIMIT_PER_MINUTE: '0', PARLEY_LOG_LEVEL: 'warn', PARLEY_API_KEY: '' },
}
const say = (text: string) => process.stdout.write(`${text}\n`)

function start(args: string[]): ChildProcess {
  const child = spawn(process.execPath, [join(root, 'cli/src/main.js'), ...args], { env: environment, cwd: folder })
  child.stderr!.resume()
  return child
}

async function startServer(): Promise<ChildProcess> {
  const server = start(['serve'])
  for await (const line of createInterface({ input: server.stdout! })) if (line.includes('ready at')) break
  server.stdout!.resume()
  return server
}

/** The largest memory of a process, in MiB; 0 once it is gone. */
async function memoryOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) / 1024
}

interface Told {
  seconds: number
  memory: number
  killed: number
  output: string
}

/** Calls a command again and again; it is killed at random until it was killed so often, then it may end. */
async function runKilled(args: string[], count: number, expected_ms: number): Promise<Told> {
  const began = performance.now()
  const told: Told = { seconds: 0, memory: 0, killed: 0, output: '' }
  for (;;) {
    const child = start(args)
    let output = ''
    child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const closed = once(child, 'close')
    const watch = setInterval(async () => (told.memory = Math.max(told.memory, await memoryOf(child))), 250)
    // Also within the first moments, while it finds out where it was.
    const after_ms = Math.random() * (told.killed % 5 === 4 ? 400 : (2 * expected_ms) / Math.max(1, count))
    const timer = told.killed < count ? setTimeout(() => child.kill('SIGKILL'), after_ms) : undefined
    const [code, signal] = (await closed) as [number | null, string | null]
    clearInterval(watch)
    clearTimeout(timer)
    if (signal === 'SIGKILL') {
      told.killed += 1
      continue
    }
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${output}`)
    return { ...told, output, seconds: (performance.now() - began) / 1000 }
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

const describe = (name: string, { seconds, memory, killed }: Told) =>
  `${name}: ${rows} rows in ${seconds.toFixed(0)} s (${Math.round(rows / seconds)} a second), killed ${killed} times, ${memory.toFixed(0)} MiB`

const server = await startServer()
try {
  const [given, exported] = [join(folder, 'given.ndjson'), join(folder, 'exported.ndjson')]
  await pipeline(renderRows(rows), createWriteStream(given))
  say(`${rows} rows, ${((await stat(given)).size / 1024 / 1024).toFixed(0)} MiB`)
  const brought = await runKilled(['conversations', 'import', given, '--json'], Math.floor(kills / 2), rows / 3)
  say(describe('import', brought))
  const taken = await runKilled(['conversations', 'export', exported, '--json'], Math.ceil(kills / 2), rows / 20)
  say(describe('export', taken))
  const hashes = await Promise.all([hashOf(given), hashOf(exported)])
  const isEqual = hashes[0] === hashes[1]
  say(isEqual ? `equal: ${hashes[0]}` : `NOT EQUAL: ${hashes.join(', ')} in ${folder}`)
  const { created, unchanged, failed } = JSON.parse(brought.output) as Record<string, number>
  say(`created ${created}, unchanged ${unchanged}, failed ${failed}`)
  if (!isEqual || failed !== 0) process.exitCode = 1
} finally {
  server.kill('SIGTERM')
  await once(server, 'close')
  if (process.exitCode !== 1) await rm(folder, { recursive: true, force: true })
}
