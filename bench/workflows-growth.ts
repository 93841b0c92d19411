// `npm run bench:workflows`, second part: what executions cost that wait or have ended. Turns beside 100,000 that wait alternate with turns of
// a server without any; the rest is counted in buffers and bytes, which other programs cannot influence.
import { createClient } from '@parley/sdk'
import pg from 'pg'
import { lookStatement } from '../server/src/work/queries.ts'
import { startCountingPostgres } from './bench-postgres.ts'
import { explain } from './explain.ts'
import { type Load, type Target, runLoad } from './load.ts'
import { readOptions } from './options.ts'
import { residentMiB, startProgram } from './programs.ts'
import { type BenchServer, machine, printRows, publishAgent, startBenchServer } from './server.ts'
import { type Touched, countTouched } from './touched.ts'
import { addEnded, addWaiting } from './workflow-rows.ts'

const options = readOptions({
  ...{ waiting: 100_000, due: 1000, ended: 1_000_000, small: 1000, rounds: 5, seconds: 3, callers: 4, times: 20 },
  ...{ visits: 1000, kib: 10 },
})

const manual = { id: 'begin', type: 'trigger', config: { type: 'manual' } }
const end = { id: 'end', type: 'output', config: { output_data: [] } }
const definitions = {
  simple: { nodes: [{ ...manual, next: { default: 'end' } }, end] },
  pausing: {
    nodes: [
      { ...manual, next: { default: 'pause' } },
      { id: 'pause', type: 'wait', config: { duration: 30, unit: 'days', resumable: true }, next: { default: 'end' } },
      end,
    ],
  },
}

async function publish({ client }: BenchServer, definition: object): Promise<string> {
  const { id } = await client.createWorkflow({ name: 'Bench', definition: definition as never })
  await client.publishWorkflowVersion({ workflow_id: id, version: '1' })
  return id
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, statement_timeout: 1_800_000 })
  client.on('error', () => {})
  await client.connect()
  return client
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function untilSo(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50)
}

const middle = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
const rows: [string, string][] = [['machine', machine]]

// --- executions that wait ---

async function startWaiting(client: pg.Client, server: BenchServer): Promise<string> {
  const workflow_id = await publish(server, definitions.pausing)
  const { execution_id } = await server.client.executeWorkflowAsync({ workflow_id })
  const text = `select from work where subject = $1 and lease is null and due_at > now() + interval '1 day'`
  await untilSo(async () => (await client.query(text, [execution_id])).rowCount === 1)
  return execution_id
}

async function turnsOf({ client, url, admin_key }: BenchServer): Promise<Target> {
  const agent_id = await publishAgent(client)
  const made = await Promise.all(
    Array.from({ length: options.callers }, () =>
      client.createConversation({ channel: 'text', user_id: 'bench', agent_id }),
    ),
  )
  const ids = made.map(({ conversation }) => conversation.id)
  return {
    origin: url,
    path: (caller) => `/core/conversations/${ids[caller]!}/messages`,
    headers: { authorization: `Bearer ${admin_key}` },
    accepts: (body) => body.includes('"reply":"This is the answer'),
  }
}

const rateOf = ({ rate, failures }: Load) => {
  if (failures.length > 0) throw new Error(failures[0])
  return rate
}

