// `npm run bench:hot-rows`: the cost of concurrent writes to the same row. Turns of one conversation wait for each other because
// its lock orders them. Turns of one agent or organization must not, so their counters are added up later.
import pg from 'pg'
import { runLoad } from './load.ts'
import { readOptions } from './options.ts'
import { cpuSecondsOfChildren, startProgram } from './programs.ts'
import { machine, publishAgent, startBenchServer } from './server.ts'
import { printTable } from './table.ts'

const { writers, seconds, database_url } = readOptions({ writers: 32, seconds: 5 })

await using model = await startProgram('stub-model.ts')
await using server = await startBenchServer(
  { OPENAI_BASE_URL: `${model.url}/wait/0/v1`, OPENAI_API_KEY: 'stub', PARLEY_DEFAULT_MODEL: 'openai/stub' },
  database_url,
)
const agent_id = await publishAgent(server.client)
const organization_id = (await server.client.getOrganization()).id
const counts = [...new Set([1, Math.ceil(writers / 4), writers])]

process.stdout.write(`${machine}; model and callers on it. ${seconds} s each.\n\n`)
printTable(['turns of', 'callers', 'turns per second', 'database CPU per turn'], await measureTurns())
printTable(
  ['counters of a turn, as', 'writers', 'commits per second', 'database CPU per commit'],
  await measureCounters(),
)

async function measureTurns(): Promise<string[][]> {
  const ids: string[] = []
  for (let index = 0; index < writers; index += 1) {
    const input = { channel: 'text' as const, user_id: 'bench', agent_id }
    ids.push((await server.client.createConversation(input)).conversation.id)
  }
  const rows: string[][] = []
  for (const callers of counts) {
    for (const [name, place] of [
      ['one conversation', () => 0],
      ['one conversation each', (caller: number) => caller],
    ] as const) {
      const target = {
        origin: server.url,
        path: (caller: number) => `/core/conversations/${ids[place(caller)]!}/messages`,
        headers: { authorization: `Bearer ${server.admin_key}` },
        accepts: (body: string) => body.includes('"reply":"This is the answer'),
      }
      const before = cpuSecondsOfChildren(server.database_pid)
      const load = await runLoad(target, { callers, seconds })
      const cpu_ms = ((cpuSecondsOfChildren(server.database_pid) - before) * 1000) / load.turns
      if (load.failures.length > 0) throw new Error(`${load.failures.length} failed: ${load.failures[0]}`)
      rows.push([name, String(callers), (load.turns / load.seconds).toFixed(0), `${cpu_ms.toFixed(2)} ms`])
    }
  }
  return rows
}

/** The design in use, and the alternative: a sum that all turns update. A commit holds its locks as long as that of a turn. */
async function measureCounters(): Promise<string[][]> {
  const admin = new pg.Client({ connectionString: server.database_url })
  await admin.connect()
  await admin.query('create table bench_counters (organization_id uuid primary key, turns bigint not null)')
  await admin.query('insert into bench_counters values ($1, 0)', [organization_id])
  const ways = [
    [
      'one row each',
      `insert into statistics_deltas (organization_id, agent_id, at, counters) values ($1, null, now(), '{"turn.reply": 1}')`,
    ],
    ['a sum of the organization', 'update bench_counters set turns = turns + 1 where organization_id = $1'],
  ] as const
  const rows: string[][] = []
  for (const count of counts) {
    for (const [name, text] of ways) rows.push([name, String(count), ...(await commitAtOnce(count, text))])
  }
  await admin.query('drop table bench_counters')
  await admin.end()
  return rows
}

async function commitAtOnce(count: number, text: string): Promise<[string, string]> {
  const clients = Array.from({ length: count }, () => new pg.Client({ connectionString: server.database_url }))
  await Promise.all(clients.map((client) => client.connect()))
  const before = cpuSecondsOfChildren(server.database_pid)
  const begun = performance.now()
  const until = begun + seconds * 1000
  let commits = 0
  const write = async (client: pg.Client) => {
    for (; performance.now() < until; commits += 1) {
      await client.query('begin')
      await client.query({ name: 'count', text, values: [organization_id] })
      // The other statements of a turn before it commits.
      await client.query('select 1')
      await client.query('commit')
    }
  }
  await Promise.all(clients.map(write))
  const took = (performance.now() - begun) / 1000
  const cpu_ms = ((cpuSecondsOfChildren(server.database_pid) - before) * 1000) / commits
  await Promise.all(clients.map((client) => client.end()))
  return [(commits / took).toFixed(0), `${cpu_ms.toFixed(2)} ms`]
}
