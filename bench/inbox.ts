// `npm run bench:inbox`: the inbox and its counts, with many open conversations among many more.
import { writeSync } from 'node:fs'
import type { Client } from '@parley/sdk'
import pg from 'pg'
import { readOptions } from './options.ts'
import { describeTimes, machine, printRows, publishAgent, startBenchServer } from './server.ts'

const options = readOptions({ conversations: 1_000_000, open: 10_000, teams: 10, calls: 100 })
const { conversations, open, teams, calls } = options
const batch = 20_000

await using server = await startBenchServer({}, options.database_url)
const client = new pg.Client({ connectionString: server.database_url, statement_timeout: 600_000 })
// If the measurement is interrupted, the database ends first.
client.on('error', () => {})
await client.connect()
const say = (text: string) => writeSync(2, `${text}\n`)

// Half of what has ended was handled by people.
const insertText = `
  with numbered as (
    select gen_random_uuid() as id, n, n > $1::integer - $2::integer as is_open,
           now() - ($1::integer - n) * interval '1 second' as created_at
    from generate_series($3::integer, $4::integer) n
  ), made as (
    insert into conversations (id, organization_id, direction, channel, status, user_id, agent_id, agent_version_id, created_at,
      ended_at, duration, end_reason, analysis_status, handled_by)
    select id, $5, 'inbound', 'text', case when is_open then 'in_progress' else 'completed' end, 'user-' || n, $6, $7, created_at,
      case when not is_open then created_at end, case when not is_open then 1 end, case when not is_open then 'completed' end,
      'none', case when not is_open then 'agent' when n % 3 = 0 then 'person' else 'queue' end
    from numbered
  ), progress as (
    insert into conversation_progress (conversation_id, organization_id, last_activity_at, updated_at)
    select id, $5, created_at, created_at from numbered
  )
  insert into handlings (conversation_id, organization_id, handled_by, created_at, ended_at, assignee_type, assignee_id, assignee_name,
    team_id, priority, tags, requested_at, taken_at, waiting_since, wait_until, unanswered_since, unanswered, snoozed_until)
  select id, $5, case when not is_open then 'agent' when n % 3 = 0 then 'person' else 'queue' end, created_at,
    case when not is_open then created_at end, case when is_open and n % 3 = 0 then 'user' end,
    case when is_open and n % 3 = 0 then 'person-' || n % 100 end, case when is_open and n % 3 = 0 then 'Ada' end,
    ($8::uuid[])[1 + n % cardinality($8)], n % 4, case when n % 5 = 0 then array['tag-' || n % 50] else '{}' end, created_at,
    case when n % 3 = 0 then created_at end, case when is_open and n % 3 > 0 then created_at end,
    case when is_open and n % 3 > 0 then now() + interval '1 day' end, case when n % 2 = 0 then created_at end, n % 2,
    case when is_open and n % 30 = 0 then now() + interval '1 day' end
  from numbered where is_open or n % 2 = 0`

// The trigger on items reads the conversation, so it has to be there.
const sayText = `
  insert into transcript_items (id, conversation_id, organization_id, position, type, role, content, interrupted, created_at)
  select gen_random_uuid(), id, organization_id, 0, 'message', 'user', array['Where is my parcel? It was to come on Monday.'], false, created_at
  from conversations where organization_id = $1 and ended_at is null`

async function grow(organization_id: string, agent_id: string): Promise<void> {
  const { rows } = await client.query<{ id: string }>('select id from agent_versions where agent_id = $1', [agent_id])
  const ids: string[] = []
  for (let made = 0; made < teams; made += 1) {
    const { key } = await server.client.createTeam({ key: `team-${made}`, name: `Team ${made}` })
    ids.push((await client.query<{ id: string }>('select id from teams where key = $1', [key])).rows[0]!.id)
  }
  for (let done = 0; done < conversations; done += batch) {
    const last = Math.min(done + batch, conversations)
    await client.query(insertText, [conversations, open, done + 1, last, organization_id, agent_id, rows[0]!.id, ids])
    if (last % 100_000 === 0) say(`${last} of ${conversations}`)
  }
  await client.query(sayText, [organization_id])
  await client.query('vacuum analyze conversations, conversation_progress, handlings, transcript_items, teams')
}

async function time(call: (client: Client) => Promise<unknown>): Promise<string> {
  const times: number[] = []
  for (let made = -5; made < calls; made += 1) {
    const began = performance.now()
    await call(server.client)
    if (made >= 0) times.push(performance.now() - began)
  }
  return describeTimes(times)
}

const organization_id = (await server.client.getOrganization()).id
const agent_id = await publishAgent(server.client)
await grow(organization_id, agent_id)

const second = await server.client.listInbox({ limit: 50 })
const cursor = second.pagination.next_cursor!
const measured: Record<string, (client: Client) => Promise<unknown>> = {
  'inbox: all': (client) => client.listInbox({ limit: 50 }),
  '… its second page': (client) => client.listInbox({ limit: 50, cursor }),
  '… the newest first': (client) => client.listInbox({ limit: 50, order: 'newest' }),
  '… unassigned': (client) => client.listInbox({ limit: 50, view: 'unassigned' }),
  '… snoozed': (client) => client.listInbox({ limit: 50, view: 'snoozed' }),
  '… ended': (client) => client.listInbox({ limit: 50, view: 'ended' }),
  '… of a team': (client) => client.listInbox({ limit: 50, team: 'team-3' }),
  '… with a tag': (client) => client.listInbox({ limit: 50, tag: 'tag-5' }),
  '… of a priority': (client) => client.listInbox({ limit: 50, priority: 'low' }),
  'counts of views, teams': (client) => client.countInbox(),
  'tags in use': (client) => client.listTags(),
}
const rows: [string, string][] = [
  ['machine', machine],
  ['conversations', `${open} open of ${conversations}, ${teams} teams; ${calls} calls each, one after the other`],
]
for (const [name, call] of Object.entries(measured)) rows.push([name, await time(call)])
printRows(rows)
process.stdout.write(`${JSON.stringify(await server.client.countInbox())}\n`)
await client.end()