async function measureWaiting(): Promise<void> {
  await using model = await startProgram('stub-model.ts')
  const environment = {
    ...{ OPENAI_BASE_URL: `${model.url}/wait/0/v1`, OPENAI_API_KEY: 'stub', PARLEY_DEFAULT_MODEL: 'openai/stub' },
  }
  await using without = await startBenchServer(environment)
  await using beside = await startBenchServer(environment)
  const client = await connect(beside.database_url)
  const execution_id = await startWaiting(client, beside)
  const [one, other] = [await turnsOf(without), await turnsOf(beside)]
  const load = { callers: options.callers, seconds: options.seconds }
  for (const target of [one, other]) await runLoad(target, load)
  const before = residentMiB(beside.pid)
  await addWaiting(client, execution_id, options.waiting)
  await client.query('vacuum analyze workflow_executions, workflow_visits, work, work_arrivals')
  // As many looks as there are in a minute.
  await sleep(60_000)
  const after = residentMiB(beside.pid)
  const ratios: number[] = []
  for (let round = 0; round < options.rounds; round += 1) {
    const alone = rateOf(await runLoad(one, load))
    ratios.push(rateOf(await runLoad(other, load)) / alone)
  }
  const { rows: kinds } = await client.query<{ kind: string }>('select distinct kind from work')
  const look = await explain(client, lookStatement.text, [kinds.map(({ kind }) => kind)])
  rows.push(
    [`${options.waiting} waiting`, `${(after - before).toFixed(1)} MiB more (${before.toFixed(0)} before)`],
    ['… a look', `${look.buffers} buffers`],
    ['… turns of without', `${middle(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`],
    [
      `… ${options.due} due at once`,
      `the last one has ended ${(await resumeAtOnce(client)).toFixed(2)} s after its time`,
    ],
  )
  await client.end()
}

/** Seconds from the moment until the last one has ended. */
async function resumeAtOnce(client: pg.Client): Promise<number> {
  await client.query(
    `create table bench_due as select id, now() + interval '3 seconds' as at from workflow_executions where status = 'waiting' limit ${options.due}`,
  )
  await client.query(
    `update workflow_visits v set until = date_trunc('milliseconds', d.at) from bench_due d where v.execution_id = d.id and v.finished_at is null`,
  )
  await client.query(
    `update work w set due_at = d.at from bench_due d where w.kind = 'workflow_execution' and w.subject = d.id::text`,
  )
  const open = 'select from bench_due d join workflow_executions e using (id) where e.finished_at is null limit 1'
  await untilSo(async () => (await client.query(open)).rowCount === 0)
  const { rows: found } = await client.query<{ late: number; early: number }>(
    `select max(extract(epoch from e.finished_at - d.at))::double precision as late,
            min(extract(epoch from e.finished_at - d.at))::double precision as early
     from bench_due d join workflow_executions e using (id)`,
  )
  if (found[0]!.early < -0.001) throw new Error('one has ended early')
  return found[0]!.late
}

// --- executions that have ended ---

type Operations = Record<string, Touched>

async function measureEnded(): Promise<void> {
  await using postgres = await startCountingPostgres()
  await using server = await startBenchServer({}, postgres.database_url)
  const superuser = await connect(postgres.superuser_url)
  const client = await connect(postgres.database_url)
  const workflow_id = await publish(server, definitions.simple)
  const { execution_id } = await server.client.executeWorkflow({ workflow_id })
  await addEnded(client, execution_id, options.small, 0)
  const few = await touchAll(server, superuser, client, workflow_id)
  await addEnded(client, execution_id, options.ended - options.small, options.small)
  const many = await touchAll(server, superuser, client, workflow_id)
  for (const [name, { buffers }] of Object.entries(many)) {
    const before = few[name]!.buffers
    const ratio = (buffers / before).toFixed(2)
    rows.push([
      name,
      `${before.toFixed(0)} buffers with ${options.small} ended, ${buffers.toFixed(0)} with ${options.ended}: ${ratio}`,
    ])
  }
  for (const [what, code] of Object.entries(codes)) {
    rows.push([
      `${options.visits} visits of ${options.kib} KiB`,
      `${what}: ${await measureStorage(server, client, code)}`,
    ])
  }
  await client.end()
  await superuser.end()
}

