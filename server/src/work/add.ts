// Adds work inside the caller's transaction: it exists if and only if its cause was committed.
import { type Pipeline, statement } from '../database/database.ts'
import { channel } from '../live/bus.ts'
import { topic } from '../live/topics.ts'
import type { WorkKey } from './port.ts'

/** Urgent work of this kind was added: every node looks. */
export const work_added = topic<string>('work')

export type Due =
  | { at: string }
  /** `notify`: nodes are notified that it is there, so that it begins 750 ms sooner. */
  | { in_ms: number; notify?: true }
  /** Now, before the owner's other waiting work, and without the pause after a failed try. Nodes are notified: 750 ms sooner. */
  | { urgent: true }

// Only an insert: no lock of the nodes that work can block a commit. The notification of urgent work is sent with the commit.
const addStatement = statement(
  'add_work',
  `with added as (
     insert into work_arrivals (kind, owner, subject, organization_id, due_at)
     values ($1, $2, $3, $4, case when $7 then '-infinity'
       else coalesce($5::timestamptz, clock_timestamp() + $6::double precision * interval '1 millisecond') end)
     returning kind
   )
   select pg_notify('${channel}', '${work_added.name} ' || kind) from added where $7 or $8`,
)

/** Due now or later. If it is added again while it waits, the earliest time counts; while it runs, it runs once more. */
export function addWork(
  tx: Pipeline,
  kind: string,
  { organization_id, owner, subject }: WorkKey,
  due: Due = { in_ms: 0 },
): void {
  const at = 'at' in due ? due.at : null
  const in_ms = 'in_ms' in due ? due.in_ms : 0
  const notify = 'notify' in due && due.notify === true
  tx.send(addStatement, [kind, owner, subject, organization_id, at, in_ms, 'urgent' in due, notify])
}
