// `npm run bench:slow-model`: many concurrent turns with a slow model. Nearly all of them wait, so the cost of a waiting turn and
// the time added to the model's matter. Optionally beside open conversations in which nothing happens.
import { type IncomingMessage, Agent, get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type Heap, openHeap } from './heap.ts'
import { type Load, type Target, quantile, runLoad } from './load.ts'
import { readOptions } from './options.ts'
import { cpuSeconds, cpuSecondsOfChildren, startProgram } from './programs.ts'
import { machine, publishAgent, startBenchServer } from './server.ts'
import { printTable } from './table.ts'

const options = {
  turns: 1000,
  model_ms: 900,
  /** The average pause of each caller between a reply and its next message, like that of people. */
  pause_ms: 0,
  seconds: 20,
  rounds: 3,
  idle: 2000,
  idle_seconds: 10,
}
const { turns: callers, model_ms, pause_ms, seconds, rounds, idle, idle_seconds, database_url } = readOptions(options)

await using model = await startProgram('stub-model.ts')
const environment = {
  OPENAI_BASE_URL: `${model.url}/wait/${model_ms}/v1`,
  OPENAI_API_KEY: 'stub',
  PARLEY_DEFAULT_MODEL: 'openai/stub',
  PARLEY_LIMIT_EVENT_STREAMS_OF_CREDENTIAL: String(Math.max(1, idle)),
  NODE_OPTIONS: '--inspect=127.0.0.1:0',
}
await using server = await startBenchServer(environment, database_url)
using heap = await openHeap(server.output)
const database = new pg.Client({ connectionString: server.database_url })
await database.connect()
const headers = { authorization: `Bearer ${server.admin_key}` }

/** Long enough for the work that earlier calls cause. */
const settle_ms = Math.min(2000, idle_seconds * 1000)

interface Round extends Load {
  rate: number
  cpu_ms: number
  database_cpu_ms: number
  /** Transactions of the database. A turn needs two; the rest is background work. */
  transactions: number
}

const agent_id = await publishAgent(server.client)
const ids = await createConversations(callers)
await load(ids, Math.min(seconds, 3))
const rest = await heap.read()
const idle_rows = await measureIdle()
const measured: Round[] = []
for (let round = 0; round < rounds; round += 1) measured.push(await measure())
const busy = await readHeapUnderLoad()
report()
await database.end()

async function createConversations(count: number): Promise<string[]> {
  const made: string[] = []
  const input = { channel: 'text' as const, user_id: 'bench', agent_id }
  const make = async () => {
    while (made.length < count) {
      const place = made.push('') - 1
      made[place] = (await server.client.createConversation(input)).conversation.id
    }
  }
  await Promise.all(Array.from({ length: 16 }, make))
  return made
}

function load(conversations: string[], for_seconds: number): Promise<Load> {
  const target: Target = {
    origin: server.url,
    path: (caller) => `/core/conversations/${conversations[caller]!}/messages`,
    headers,
    accepts: (body) => body.includes('"reply":"This is the answer'),
  }
  return runLoad(target, { callers: conversations.length, seconds: for_seconds, pause_ms })
}

async function measure(): Promise<Round> {
  const before = await readCosts()
  const done = await load(ids, seconds)
  const after = await readCosts()
  if (done.failures.length > 0) throw new Error(`${done.failures.length} failed: ${done.failures[0]}`)
  const each = (cost: keyof typeof before) => (after[cost] - before[cost]) / done.turns
  return {
    ...done,
    rate: done.turns / done.seconds,
    cpu_ms: each('server') * 1000,
    database_cpu_ms: each('database') * 1000,
    transactions: each('transactions'),
  }
}

async function readCosts() {
  const { rows } = await database.query<{ done: string }>(
    'select xact_commit + xact_rollback as done from pg_stat_database where datname = current_database()',
  )
  return {
    server: cpuSeconds(server.pid),
    database: cpuSecondsOfChildren(server.database_pid),
    transactions: Number(rows[0]!.done),
  }
}

