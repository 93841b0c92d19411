// Writes what messages claim of their conversation: a client's id, and a widget that is answered. Each claim has one place: a second
// message with it was refused by the decision, or its commit fails. Part of commit.ts.
import { type Pipeline, statement } from '../../database/database.ts'
import { arraysOf, rowsOf } from '../../database/rows.ts'

export interface ClaimRow {
  conversation_id: string
  organization_id: string
  turn_id: string | null
  client_id?: string | null | undefined
  in_reply_to?: string | null | undefined
}

const columns = 'conversation_id uuid, organization_id uuid, turn_id uuid, client_id uuid, in_reply_to text'
const claimStatement = statement(
  'claim',
  `with given as (
     select * from ${rowsOf('given', columns)}
   ), stored as (
     insert into client_messages (conversation_id, client_id, organization_id, turn_id)
     select conversation_id, client_id, organization_id, turn_id from given where client_id is not null
   )
   insert into answered_widgets (conversation_id, call_id, organization_id)
   select conversation_id, in_reply_to, organization_id from given where in_reply_to is not null`,
)

/** No statement without any: most messages claim nothing. */
export function writeClaims(tx: Pipeline, rows: ClaimRow[]): void {
  const claims = rows.flatMap(({ client_id = null, in_reply_to = null, ...row }) =>
    client_id === null && in_reply_to === null ? [] : [{ ...row, client_id, in_reply_to }],
  )
  if (claims.length === 0) return
  const names = ['conversation_id', 'organization_id', 'turn_id', 'client_id', 'in_reply_to'] as const
  tx.send(claimStatement, arraysOf(claims, [...names]))
}
