// Writes who handles conversations, and the rest of their hand-offs. Part of commit.ts.
import { type Pipeline, statement } from '../../database/database.ts'
import { givenHandlingColumns, replacedHandlingColumns, storedHandlingColumns } from '../machine/handling.ts'
import type { Planned } from '../machine/plan.ts'

const writeStatement = statement(
  'write_handlings',
  `with given as (
     select * from jsonb_to_recordset($1::jsonb) as g(conversation_id uuid, organization_id uuid, ${givenHandlingColumns})
   ), moved as (
     update conversations c set handled_by = g.handled_by from given g
     where c.id = g.conversation_id and c.organization_id = g.organization_id and c.handled_by <> g.handled_by
   )
   insert into handlings (conversation_id, organization_id, created_at, ended_at, ${storedHandlingColumns})
   select c.id, c.organization_id, c.created_at, c.ended_at, ${storedHandlingColumns
     .split(', ')
     .map((name) => `g.${name}`)
     .join(', ')}
   from given g join conversations c on c.id = g.conversation_id and c.organization_id = g.organization_id
   on conflict (conversation_id) do update set ${replacedHandlingColumns}`,
)

/** No statement without any: most changes have nothing to do with people. */
export function writeHandlings(tx: Pipeline, plans: Planned[]): void {
  const rows = plans.flatMap(({ state: { id: conversation_id, organization_id }, change: { handling } }) =>
    handling ? [{ ...handling, conversation_id, organization_id }] : [],
  )
  if (rows.length > 0) tx.send(writeStatement, [JSON.stringify(rows)])
}
