// `npm run bench:web-widgets-growth`: whether a widget's starts and histories cost more with a million conversations than with a thousand.
// Counts buffers, pages of 8 KiB that the database touches, which other programs cannot influence, and shows the plans.
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { systemPorts } from '../server/src/base/ports.ts'
import type { Store } from '../server/src/database/store.ts'
import { findActive, findVisitorConversation, listVisitorRows } from '../server/src/web-widgets/visitor-rows.ts'
import { createVisitorTokens } from '../server/src/web-widgets/visitor-tokens.ts'
import { type BenchPostgres, startCountingPostgres } from './bench-postgres.ts'
import { explain } from './explain.ts'
import { readOptions } from './options.ts'
import { startProgram } from './programs.ts'
import { machine, printRows, publishAgent, startBenchServer } from './server.ts'
import { printTable } from './table.ts'
import { type Touched, countTouched } from './touched.ts'

const options = readOptions({ small: 1000, conversations: 1_000_000, small_active: 1000, active: 90_000, times: 20 })
const { small, conversations: large, small_active, active: large_active, times, database_url } = options
/** Of each visitor. */
const of_visitor = 10
const batch = 50_000

await using postgres: BenchPostgres =
  database_url === undefined
    ? await startCountingPostgres()
    : { database_url, superuser_url: database_url, [Symbol.asyncDispose]: async () => {} }
await using model = await startProgram('stub-model.ts')
await using server = await startBenchServer(
  { OPENAI_BASE_URL: `${model.url}/wait/0/v1`, OPENAI_API_KEY: 'stub', PARLEY_DEFAULT_MODEL: 'openai/stub' },
  postgres.database_url,
)
const superuser = new pg.Client({ connectionString: postgres.superuser_url, options: '-c TimeZone=UTC' })
superuser.on('error', () => {})
await superuser.connect()
const organization_id = (await server.client.getOrganization()).id
const agent_id = await publishAgent(server.client)
const limits = { conversations_per_address_hour: 1000, active_conversations: 100_000, conversations_per_day: 1_000_000, messages_per_conversation_minute: 6000, messages_per_address_minute: 6000, messages_per_conversation: 10_000 } // prettier-ignore
const widget = await server.client.createWebWidget({ agent_id, published: true, limits })
const tokens = createVisitorTokens(Buffer.from('0'.repeat(64), 'hex'), systemPorts.clock)

type Measured = Map<string, Touched>
type Started = { conversation: { id: string }; token: string }
let made = 0
const measured = new Map<number, Measured>()
for (const count of [small, large]) {
  await fill(count)
  measured.set(count, await measure())
}
report()
await printPlans()
await superuser.end()

// --- data ---

/** Ended conversations of guests with ten each, two items in each. */
async function fill(count: number): Promise<void> {
  await superuser.query(`set session_replication_role = replica; set synchronous_commit = off`)
  const indexes = count - made > batch ? await dropIndexes() : []
  for (let from = made; from < count; from += batch) await add(from, Math.min(from + batch, count), count)
  for (const definition of indexes) await superuser.query(definition)
  made = count
  // Of other visitors than those who start: only how many there are counts.
  const active = count === large ? large_active : small_active
  await superuser.query('delete from web_widget_active where widget_id = $1', [widget.id])
  await superuser.query('delete from web_widget_active_counts where widget_id = $1', [widget.id])
  await superuser.query(
    `insert into web_widget_active (widget_id, user_id, conversation_id, organization_id)
     select $1, 'guest_active' || n, gen_random_uuid(), $2 from generate_series(1, $3::integer) n`,
    [widget.id, organization_id, active],
  )
  await superuser.query('reset session_replication_role')
  await superuser.query('vacuum analyze')
}

