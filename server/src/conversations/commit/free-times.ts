import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

// In a span that is long enough, the moment behind its last taken time is free. Spans grow fourfold up to hours, and of each only the last
// row is read: so a time moves by little, however many have the same.
const freeTimesStatement = statement(
  'free_created_ats',
  `select wanted.at as wanted, (
     select last.created_at + interval '1 microsecond'
     from generate_series(1, 17) as step
     cross join lateral (select interval '1 microsecond' * 4 ^ step as length) span
     cross join lateral (
       select created_at from conversations
       where organization_id = $1 and created_at >= wanted.at::timestamptz
         and created_at < wanted.at::timestamptz + span.length
       order by created_at desc limit 1
     ) last
     where last.created_at + interval '1 microsecond' < wanted.at::timestamptz + span.length
     order by step limit 1
   ) as free
   from unnest($2::text[]) as wanted (at)`,
)

/** By each time that is taken, a later one that no conversation of the organization has. */
export async function findFreeTimes(store: Store, times: readonly string[]): Promise<Map<string, string | null>> {
  const values = [store.organization_id, times]
  const rows = await store.query<{ wanted: string; free: string | null }>(freeTimesStatement, values)
  return new Map(rows.map(({ wanted, free }) => [wanted, free]))
}
