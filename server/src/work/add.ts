// Adds work inside the caller's transaction: it is there if and only if its cause was committed.
import { type Pipeline, statement } from '../database/database.ts'
import { channel } from '../live/bus.ts'
import { topic } from '../live/topics.ts'
import type { WorkKey } from './port.ts'

/** Work of this kind was added, and is urgent: every node looks. */
export const work_added = topic<string>('work')

export type Due =
  | { at: string }
  | { in_ms: number }
  /** Now, before what else its owner has waiting, and without the pause after a failed try. Nodes are told: 750 ms sooner. */
  | { urgent: true }

// An insert alone: no lock of the nodes that work can hold up a commit. What is urgent is told with the commit.
const addStatement = statement(
  'add_work',
  `with added as (
     insert into work_arrivals (kind, owner, subject, organization_id, due_at)
     values ($1, $2, $3, $4, case when $7 then '-infinity'
       else coalesce($5::timestamptz, clock_timestamp() + $6::double precision * interval '1 millisecond') end)
     returning kind
   )
   select pg_notify('${channel}', '${work_added.name} ' || kind) from added where $7`,
)

/** Due now, or later. Added again while it waits, the earliest time counts; added while it runs, it runs once more. */
export function addWork(
  tx: Pipeline,
  kind: string,
  { organization_id, owner, subject }: WorkKey,
  due: Due = { in_ms: 0 },
): void {
  const at = 'at' in due ? due.at : null
  const in_ms = 'in_ms' in due ? due.in_ms : 0
  tx.send(addStatement, [kind, owner, subject, organization_id, at, in_ms, 'urgent' in due])
}
