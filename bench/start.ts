// `npm run bench:start`: from the start of the process to the first reply of an agent, on a new folder and on existing data, and the memory
// of the idle server afterwards. The model is the demo model, so its answer costs nothing.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Client, createClient } from '@parley/sdk'
import { readOptions } from './options.ts'
import { childrenOf, cpuSeconds, proportionalMiB, residentMiB } from './programs.ts'
import { machine, printRows } from './server.ts'

const { times, idle_seconds } = readOptions({ times: 5, idle_seconds: 10 })

const admin_key = 'ak_bench.0123456789abcdef0123456789abcdef'
const main = join(import.meta.dirname, '..', 'server', 'src', 'main.js')

interface Measured {
  ready_ms: number
  reply_ms: number
  /** Processor time of the node process until its first reply. */
  cpu_ms: number
  resident_mib: number
  database_mib: number
}

/** Nothing of the environment of this measurement: no compiled code but that in the data folder. */
function startServer(data_dir: string): { child: ChildProcess; ready: Promise<string> } {
  const child = spawn(process.execPath, [main], {
    env: { PORT: '0', PARLEY_DATA_DIR: data_dir, PARLEY_BOOTSTRAP_KEY: admin_key },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    const url = /Parley is ready at (\S+)/.exec(output)?.[1]
    if (url) resolve(url)
  })
  child.once('exit', (code) => reject(new Error(`exited with ${code}: ${output}`)))
  return { child, ready: promise }
}

async function converse(client: Client): Promise<void> {
  const { data } = await client.listAgents({})
  const { conversation } = await client.createConversation({
    ...{ channel: 'text', user_id: 'bench', agent_id: data[0]!.agent_id },
  })
  await client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
}

async function measure(data_dir: string): Promise<Measured> {
  const began = performance.now()
  const { child, ready } = startServer(data_dir)
  const url = await ready
  const ready_ms = performance.now() - began
  await converse(createClient({ base_url: url, token: admin_key }))
  const reply_ms = performance.now() - began
  const cpu_ms = cpuSeconds(child.pid!) * 1000
  await delay(idle_seconds * 1000)
  const resident_mib = residentMiB(child.pid!)
  const database_mib = sum(databaseOf(child.pid!).map(proportionalMiB))
  child.kill('SIGTERM')
  await once(child, 'exit')
  return { ready_ms, reply_ms, cpu_ms, resident_mib, database_mib }
}

/** The postmaster is a child of the server, and its processes are children of it. */
function databaseOf(server_pid: number): number[] {
  return childrenOf(server_pid).flatMap((pid) => [pid, ...childrenOf(pid)])
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

function describe(runs: Measured[], field: keyof Measured, unit: string): string {
  const values = runs.map((run) => Math.round(run[field])).toSorted((a, b) => a - b)
  return `median ${values[Math.floor(values.length / 2)]} ${unit} (${values.join(', ')})`
}

const [fresh, existing]: [Measured[], Measured[]] = [[], []]
for (let time = 0; time < times; time += 1) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-start-'))
  // When run as root, PostgreSQL runs as another user, which must be able to enter the folder.
  await chmod(folder, 0o711)
  fresh.push(await measure(join(folder, 'data')))
  existing.push(await measure(join(folder, 'data')))
  await rm(folder, { recursive: true, force: true })
}
for (const [name, runs] of [
  ['new folder', fresh],
  ['existing data', existing],
] as const) {
  printRows([
    ['machine', machine],
    [name, `${times} times`],
    ['  ready', describe(runs, 'ready_ms', 'ms')],
    ['  first reply', describe(runs, 'reply_ms', 'ms')],
    ['  CPU until then', describe(runs, 'cpu_ms', 'ms')],
    [`  memory after ${idle_seconds} s`, describe(runs, 'resident_mib', 'MiB resident')],
    ['  of PostgreSQL', describe(runs, 'database_mib', 'MiB proportional')],
  ])
}