/** The server's processor time without requests: alone, with open conversations, and with one reader for each. */
async function measureIdle(): Promise<string[][]> {
  const rows = [await watchIdle('only the conversations of the load')]
  const open = await createConversations(idle)
  await delay(settle_ms)
  rows.push(await watchIdle(`${idle} more open conversations`))
  const agent = new Agent({ maxSockets: Infinity })
  const readers: IncomingMessage[] = []
  for (const id of open) readers.push(await openReader(agent, id))
  await delay(settle_ms)
  rows.push(await watchIdle(`… and an event reader for each`))
  for (const reader of readers) reader.destroy()
  agent.destroy()
  return rows
}

async function watchIdle(what: string): Promise<string[]> {
  const before = await readCosts()
  const begun = performance.now()
  await delay(idle_seconds * 1000)
  const after = await readCosts()
  const took = (performance.now() - begun) / 1000
  const share = (cost: 'server' | 'database') => `${(((after[cost] - before[cost]) * 100) / took).toFixed(1)} %`
  const { heap_mib } = await heap.read()
  const rate = ((after.transactions - before.transactions) / took).toFixed(1)
  return [what, share('server'), share('database'), rate, `${heap_mib.toFixed(0)} MiB`]
}

function openReader(agent: Agent, id: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  get(`${server.url}/core/conversations/${id}/events`, { agent, headers }, (response) => {
    if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`))
    response.on('error', () => {}).resume()
    resolve(response)
  }).on('error', reject)
  return promise
}

/** Uses its own load, because collecting garbage would disturb the measured one. */
async function readHeapUnderLoad(): Promise<Heap & { running: number }> {
  const count = async () => {
    const { rows } = await database.query<{ count: string }>(`select count(*) from turns where status = 'running'`)
    return Number(rows[0]!.count)
  }
  const loading = load(ids, Math.max(seconds, (10 * model_ms) / 1000))
  await delay(3 * model_ms)
  let most: Heap & { running: number } = { ...rest, running: 0 }
  // Counts running turns before and after the sample, and keeps the sample with the most.
  for (let look = 0; look < 5; look += 1) {
    const before = await count()
    const busy_heap = await heap.read()
    const running = Math.round((before + (await count())) / 2)
    if (running > most.running) most = { ...busy_heap, running }
  }
  await loading
  return most
}

function report(): void {
  const ideal = (callers * 1000) / (model_ms + pause_ms)
  const spread = (of: (round: Round) => number, digits: number) => {
    const [low, middle, high] = [0, 0.5, 1].map((share) => quantile(measured.map(of), share).toFixed(digits))
    return `${middle} (${low} to ${high})`
  }
  const own = measured.flatMap(({ times_ms }) => times_ms.map((ms) => ms - model_ms))
  const per_turn = (of: 'heap_mib' | 'rss_mib') =>
    `${(((busy[of] - rest[of]) * 1024) / Math.max(1, busy.running)).toFixed(0)} KiB`
  process.stdout.write(`${machine}; model and callers on it. ${rounds} rounds of ${seconds} s.\n\n`)
  printTable(
    [`${callers} callers, a model of ${model_ms} ms, a pause of ${pause_ms} ms`, 'median (minimum to maximum)'],
    [
      ['turns per second', spread(({ rate }) => rate, 0)],
      ['of the ideal rate', `${spread(({ rate }) => rate / ideal, 2)} of ${ideal.toFixed(0)}`],
      ['errors', '0'],
      [
        'added to the model’s time',
        `median ${quantile(own, 0.5).toFixed(0)} ms, p99 ${quantile(own, 0.99).toFixed(0)} ms`,
      ],
      ['server CPU per turn', `${spread(({ cpu_ms }) => cpu_ms, 2)} ms`],
      ['database CPU per turn', `${spread(({ database_cpu_ms }) => database_cpu_ms, 2)} ms`],
      ['database transactions per turn', spread(({ transactions }) => transactions, 1)],
      ['memory per running turn, heap after a collection', `${per_turn('heap_mib')} (${busy.running} ran)`],
      ['… resident memory, including garbage and buffers', per_turn('rss_mib')],
    ],
  )
  printTable(['idle', 'server CPU', 'database CPU', 'transactions per second', 'heap'], idle_rows)
}
