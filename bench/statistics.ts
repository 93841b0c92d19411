// `npm run bench:statistics`: the time to add up a year of turns, and to read statistics about it.
import { parseArgs } from 'node:util'
import { createClient } from '@parley/sdk'
import { openDatabase } from '../server/src/database/database.ts'
import { foldStatistics } from '../server/src/statistics/fold.ts'
import { describeTimes, machine, printRows, startBenchServer } from './server.ts'

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '1000000' },
    agents: { type: 'string', default: '50' },
    waiting: { type: 'string', default: '20000' },
  },
})
const [turns, agents, waiting] = [values.turns, values.agents, values.waiting].map(Number) as [number, number, number]
const reads = 10

await using server = await startBenchServer()
await using database = openDatabase({
  connection_string: server.database_url,
  max_connections: 2,
  statement_timeout_ms: 600_000,
  onError: () => {},
})
const { client } = server
const organization_id = (await client.getOrganization()).id
const made: string[] = []
for (let count = 0; count < agents; count += 1) made.push((await client.createAgent({ name: `${count}` })).agent_id)

/** The deltas of the turns of some days, with five turns for each conversation. */
async function count(rows: number, days: number): Promise<void> {
  await database.pool.query(
    `insert into statistics_deltas (organization_id, agent_id, at, counters)
     select $1, ($2::uuid[])[1 + n % cardinality($2::uuid[])], now() - random() * $4::integer * interval '1 day',
            jsonb_build_object('turn.reply', 1, 'input_tokens', 900, 'output_tokens', 80, 'measured', 1, 'model_ms', 900,
              'tools_ms', 50, 'total_ms', 1000, 'total.' || round(80 + 8 * random_normal()), 1,
              'first_text.' || round(72 + 8 * random_normal()), 1)
              || case n % 5 when 0 then '{"conversations": 1, "user_messages": 5, "ended": 1, "duration": 60, "end.inactivity": 1}' else '{}' end::jsonb
     from generate_series(1, $3::integer) n`,
    [organization_id, made, rows, days],
  )
}

async function time(work: () => Promise<unknown>): Promise<string> {
  const took: number[] = []
  for (let read = 0; read < reads; read += 1) {
    const begun = performance.now()
    await work()
    took.push(performance.now() - begun)
  }
  return describeTimes(took)
}

const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString()
const { pat_key } = await client.createOrganizationKey({ name: 'Narrow', agent_ids: made })
const narrowed = createClient({ base_url: server.url, token: pat_key })
const agent_id = made[0]!

async function readAll(): Promise<[string, string][]> {
  return [
    ['7 days', await time(() => client.getStatistics())],
    ['744 hours', await time(() => client.getStatistics({ from: day(30), bucket: 'hour' }))],
    ['366 days', await time(() => client.getStatistics({ from: day(364) }))],
    ['366 days of an agent', await time(() => client.getStatistics({ agent_id, from: day(364) }))],
    ['366 days, restricted key', await time(() => narrowed.getStatistics({ from: day(364) }))],
    ['getAgent', await time(() => client.getAgent({ agent_id }))],
  ]
}

await count(turns, 364)
const begun = performance.now()
// The server's own job can hold some of them.
const isLeft = async () => (await database.pool.query('select from statistics_deltas limit 1')).rowCount! > 0
while (await isLeft()) await foldStatistics(database, 100)
const fold_ms = performance.now() - begun
await database.pool.query('vacuum analyze statistics, statistics_deltas')
const size = await database.pool.query(`select pg_size_pretty(pg_total_relation_size('statistics')) as size`)
const folded = await readAll()
await count(waiting, 1)
const unfolded = await readAll()
const begunAgain = performance.now()
await foldStatistics(database, 100)
const minute_ms = performance.now() - begunAgain
printRows([
  ['machine', machine],
  ['turns', `${turns} of ${agents} agents in a year`],
  ['added up', `in ${(fold_ms / 1000).toFixed(1)} s, ${Math.round((turns / fold_ms) * 1000)} per second`],
  ['size of the sums', size.rows[0].size],
  ...folded,
  [`with ${waiting} rows of one day still to be added up`, ''],
  ...unfolded,
  ['… added up', `in ${minute_ms.toFixed(0)} ms`],
])
