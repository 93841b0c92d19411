// How many conversations, messages and minutes organizations had, as they are billed: imported conversations never count.
import { type Executor, acrossOrganizations } from '../database/database.ts'
import type { Counters } from './rules/counters.ts'

const names = [
  ...['usage.conversations', 'usage.messages', 'usage.voice', 'usage.chat', 'usage.inbound', 'usage.outbound'],
  ...['usage.voice_seconds', 'usage.chat_seconds', 'usage.timed'],
]

// Whole days from the sums of days, the hours at both ends from those of hours, and what is not added up yet.
const activityStatement = acrossOrganizations(
  'a partner reads the sums of all organizations below',
  'read_activity',
  `with parts as (
     select s.organization_id, date_trunc('day', s.starts_at, 'UTC') as day, s.counters from statistics s
     where s.organization_id = any($1::uuid[]) and s.agent_id is null and s.starts_at >= $2 and s.starts_at < $3
       and s.unit = 'hour' and not (date_trunc('day', s.starts_at, 'UTC') >= $2
         and date_trunc('day', s.starts_at, 'UTC') + interval '24 hours' <= $3)
     union all
     select s.organization_id, s.starts_at, s.counters from statistics s
     where s.organization_id = any($1) and s.agent_id is null and s.unit = 'day' and s.starts_at >= $2
       and s.starts_at + interval '24 hours' <= $3
     union all
     select d.organization_id, date_trunc('day', d.at, 'UTC'), d.counters from statistics_deltas d
     where d.organization_id = any($1) and d.at >= $2 and d.at < $3
   ), counted as (
     select p.organization_id, p.day, c.key as name, sum(c.value::bigint) as total
     from parts p cross join lateral jsonb_each_text(p.counters) c where c.key = any($4::text[]) group by 1, 2, 3
   ), grouped as (
     select organization_id, day, name, sum(total) as total from counted
     group by grouping sets ((organization_id, name), (day, name), (name))
   )
   select organization_id, to_char(day at time zone 'UTC', 'YYYY-MM-DD') as day, jsonb_object_agg(name, total) as counters
   from grouped group by organization_id, day`,
)

export interface Activity {
  /** Null: all of them. */
  organization_id: string | null
  /** Null: all days. */
  day: string | null
  counters: Counters
}

/** The sums of each organization, of each day, and of everything. `from` and `to` are whole hours. */
export function readActivity(
  executor: Executor,
  organization_ids: readonly string[],
  { from, to }: { from: string; to: string },
): Promise<Activity[]> {
  return executor.query(activityStatement, [organization_ids, from, to, names])
}
