// Due work that a run takes along: many pieces of its kind and organization, ended in the transaction that acts on them.
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import { arraysOf, rowsOf } from '../database/rows.ts'
import type { Leased } from './queries.ts'

// The lock keeps other nodes from leasing them.
const takeStatement = statement(
  'take_other_work',
  `select owner, subject from work
   where ready and kind = $1 and not slow and organization = $2 and organization_id = $2
   order by owner, due_at limit $3 for update skip locked`,
)

export interface Other {
  owner: string
  subject: string
}

export async function takeOthers(
  tx: Executor,
  { kind, organization_id }: Pick<Leased, 'kind' | 'organization_id'>,
  most: number,
): Promise<Other[]> {
  return tx.query<Other>(takeStatement, [kind, organization_id, most])
}

const endStatement = acrossOrganizations(
  'rows that this transaction has locked',
  'end_other_work',
  `with given as (
     select w.kind, w.owner, w.subject, g.next from ${rowsOf('g', 'kind text, owner text, subject text, next timestamptz')}
     join work w on w.kind = g.kind and w.owner = g.owner and w.subject = g.subject
   ), over as (
     delete from work w using given g
     where w.kind = g.kind and w.owner = g.owner and w.subject = g.subject and g.next is null
   )
   update work w set due_at = g.next, ready = false, tries = 0, urgent_since = null
   from given g where w.kind = g.kind and w.owner = g.owner and w.subject = g.subject and g.next is not null`,
  { replanned: true },
)

/** `next`: when it is due again; null: it is over. */
export async function endOthers(tx: Executor, ended: (Other & { kind: string; next: string | null })[]): Promise<void> {
  if (ended.length > 0) await tx.query(endStatement, arraysOf(ended, ['kind', 'owner', 'subject', 'next']))
}
