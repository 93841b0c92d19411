// Reads the sums together with counts that have not been added yet, in one statement, so that nothing is read twice or missed.
import { type Statement, statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import { type Counters, addCounters } from './rules/counters.ts'
import type { BucketUnit } from './rules/range.ts'

/** `null`: all agents of the organization. */
export type Agents = readonly string[] | null

/** The sums, of one or several agents, and the counts that have not been added yet. */
const bucketsStatement = (name: string, sums: string, waiting: string) =>
  statement(
    name,
    `${sums}
     union all
     select starts_at, jsonb_object_agg(name, total) from (
       select date_trunc($2, d.at, 'UTC') as starts_at, c.key as name, sum(c.value::bigint) as total
       from statistics_deltas d cross join lateral jsonb_each_text(d.counters) c
       where d.organization_id = $1 and d.at >= $3 and d.at < $4 and ${waiting} group by 1, 2
     ) waiting group by 1`,
  )
const sumsOf = (agents: string) => `select s.starts_at, s.counters from statistics s
  where s.organization_id = $1 and s.unit = $2 and s.starts_at >= $3 and s.starts_at < $4 and ${agents}`
const sumsOfSeveral = `select starts_at, jsonb_object_agg(name, total) as counters from (
    select s.starts_at, c.key as name, sum(c.value::bigint) as total
    from (${sumsOf('s.agent_id = any($5::uuid[])')}) s cross join lateral jsonb_each_text(s.counters) c group by 1, 2
  ) sums group by 1`

const allBuckets = bucketsStatement('read_statistics', sumsOf('s.agent_id is null'), 'true')
const agentBuckets = bucketsStatement('read_agent_statistics', sumsOf('s.agent_id = $5::uuid'), 'd.agent_id = $5')
const severalBuckets = bucketsStatement('read_agents_statistics', sumsOfSeveral, 'd.agent_id = any($5)')

interface BucketRecord {
  starts_at: string
  counters: Counters
}

/** Returns non-empty buckets by their start. `from` and `to` must be at the edges of buckets. */
export async function readBuckets(
  store: Store,
  agents: Agents,
  range: { bucket: BucketUnit; from: string; to: string },
): Promise<Map<string, Counters>> {
  const values = [store.organization_id, range.bucket, range.from, range.to]
  const read = (buckets: Statement, more: unknown[] = []) => store.query<BucketRecord>(buckets, [...values, ...more])
  const rows = await (agents === null
    ? read(allBuckets)
    : agents.length === 1
      ? read(agentBuckets, [agents[0]])
      : read(severalBuckets, [agents]))
  const parts = Map.groupBy(rows, ({ starts_at }) => starts_at)
  const sum = (bucket: BucketRecord[]) => addCounters(bucket.map(({ counters }) => counters))
  return new Map([...parts].map(([starts_at, bucket]) => [starts_at, sum(bucket)]))
}

const totalsStatement = (name: string, sums: string, waiting: string) =>
  statement(
    name,
    `select jsonb_object_agg(name, total) as counters from (
       select name, sum((counters->>name)::bigint) as total from (
         select s.counters from statistics s where s.organization_id = $1 and s.unit = 'all' and ${sums}
         union all
         select d.counters from statistics_deltas d where d.organization_id = $1 and ${waiting}
       ) parts cross join unnest($2::text[]) name group by name
     ) sums`,
  )
const allTotals = totalsStatement('read_totals', 's.agent_id is null', 'true')
const agentTotals = totalsStatement('read_agent_totals', 's.agent_id = any($3::uuid[])', 'd.agent_id = any($3)')

/** The counters with these names, over all time. */
export async function readTotals(store: Store, agents: Agents, names: readonly string[]): Promise<Counters> {
  const values = [store.organization_id, names]
  const rows = await (agents === null
    ? store.query<{ counters: Counters | null }>(allTotals, values)
    : store.query<{ counters: Counters | null }>(agentTotals, [...values, agents]))
  return rows[0]!.counters ?? {}
}

const totalsByAgent = statement(
  'read_totals_by_agent',
  `select agent_id, jsonb_object_agg(name, total) as counters from (
     select agent_id, name, sum((counters->>name)::bigint) as total from (
       select s.agent_id, s.counters from statistics s
       where s.organization_id = $1 and s.unit = 'all' and s.agent_id = any($3::uuid[])
       union all
       select d.agent_id, d.counters from statistics_deltas d where d.organization_id = $1 and d.agent_id = any($3)
     ) parts cross join unnest($2::text[]) name group by agent_id, name
   ) sums group by agent_id`,
)

/** The counters over all time by agent; agents without counts are absent. */
export async function readTotalsByAgent(
  store: Store,
  agent_ids: readonly string[],
  names: readonly string[],
): Promise<Map<string, Counters>> {
  const values = [store.organization_id, names, agent_ids]
  const rows = await store.query<{ agent_id: string; counters: Counters }>(totalsByAgent, values)
  return new Map(rows.map(({ agent_id, counters }) => [agent_id, counters]))
}
