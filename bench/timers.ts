// `npm run bench:timers`: how late the timers of conversations are, with many active and ended ones, and what they touch in the
// database. Time does not pass: rows are moved to where they are due.
import { writeSync } from 'node:fs'
import pg from 'pg'
import { lookStatement, readyStatement, reviewedStatement } from '../server/src/work/queries.ts'
import { standingsStatement } from '../server/src/conversations/read/standings.ts'
import { explain } from './explain.ts'
import { readOptions } from './options.ts'
import { describeTimes, machine, printRows, startBenchServer } from './server.ts'

const options = readOptions({ active: 100_000, ended: 1_000_000, due: 1000, organizations: 20 })
const { active, ended, due, organizations } = options
const batch = 20_000
/** Between the preparation of timers and the moment when they are due. */
const ahead_seconds = 4
const end_after_seconds = 3600

await using server = await startBenchServer({}, options.database_url)
const client = new pg.Client({ connectionString: server.database_url, statement_timeout: 600_000 })
await client.connect()
const query = async <Row extends object>(text: string, values: unknown[] = []) =>
  (await client.query<Row>(text, values)).rows
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const say = (text: string) => writeSync(2, `${text}\n`)

const insert = (fields: string) => `
  with made as (
    insert into conversations (id, organization_id, direction, channel, status, user_id, agent_id, agent_version_id, created_at, ${fields})
    select gen_random_uuid(), o.organization_id, 'inbound', 'text', %status%, 'ada', o.agent_id, o.version_id,
           now() - (n + $2) * interval '1 millisecond', %values%
    from generate_series(1, $1::integer) n join bench_owners o on o.place = n % $3::integer
    returning id, organization_id, created_at
  )
  insert into conversation_progress (conversation_id, organization_id, last_activity_at, updated_at)
  select id, organization_id, now(), now() from made`
const insertActive = insert('ended_at').replace('%status%', `'in_progress'`).replace('%values%', 'null')
const insertEnded = insert('ended_at, duration, end_reason, analysis_status')
  .replace('%status%', `'completed'`)
  .replace('%values%', `now(), 60, 'inactivity', 'none'`)

async function grow(text: string, count: number, from: number): Promise<void> {
  for (let done = 0; done < count; done += batch) {
    await query(text, [Math.min(batch, count - done), from + done, organizations])
    say(`${done + Math.min(batch, count - done)} of ${count}`)
  }
}

/** Agents of as many organizations; the first one is the caller's. */
async function createOwners(): Promise<void> {
  await query(
    `create table bench_owners (place integer primary key, organization_id uuid, agent_id uuid, version_id uuid)`,
  )
  const config = {
    inactivity: { end_after_seconds, end_message: 'Goodbye {{ user_id }}.' },
    analysis: { summary: { enabled: false } },
  }
  await query(
    `with organizations_made as (
       insert into organizations (id, name, slug) select gen_random_uuid(), 'O ' || n, 'o-' || n from generate_series(1, $1::integer) n
       returning id
     ), agents_made as (
       insert into agents (id, organization_id, name, active, is_demo, metadata)
       select gen_random_uuid(), id, 'Agent', true, false, '{}' from organizations_made returning id, organization_id
     ), versions as (
       insert into agent_versions (id, organization_id, agent_id, version, published, published_at, config)
       select gen_random_uuid(), organization_id, id, 1, true, now(), $2::jsonb from agents_made returning id, organization_id, agent_id
     )
     insert into bench_owners select row_number() over () - 1, organization_id, agent_id, id from versions`,
    [organizations, JSON.stringify(config)],
  )
}

async function until(isSo: () => Promise<boolean>): Promise<number> {
  const begun = performance.now()
  while (!(await isSo())) await sleep(50)
  return (performance.now() - begun) / 1000
}

const timer = `kind = 'conversation_timer'`
const count = async (where: string) =>
  Number((await query<{ count: string }>(`select count(*) from work where ${timer} and ${where}`))[0]!.count)

