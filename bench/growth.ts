// `npm run bench:growth`: whether existing data makes operations more expensive. Runs the same calls on a small and a large
// database and counts buffers, pages of 8 KiB that the database touches, which other programs cannot influence.
import { createClient } from '@parley/sdk'
import pg from 'pg'
import { pageOf } from '../server/src/conversations/read/list.ts'
import { openDatabase } from '../server/src/database/database.ts'
import { compose } from '../server/src/database/fragments.ts'
import { openStore } from '../server/src/database/store.ts'
import { type BenchPostgres, startCountingPostgres } from './bench-postgres.ts'
import { type Explained, explain } from './explain.ts'
import { type Grown, grow } from './growth-data.ts'
import { askedPages } from './growth-lists.ts'
import { printIndexes, printPlans, printStatements } from './growth-report.ts'
import { readOptions } from './options.ts'
import { cpuSeconds, startProgram } from './programs.ts'
import { type BenchServer, machine, startBenchServer } from './server.ts'
import { printTable } from './table.ts'
import { type Touched, countTouched } from './touched.ts'

const {
  small,
  conversations: large,
  times,
  turns,
  database_url,
} = readOptions({ small: 1000, conversations: 1_000_000, times: 20, turns: 1000 })

interface Measured {
  grown: Grown
  size: string
  pages: Map<string, Explained>
  operations: Map<string, Touched>
}

// A given database must count statements (pg_stat_statements) and allow everything; data of an earlier run is reused.
await using postgres = database_url === undefined ? await startCountingPostgres() : given(database_url)
await using model = await startProgram('stub-model.ts')
await using server = await startBenchServer(
  { OPENAI_BASE_URL: `${model.url}/wait/0/v1`, OPENAI_API_KEY: 'stub', PARLEY_DEFAULT_MODEL: 'openai/stub' },
  postgres.database_url,
)
const superuser = new pg.Client({ connectionString: postgres.superuser_url, options: '-c TimeZone=UTC' })
// If the measurement is interrupted, the database ends first.
superuser.on('error', () => {})
await superuser.connect()
await using database = openDatabase({
  connection_string: postgres.database_url,
  max_connections: 1,
  statement_timeout_ms: 600_000,
  onError: () => {},
})
const organization_id = (await server.client.getOrganization()).id
const agent_id = await publishAgentWithWindow(server)

process.on('exit', (code) => code === 0 || process.stderr.write(server.output))
const measured: Measured[] = []
for (const count of [small, large]) if (count >= (await countConversations())) measured.push(await measureAt(count))
const latest = measured.at(-1)!
const long = await measureLongConversation()
report()
printStatements('sendConversationMessage', latest.operations.get('sendConversationMessage')!)
for (const turn of [long[0]!, long.at(-1)!]) printStatements(`turn ${turn.turn} of one conversation`, turn)
printPlans(latest.pages)
await printIndexes(superuser)
await superuser.end()

/** Twenty items, so that the first and the thousandth turn read the same amount. */
async function publishAgentWithWindow({ client }: BenchServer): Promise<string> {
  const made = await client.createAgent({ name: 'Bench' })
  const config = { analysis: { summary: { enabled: false } }, context_window: { max_items: 20 } }
  await client.createAgentVersion({ agent_id: made.agent_id, config })
  await client.publishAgentVersion({ agent_id: made.agent_id, version: '1' })
  return made.agent_id
}

function given(url: string): BenchPostgres {
  return { database_url: url, superuser_url: url, [Symbol.asyncDispose]: async () => {} }
}

async function countConversations(): Promise<number> {
  const { rows } = await superuser.query(`select to_regclass('bench_conversations') is not null as is_grown`)
  if (!rows[0].is_grown) return 0
  return (await superuser.query('select coalesce(max(count), 0) as count from bench_conversations')).rows[0].count
}

async function measureAt(count: number): Promise<Measured> {
  const grown = await grow(superuser, { organization_id, from: await countConversations(), count })
  process.stderr.write(`${count} conversations after ${grown.seconds.toFixed(0)} s\n`)
  const { rows } = await superuser.query('select pg_size_pretty(pg_database_size(current_database())) as size')
  await superuser.query('select pg_stat_reset()')
  return { grown, size: rows[0].size, pages: await explainPages(), operations: await measureOperations() }
}

async function explainPages(): Promise<Map<string, Explained>> {
  const { rows: agents } = await superuser.query<{ agent_id: string; version_id: string }>(
    'select agent_id, version_id from bench_agents order by place',
  )
  const narrowed = new Set(agents.slice(3, 8).map((agent) => agent.agent_id))
  const store = openStore(database, organization_id)
  const explained = new Map<string, Explained>()
  for (const { name, page, is_narrowed } of askedPages(agents)) {
    const access = {
      organization_id,
      actor: { type: 'credential', id: null, name: null },
      scopes: new Set(['conversations:read_sensitive']),
      agent_ids: is_narrowed ? narrowed : null,
      conversation: null,
      limit_key: '',
    } as const
    const { text, values } = compose(pageOf(store, access as never, page, 4_194_304))
    explained.set(name, await explain(superuser, text, values))
  }
  return explained
}

