// Adds new counts to the sums by hour, by day and over all time, of each agent and each organization, for all organizations. One
// statement takes and adds a row, so that it counts exactly once whatever happens to the work.
import { type Executor, statement } from '../database/database.ts'

/** Rows per statement. */
const rows_at_once = 10_000

// In the order of the key, so that two nodes that fold at the same time do not deadlock.
const foldStatement = statement(
  'fold_statistics',
  `with picked as materialized (
     select organization_id, id from statistics_deltas limit $1 for update skip locked
   ), taken as (
     delete from statistics_deltas d using picked where d.organization_id = picked.organization_id and d.id = picked.id
     returning d.organization_id, d.agent_id, d.at, d.counters
   ), hours as (
     select t.organization_id, t.agent_id, date_trunc('hour', t.at, 'UTC') as hour, c.key as name, sum(c.value::bigint) as total
     from taken t cross join lateral jsonb_each_text(t.counters) c group by 1, 2, 3, 4
   ), sums as (
     select h.organization_id, place.agent_id, unit.unit,
            case unit.unit when 'all' then '-infinity' else date_trunc(unit.unit, h.hour, 'UTC') end as starts_at,
            h.name, sum(h.total) as total
     from hours h
       cross join lateral (select null::uuid union all select h.agent_id where h.agent_id is not null) place (agent_id)
       cross join (values ('hour'), ('day'), ('all')) unit (unit)
     group by 1, 2, 3, 4, 5
   ), added as (
     insert into statistics as s (organization_id, agent_id, unit, starts_at, counters)
     select organization_id, agent_id, unit, starts_at, jsonb_object_agg(name, total) from sums
     group by 1, 2, 3, 4 order by 1, 2, 3, 4
     on conflict (organization_id, agent_id, unit, starts_at)
       do update set counters = add_counters(s.counters, excluded.counters)
   )
   select count(*) as folded from taken`,
)

/** Runs until nothing is left, or the number of statements is reached. Returns the number of added rows. */
export async function foldStatistics(executor: Executor, most_statements: number): Promise<number> {
  let folded = 0
  for (let count = 0; count < most_statements; count += 1) {
    const [row] = await executor.query<{ folded: number }>(foldStatement, [rows_at_once])
    folded += row!.folded
    if (row!.folded < rows_at_once) break
  }
  return folded
}
