// What hand-off reads and writes besides the conversation itself: members, who holds how much, and notes.
import { type MessageAuthor, type Role, roles } from '@parley/contract'
import { roleScopes } from '../calls/access.ts'
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import { isUuid } from '../base/ports.ts'

const answeringRoles = roles.filter((role) => roleScopes[role].has('conversations:reply'))

const memberStatement = statement(
  'find_answering_member',
  `select m.user_id as id, coalesce(u.name, u.email) as name from members m join users u on u.id = m.user_id
   where m.organization_id = $1 and m.user_id = $2 and m.role = any($3)`,
)

/** A member who can answer; null: there is no such member. */
export async function findAnsweringMember(store: Store, user_id: string): Promise<{ id: string; name: string } | null> {
  if (!isUuid(user_id)) return null
  const values = [store.organization_id, user_id.toLowerCase(), answeringRoles satisfies Role[]]
  const [row] = await store.query<{ id: string; name: string }>(memberStatement, values)
  return row ?? null
}

const noteCountStatement = statement(
  'count_notes',
  'select count(*) as count from conversation_notes where conversation_id = $1 and organization_id = $2',
)

export async function countNotes(store: Store, conversation_id: string): Promise<number> {
  const [row] = await store.query<{ count: number }>(noteCountStatement, [conversation_id, store.organization_id])
  return row!.count
}

export interface NewNote {
  id: string
  text: string
  author: MessageAuthor
  for_agent: boolean
}

const noteStatement = statement(
  'insert_note',
  `insert into conversation_notes (id, conversation_id, organization_id, text, author, for_agent, created_at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
)

export async function insertNote(tx: Store, conversation_id: string, note: NewNote, now: string): Promise<void> {
  const { id, text, author, for_agent } = note
  const values = [id, conversation_id, tx.organization_id, text, JSON.stringify(author), for_agent, now]
  await tx.query(noteStatement, values)
}

const forAgentStatement = statement(
  'notes_for_agent',
  `select text, author ->> 'name' as name from conversation_notes
   where conversation_id = $1 and organization_id = $2 and for_agent order by created_at, id limit $3`,
)

/** The notes that the agent is shown, oldest first. */
export function readNotesForAgent(
  store: Store,
  conversation_id: string,
  most: number,
): Promise<{ text: string; name: string | null }[]> {
  return store.query(forAgentStatement, [conversation_id, store.organization_id, most])
}