/** Makes conversations due at the same moment, and returns how many milliseconds later each was ended. */
async function endAtOnce(many: number, place: number | null): Promise<number[]> {
  await query(
    `create table bench_due as
     select c.id, now() + $1::integer * interval '1 second' as at
     from conversations c join bench_owners o on o.organization_id = c.organization_id
     where c.ended_at is null and ($2::integer is null or o.place = $2) limit $3`,
    [ahead_seconds, place, many],
  )
  await query(
    `update conversation_progress p set last_activity_at = d.at - $1::integer * interval '1 second', silent_since = null
     from bench_due d where p.conversation_id = d.id`,
    [end_after_seconds],
  )
  await query(
    `update work w set due_at = d.at from bench_due d where w.${timer} and w.owner = d.id::text and w.subject = d.id::text`,
  )
  await until(
    async () =>
      (await query(`select from bench_due d join conversations c using (id) where c.ended_at is null limit 1`))
        .length === 0,
  )
  const rows = await query<{ late: string }>(
    `select extract(epoch from c.ended_at - d.at) * 1000 as late from bench_due d join conversations c using (id)`,
  )
  await query('drop table bench_due')
  return rows.map(({ late }) => Number(late))
}

await createOwners()
say('ended conversations')
await grow(insertEnded, ended, 200_000_000)
say('active conversations')
await grow(insertActive, active, 0)
const reviewed_seconds = await until(async () => (await count(`due_at > now() + interval '60 seconds'`)) >= active)
await query('vacuum analyze conversations, conversation_progress, work, work_arrivals')

const alone = await endAtOnce(due, null)
const ofOne = await endAtOnce(due, 0)

// All timers fire too early, within ten seconds; in the meantime those of one organization are due.
await query(
  `update work set due_at = now() + random() * interval '10 seconds' where ${timer} and due_at < now() + interval '2 hours'`,
)
const beside = await endAtOnce(Math.ceil(due / 5), 1)
const early_seconds = await until(async () => (await count(`due_at < now() + interval '60 seconds'`)) === 0)

async function explainAll(): Promise<[string, string[]][]> {
  const some = await query<{ kind: string; owner: string; subject: string; organization_id: string; due_at: Date }>(
    `select kind, owner, subject, organization_id, due_at from work where ${timer} order by random() limit 1000`,
  )
  const column = (name: keyof (typeof some)[number]) => some.map((row) => row[name])
  await client.query('begin')
  await client.query(`update work set due_at = now() - interval '1 minute' where ${timer} and owner = any($1)`, [
    column('owner'),
  ])
  const never = some.map(() => null)
  const plans: [string, string, unknown[]][] = [
    ['look_for_work', lookStatement.text, [['conversation_timer']]],
    ['ready_work', readyStatement.text, [1000, ['conversation_timer']]],
    ['read_standings', standingsStatement.text, [column('subject'), column('organization_id')]],
    [
      'reviewed_work',
      reviewedStatement.text,
      [column('kind'), column('owner'), column('subject'), column('due_at'), some.map(() => false), never],
    ],
  ]
  const all: [string, string[]][] = []
  for (const [name, text, values] of plans) {
    const { lines, buffers, ms } = await explain(client, text, values)
    all.push([`${name}: ${buffers} buffers, ${ms.toFixed(1)} ms`, lines])
  }
  await client.query('rollback')
  return all
}

const plans = await explainAll()
printRows([
  ['machine', machine],
  ['conversations', `${active} active, ${ended} ended, of ${organizations} organizations`],
  ['first review of all', `${reviewed_seconds.toFixed(1)} s after the last one was created`],
  [`${due} due at once`, describeTimes(alone)],
  [`… of one organization`, describeTimes(ofOne)],
  [`${active} too early`, `${early_seconds.toFixed(1)} s until all were put off, after the next line`],
  [`… and ${beside.length} due`, describeTimes(beside)],
])
for (const [name, lines] of plans) process.stdout.write(`\n${name}\n${lines.map((line) => `  ${line}\n`).join('')}`)
await client.end()