async function measureOperations(): Promise<Map<string, Touched>> {
  const { client } = server
  const ids: string[] = []
  const input = { channel: 'text' as const, user_id: 'bench', agent_id }
  const id = (time: number) => ({ conversation_id: ids[time]! })
  const { rows } = await superuser.query<{ id: string }>(
    `select id from conversations where organization_id = $1 and deleted_at is null and status = 'completed'
     order by created_at offset $2 limit $3`,
    [organization_id, Math.floor(small / 3), times],
  )
  const operations: [string, (time: number) => Promise<unknown>][] = [
    ['createConversation', async (time) => (ids[time] = (await client.createConversation(input)).conversation.id)],
    ['sendConversationMessage', (time) => client.sendConversationMessage({ ...id(time), text: 'How are you?' })],
    ['getConversation', (time) => client.getConversation({ conversation_id: rows[time % rows.length]!.id })],
    ['listConversations', () => client.listConversations()],
    [
      'listConversationTurns',
      (time) => client.listConversationTurns({ conversation_id: rows[time % rows.length]!.id }),
    ],
    ['updateConversation', (time) => client.updateConversation({ ...id(time), custom_metadata: { seen: true } })],
    ['endConversation', (time) => client.endConversation(id(time))],
    ['getStatistics', () => client.getStatistics()],
    ['deleteConversation', (time) => client.deleteConversation(id(time))],
  ]
  const measured = new Map<string, Touched>()
  for (const [name, work] of operations) measured.set(name, await countTouched(superuser, times, work))
  return measured
}

interface LongTurn extends Touched {
  turn: number
  cpu_ms: number
}

/** The turns around the tenth, the hundredth and the last one of one conversation. */
async function measureLongConversation(): Promise<LongTurn[]> {
  const client = createClient({ base_url: server.url, token: server.admin_key })
  const input = { channel: 'text' as const, user_id: 'bench', agent_id }
  const { conversation } = await client.createConversation(input)
  const send = () => client.sendConversationMessage({ conversation_id: conversation.id, text: 'And then?' })
  const measured: LongTurn[] = []
  let taken = 0
  for (const turn of [10, Math.round(turns / 10), turns].filter((place) => place >= 10)) {
    for (; taken < turn - 1; taken += 1) await send()
    // As autovacuum does once a minute, and in production many times before the thousandth turn. Until then, a table that was
    // empty when its statements were prepared is read from end to end.
    await superuser.query('analyze')
    const begun = cpuSeconds(server.pid)
    measured.push({ turn, ...(await countTouched(superuser, times, send)), cpu_ms: 0 })
    measured.at(-1)!.cpu_ms = ((cpuSeconds(server.pid) - begun) * 1000) / times
    taken += times
  }
  return measured
}

function report(): void {
  const sizes = measured
  process.stdout.write(`${machine}. Buffers of 8 KiB; operations: mean of ${times}.\n\n`)
  printTable(
    ['conversations', 'items', 'events', 'size', 'created in'],
    sizes.map(({ grown, size }) => [
      ...[grown.conversations, grown.items, grown.events].map((count) => count.toLocaleString('en')),
      size,
      `${grown.seconds.toFixed(0)} s`,
    ]),
  )
  const columns = sizes.map(({ grown }) => `buffers at ${grown.conversations.toLocaleString('en')}`)
  printTable(
    ['a page of', ...columns, 'database time', 'rows'],
    [...latest.pages].map(([name, page]) => [
      name,
      ...sizes.map(({ pages }) => String(pages.get(name)!.buffers)),
      `${page.ms.toFixed(1)} ms`,
      String(page.rows),
    ]),
  )
  printTable(
    ['operation', ...columns, 'statements', 'database time', 'WAL written'],
    [...latest.operations].map(([name, of]) => [
      name,
      ...sizes.map(({ operations }) => operations.get(name)!.buffers.toFixed(0)),
      of.statements.toFixed(1),
      `${of.database_ms.toFixed(2)} ms`,
      `${(of.wal_bytes / 1024).toFixed(1)} KiB`,
    ]),
  )
  printTable(
    [
      `turn of one conversation (mean of this and the next ${times - 1})`,
      'buffers',
      'statements',
      'database time',
      'CPU of the server',
    ],
    long.map((of) => [
      of.turn.toLocaleString('en'),
      of.buffers.toFixed(0),
      of.statements.toFixed(1),
      `${of.database_ms.toFixed(2)} ms`,
      `${of.cpu_ms.toFixed(1)} ms`,
    ]),
  )
}
