// Notes that a call from a chain of workflows and agents has changed a conversation, and that something has to be done before one begins.
// Every message from outside sets the depth back to 0 (log.ts).
import { type Pipeline, statement } from '../../database/database.ts'

const noteStatement = statement(
  'note_depth',
  'update conversation_progress set depth = $3 where conversation_id = $1 and organization_id = $2 and depth <> $3',
)

/** In the commit of the change, after it is written. */
export function noteDepth(tx: Pipeline & { organization_id: string }, conversation_id: string, depth: number): void {
  tx.send(noteStatement, [conversation_id, tx.organization_id, Math.min(depth, 100)])
}

const holdBackStatement = statement(
  'hold_conversation_back',
  'update conversation_progress set is_held_back = true where conversation_id = $1 and organization_id = $2',
)

/** In the commit that creates it: its messages wait until it begins (begin.ts). */
export function holdBack(tx: Pipeline & { organization_id: string }, conversation_id: string): void {
  tx.send(holdBackStatement, [conversation_id, tx.organization_id])
}