async function add(from: number, to: number, count: number): Promise<void> {
  await superuser.query('begin')
  await superuser.query(
    `create temp table made on commit drop as
     select gen_random_uuid() as id, 'guest_bench' || (n / $4::integer) as user_id,
            now() - interval '1 day' - (($3::integer - n) * interval '20 seconds') as at
     from generate_series($1::integer, $2::integer - 1) n`,
    [from, to, count, of_visitor],
  )
  await superuser.query(
    `insert into conversations (id, organization_id, direction, channel, status, user_id, agent_id, agent_version_id, web_widget_id,
       custom_metadata, created_at, ended_at, duration, end_reason, ended_by, analysis_status)
     select id, $1, 'inbound', 'text', 'completed', user_id, $2, $3, $4, jsonb_build_object('visitor', jsonb_build_object('user_id', user_id)),
       at, at + interval '60 seconds', 60, 'ended_by_end_user', '{"type": "end_user", "id": null, "name": null, "reason": null}', 'none'
     from made`,
    [organization_id, widget.agent_id, widget.agent_version_id, widget.id],
  )
  await superuser.query(
    `insert into conversation_progress (conversation_id, organization_id, next_position, next_sequence, next_turn, user_turn_count,
       last_activity_at, updated_at)
     select id, $1, 2, 7, 2, 1, at, at from made`,
    [organization_id],
  )
  await superuser.query(
    `insert into transcript_items (conversation_id, position, organization_id, id, type, turn_id, role, content, interrupted, created_at)
     select id, place, $1, gen_random_uuid(), 'message', id, case place when 0 then 'user' else 'assistant' end,
       array['What is the state of my order, please?'], false, at
     from made cross join generate_series(0, 1) place`,
    [organization_id],
  )
  await superuser.query(
    `insert into web_widget_conversations (conversation_id, organization_id, widget_id, user_id, address_hash, is_preview, created_at)
     select id, $1, $2, user_id, sha256(user_id::bytea), false, at from made`,
    [organization_id, widget.id],
  )
  await superuser.query(
    `insert into web_widget_allowances (widget_id, subject, organization_id, used, until)
     select distinct $2::uuid, sha256(user_id::bytea), $1::uuid, 1, now() + interval '1 day' from made on conflict do nothing`,
    [organization_id, widget.id],
  )
  await superuser.query('commit')
}

/** To build an index at once is much faster. */
async function dropIndexes(): Promise<string[]> {
  const { rows } = await superuser.query<{ indexname: string; indexdef: string }>(
    `select indexname, indexdef from pg_indexes where tablename = 'conversations' and indexname <> 'conversations_pkey'`,
  )
  for (const { indexname } of rows) await superuser.query(`drop index ${indexname}`)
  return rows.map(({ indexdef }) => indexdef)
}

// --- calls ---

async function headersOf(user_id: string): Promise<Record<string, string>> {
  const expires_at = Math.floor(Date.now() / 1000) + 86_400
  const place = { widget_id: widget.id, origin: null, is_preview: false, key_id: null, profile: {} }
  const token = await tokens.signVisitor({ ...place, user_id, expires_at })
  return { authorization: `Bearer ${token}`, origin: server.url, 'content-type': 'application/json' }
}