async function touchAll(
  { url, admin_key }: BenchServer,
  superuser: pg.Client,
  client: pg.Client,
  workflow_id: string,
): Promise<Operations> {
  await client.query(
    'vacuum analyze workflow_executions, workflow_visits, workflow_execution_events, work, work_arrivals',
  )
  const caller = createClient({ base_url: url, token: admin_key })
  const until = async (id: string) => {
    const text = 'select from workflow_executions where id = $1 and finished_at is not null'
    await untilSo(async () => (await client.query(text, [id])).rowCount === 1)
  }
  const operations: Record<string, () => Promise<unknown>> = {
    start: async () => until((await caller.executeWorkflowAsync({ workflow_id })).execution_id),
    list: () => caller.listWorkflowExecutions({ limit: 20 }),
    'list of a workflow': () => caller.listWorkflowExecutions({ workflow_id, limit: 20 }),
    'list of failures': () => caller.listWorkflowExecutions({ status: ['failed'], limit: 20 }),
    sweep: async () => {
      await client.query(
        `select id from workflow_executions where status = 'queued' and queued_at <= now() - interval '1 day' order by queued_at limit 1000`,
      )
      await client.query(`select id from workflow_executions where finished_at is not null and is_test = false
        and finished_at < now() - interval '30 days' order by finished_at limit 10000`)
    },
  }
  const touched: Operations = {}
  for (const [name, work] of Object.entries(operations)) {
    await work()
    touched[name] = await countTouched(superuser, options.times, work)
  }
  return touched
}

/** What an API might answer, and what no compression makes smaller. */
const codes = {
  'records of an API': `function run() {
    const pick = (list) => list[Math.floor(Math.random() * list.length)]
    const records = []
    while (JSON.stringify(records).length < ${options.kib * 1024 - 100}) records.push({
      id: Math.random().toString(36).slice(2), email: pick(['ada', 'ben', 'cem', 'dora']) + '@example.com', score: Math.random(),
      tier: pick(['gold', 'silver', 'bronze']), created_at: new Date(Math.random() * 1e12).toISOString(), tags: [pick(['new', 'vip']), null],
    })
    return records
  }`,
  'random text': `function run() { let s = ''; while (s.length < ${options.kib * 1024 - 16}) s += Math.random().toString(36).slice(2); return s }`,
}

/** Two steps of code that take turns, until one has been reached often enough. */
async function measureStorage(server: BenchServer, client: pg.Client, code: string): Promise<string> {
  const step = (id: string, next: string) => ({
    ...{ id, type: 'code', config: { code }, max_visits: options.visits / 2, next: { default: next, error: 'end' } },
  })
  const nodes = [{ ...manual, next: { default: 'a' } }, step('a', 'b'), step('b', 'a'), end]
  const workflow_id = await publish(server, { nodes, settings: { max_steps: 10_000 } })
  const size = async () => {
    await client.query('vacuum full workflow_executions, workflow_visits, workflow_execution_events')
    const { rows: found } = await client.query<{ bytes: string }>(
      `select sum(pg_total_relation_size(name))::text as bytes
       from unnest(array['workflow_executions', 'workflow_visits', 'workflow_execution_events']::regclass[]) name`,
    )
    return Number(found[0]!.bytes)
  }
  await client.query('delete from workflow_executions where finished_at is not null')
  const before = await size()
  const { execution_id } = await server.client.executeWorkflowAsync({ workflow_id })
  const over = 'select from workflow_executions where id = $1 and finished_at is not null'
  await untilSo(async () => (await client.query(over, [execution_id])).rowCount === 1)
  const { rows: found } = await client.query<{ bytes: string; visits: string }>(
    'select sum(octet_length(output::text)) as bytes, count(*) as visits from workflow_visits where execution_id = $1',
    [execution_id],
  )
  const [outputs, stored] = [Number(found[0]!.bytes), (await size()) - before]
  return `${found[0]!.visits} visits, ${outputs} bytes of outputs, ${stored} stored: ${(stored / outputs).toFixed(2)}`
}

await measureWaiting()
await measureEnded()
printRows(rows)
