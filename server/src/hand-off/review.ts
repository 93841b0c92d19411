// Looks up together when each of many timers of hand-offs is due, so that one which fires too early costs no run.
import type { HandlingRecord } from '../conversations/machine/handling.ts'
import { nextDue } from '../conversations/machine/handling-timers.ts'
import { handlingOf } from '../conversations/read/handling.ts'
import { silence } from '../conversations/machine/rows.ts'
import type { Executor } from '../database/database.ts'
import { statement } from '../database/database.ts'
import { arraysOf, rowsOf } from '../database/rows.ts'
import type { WorkKey } from '../work/port.ts'

const reviewStatement = statement(
  'review_handlings',
  `/* review_handlings */ select c.id, ${silence}, ${handlingOf('c.id')} as handling, clock_timestamp() as now,
     (select pe.seen_at from handlings held join people pe on pe.organization_id = held.organization_id
        and pe.user_id::text = held.assignee_id where held.conversation_id = c.id and held.assignee_type = 'user') as holder_seen_at
   from ${rowsOf('wanted', 'id uuid, organization_id uuid')}
   cross join lateral (select * from conversations c where c.id = wanted.id and c.organization_id = wanted.organization_id
                       and c.deleted_at is null and c.ended_at is null offset 0) c
   cross join lateral (select * from conversation_progress where conversation_id = c.id offset 0) p`,
  { replanned: true },
)

interface Reviewed {
  id: string
  silent_since: string
  handling: HandlingRecord | null
  holder_seen_at: string | null
  now: string
}

/** When each is due, by subject; null: never; one that is due now is missing. */
export async function reviewHandlings(
  database: Executor,
  items: readonly WorkKey[],
): Promise<Map<string, string | null>> {
  const keys = items.map(({ subject: id, organization_id }) => ({ id, organization_id: organization_id! }))
  const rows = await database.query<Reviewed>(reviewStatement, arraysOf(keys, ['id', 'organization_id']))
  const times = new Map<string, string | null>(items.map(({ subject }) => [subject, null]))
  for (const { id, handling, now, ...seen } of rows) {
    const due = handling && nextDue(handling, seen)
    if (due !== null && due <= now) times.delete(id)
    else times.set(id, due)
  }
  return times
}