async function call(user_id: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${server.url}/core/public/web-widgets/${widget.id}${path}`, {
    ...{ method, headers: await headersOf(user_id) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.status === 204 ? null : response.json()
}

async function measure(): Promise<Measured> {
  const guests = Math.floor(made / of_visitor)
  /** Somebody in the middle. */
  const guest = (time: number) => `guest_bench${(Math.floor(guests / 3) + time) % guests}`
  const started: string[] = []
  const count = (work: (time: number) => Promise<unknown>) => countTouched(superuser, times, work)
  const fresh = () => `guest_${randomUUID()}`
  const start = async (user_id: string) => {
    const { conversation } = (await call(user_id, 'POST', '/conversations', {})) as Started
    return conversation.id
  }
  await start(fresh())
  const list = async (time: number) => {
    const { data } = (await call(guest(time), 'GET', '/conversations')) as { data: { id: string }[] }
    if (data.length < of_visitor) throw new Error(`${data.length} conversations in a history`)
    started[time] = data.at(-1)!.id
  }
  await list(0)
  const plain = { channel: 'text' as const, agent_id }
  const one = await server.client.createConversation({ ...plain, user_id: randomUUID() })
  const other = (await call(fresh(), 'POST', '/conversations', {})) as Started
  const send = (id: string, headers: Record<string, string>) => async () => {
    const body = JSON.stringify({ text: 'Hello' })
    const response = await fetch(`${server.url}/core/conversations/${id}/messages`, { method: 'POST', headers, body })
    if (!response.ok) throw new Error(await response.text())
    await response.text()
  }
  const json = { 'content-type': 'application/json' }
  const by_key = { ...json, authorization: `Bearer ${server.admin_key}` }
  const by_token = { ...json, authorization: `Bearer ${other.token}`, origin: server.url }
  return new Map([
    ['a message by a key', await count(send(one.conversation.id, by_key))],
    ['a message by a visitor', await count(send(other.conversation.id, by_token))],
    ['createConversation', await count(() => server.client.createConversation({ ...plain, user_id: randomUUID() }))],
    ['a start of a new visitor', await count(() => start(fresh()))],
    ['a start of a visitor with a history', await count((time) => start(guest(time)))],
    ['a start that resumes', await count((time) => start(guest(time)))],
    ['history', await count(list)],
    ['a fresh token', await count((time) => call(guest(time), 'POST', `/conversations/${started[time]}/token`))],
    ['read', await count((time) => call(guest(time), 'PUT', `/conversations/${started[time]}/read`, { position: 1 }))],
    ['feedback', await count((time) => giveFeedback(guest(time), started[time]!))],
  ])
}

/** What ended more than seven days ago takes none. */
async function giveFeedback(user_id: string, id: string): Promise<void> {
  await superuser.query('set session_replication_role = replica')
  await superuser.query('update conversations set ended_at = now() where id = $1', [id])
  await superuser.query('reset session_replication_role')
  await call(user_id, 'POST', `/conversations/${id}/feedback`, { rating: 5 })
}

// --- report ---

function report(): void {
  printRows([
    ['machine', machine],
    [
      'data',
      `${small} and ${large} conversations, ${of_visitor} of each visitor, ${small_active} and ${large_active} active`,
    ],
  ])
  const names = [...measured.values()][0]!.keys()
  const [before, after] = [measured.get(small)!, measured.get(large)!]
  printTable(
    ['call', 'statements', `buffers at ${small}`, `at ${large}`, `database ms at ${small}`, `at ${large}`],
    [...names].map((name) => {
      const [one, other] = [before.get(name)!, after.get(name)!]
      return [
        name,
        other.statements.toFixed(1),
        ...[one, other].map(({ buffers }) => buffers.toFixed(0)),
        ...[one, other].map(({ database_ms }) => database_ms.toFixed(2)),
      ]
    }),
  )
  for (const name of ['a start of a new visitor', 'a message by a visitor', 'history']) {
    printTable(
      [name, 'calls', 'buffers', 'rows'],
      after
        .get(name)!
        .by_statement.slice(0, 16)
        .map(({ text, calls, buffers, rows }) => [text.slice(0, 100).replaceAll('|', '/'), calls.toFixed(1), buffers.toFixed(1), rows.toFixed(1)]), // prettier-ignore
    )
  }
}

/** The plans of the queries that name a visitor. */
async function printPlans(): Promise<void> {
  const asked: [string, unknown[]][] = []
  const store = {
    organization_id,
    query: async (statement: { text: string }, values: unknown[]) => {
      asked.push([statement.text, values])
      return []
    },
  } as unknown as Store
  const visitor = { widget_id: widget.id, user_id: 'guest_bench7' }
  await listVisitorRows(store, visitor, null, 21)
  await findVisitorConversation(store, visitor, randomUUID())
  await findActive(store, visitor)
  for (const [text, values] of asked) {
    const { lines, buffers } = await explain(superuser, text, values)
    process.stdout.write(
      `${text.trim().replaceAll(/\s+/g, ' ').slice(0, 100)}… ${buffers} buffers\n${lines.join('\n')}\n\n`,
    )
  }
}
