// Reads the sums, together with what has not been added up yet: one statement, so that nothing is seen twice or missed.
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import type { Counters } from './counters.ts'
import type { BucketUnit } from './range.ts'

/** `null`: all of the organization. */
export type Agents = readonly string[] | null

const bucketsStatement = (name: string, summed: string, unsummed: string) =>
  statement(
    name,
    `select starts_at, jsonb_object_agg(name, total) as counters from (
       select starts_at, name, sum(value::bigint) as total from (
         select s.starts_at, c.key as name, c.value
         from statistics s cross join lateral jsonb_each_text(s.counters) c
         where s.organization_id = $1 and s.unit = $2 and s.starts_at >= $3 and s.starts_at < $4 and ${summed}
         union all
         select date_trunc($2, d.at, 'UTC'), c.key, c.value
         from statistics_deltas d cross join lateral jsonb_each_text(d.counters) c
         where d.organization_id = $1 and d.at >= $3 and d.at < $4 and ${unsummed}
       ) parts group by 1, 2
     ) sums group by 1`,
  )
// Two, so that each is planned for its index.
const allBuckets = bucketsStatement('read_statistics', 's.agent_id is null', 'true')
const agentBuckets = bucketsStatement('read_agent_statistics', 's.agent_id = any($5::uuid[])', 'd.agent_id = any($5)')

export interface BucketRecord {
  starts_at: string
  counters: Counters
}

/** Only those in which something happened. `from` and `to` are at the edges of buckets. */
export function readBuckets(
  store: Store,
  agents: Agents,
  range: { bucket: BucketUnit; from: string; to: string },
): Promise<BucketRecord[]> {
  const values = [store.organization_id, range.bucket, range.from, range.to]
  return agents === null ? store.query(allBuckets, values) : store.query(agentBuckets, [...values, agents])
}

const totalsStatement = (name: string, summed: string, unsummed: string) =>
  statement(
    name,
    `select coalesce(jsonb_object_agg(name, total), '{}') as counters from (
       select name, sum(value::bigint) as total from (
         select c.key as name, c.value from statistics s cross join lateral jsonb_each_text(s.counters) c
         where s.organization_id = $1 and s.unit = 'all' and ${summed}
         union all
         select c.key, c.value from statistics_deltas d cross join lateral jsonb_each_text(d.counters) c
         where d.organization_id = $1 and ${unsummed}
       ) parts group by 1
     ) sums`,
  )
const allTotals = totalsStatement('read_totals', 's.agent_id is null', 'true')
const agentTotals = totalsStatement('read_agent_totals', 's.agent_id = any($2::uuid[])', 'd.agent_id = any($2)')

/** Of all time. */
export async function readTotals(store: Store, agents: Agents): Promise<Counters> {
  const { organization_id } = store
  const [row] = await (agents === null
    ? store.query<{ counters: Counters }>(allTotals, [organization_id])
    : store.query<{ counters: Counters }>(agentTotals, [organization_id, agents]))
  return row!.counters
}
