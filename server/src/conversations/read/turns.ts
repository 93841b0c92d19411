// Reads turns. Writes nothing.
import { statement } from '../../database/database.ts'
import { rowOf, rowsOf } from '../../database/rows.ts'
import type { Store } from '../../database/store.ts'
import { isUuid } from '../../base/ports.ts'
import { type TurnRecord, turnColumns } from '../machine/rows.ts'
import { hasContent } from './transcript.ts'

const columns = `${turnColumns},
  array(select i.id from transcript_items i where i.turn_id = coalesce(t.messages_of, t.id)
        and i.conversation_id = t.conversation_id and i.role = 'user'
          and ${hasContent('t.conversation_id', 't.organization_id')} order by i.position) as user_message_ids`

const findTurnStatement = statement(
  'find_turn',
  `select wanted.call, ${columns}, coalesce(t.handled_by, 'agent') as handled_by from ${rowsOf('wanted', 'id uuid, conversation_id uuid, organization_id uuid')}
   cross join ${rowOf('turns', 't', 't.id = wanted.id')}
   where t.conversation_id = wanted.conversation_id and t.organization_id = wanted.organization_id`,
)

export async function findTurn(store: Store, conversation_id: string, turn_id: string): Promise<TurnRecord | null> {
  if (!isUuid(turn_id)) return null
  const [row] = await store.lookUp<TurnRecord>(findTurnStatement, [turn_id, conversation_id, store.organization_id])
  return row ?? null
}

const newestTryStatement = statement(
  'newest_try',
  `select ${columns} from turns t
   where t.conversation_id = $1 and t.organization_id = $2 and (t.id = $3 or t.messages_of = $3)
   order by t.sequence desc limit 1`,
)

/** The newest of the turns that were to answer this turn's messages: the turn itself, unless it failed and was tried again. */
export async function findNewestTry(
  store: Store,
  conversation_id: string,
  turn_id: string,
): Promise<TurnRecord | null> {
  const [row] = await store.query<TurnRecord>(newestTryStatement, [conversation_id, store.organization_id, turn_id])
  return row ?? null
}

const listTurnsStatement = statement(
  'list_turns',
  `select ${columns} from turns t
   where t.conversation_id = $1 and t.organization_id = $2 and t.sequence > $3 order by t.sequence limit $4`,
)

export function listTurns(
  store: Store,
  conversation_id: string,
  after_sequence: number,
  limit: number,
): Promise<TurnRecord[]> {
  return store.query(listTurnsStatement, [conversation_id, store.organization_id, after_sequence, limit])
}

const acceptedStatement = statement(
  'find_accepted_message',
  `select i.turn_id, t.lease, t.node_id from transcript_items i join turns t on t.id = i.turn_id
   where i.conversation_id = $1 and i.organization_id = $2 and i.id = $3`,
)

export interface AcceptedMessage {
  turn_id: string
  /** Of the running turn. */
  lease: number | null
  node_id: string | null
}

/** The turn that a message is stored in, if it is stored. */
export async function findAcceptedMessage(store: Store, conversation_id: string, message_id: string) {
  const values = [conversation_id, store.organization_id, message_id]
  const [row] = await store.query<AcceptedMessage>(acceptedStatement, values)
  return row ?? null
}
