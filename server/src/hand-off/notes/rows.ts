// The SQL of notes (H8): a table of their own, which nothing that reaches an end user, a prompt or an analysis names.
import type { MessageAuthor, Note } from '@parley/contract'
import type { TimePosition } from '../../database/cursor.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

const columns = 'id, text, author, for_agent, created_at, edited_at'

const listStatement = statement(
  'list_notes',
  `select ${columns} from conversation_notes where organization_id = $1 and conversation_id = $2
     and ($3::timestamptz is null or (created_at, id) > ($3::timestamptz, $4::uuid))
   order by created_at, id limit $5`,
)

/** Oldest first. */
export function listNoteRows(
  store: Store,
  conversation_id: string,
  after: TimePosition | null,
  limit: number,
): Promise<Note[]> {
  const values = [store.organization_id, conversation_id, after?.time ?? null, after?.key ?? null, limit]
  return store.query(listStatement, values)
}

const findStatement = statement(
  'find_note',
  `select ${columns} from conversation_notes where organization_id = $1 and conversation_id = $2 and id = $3`,
)

export async function findNote(store: Store, conversation_id: string, id: string): Promise<Note | null> {
  const [row] = await store.query<Note>(findStatement, [store.organization_id, conversation_id, id])
  return row ?? null
}

const changeStatement = statement(
  'change_note',
  `update conversation_notes set text = $4, for_agent = $5, edited_at = $6
   where organization_id = $1 and conversation_id = $2 and id = $3`,
)

export async function changeNote(
  tx: Store,
  conversation_id: string,
  { id, text, for_agent }: Pick<Note, 'id' | 'text' | 'for_agent'>,
  now: string,
): Promise<void> {
  await tx.query(changeStatement, [tx.organization_id, conversation_id, id, text, for_agent, now])
}

const deleteStatement = statement(
  'delete_note',
  'delete from conversation_notes where organization_id = $1 and conversation_id = $2 and id = $3',
)

export async function deleteNoteRow(tx: Store, conversation_id: string, id: string): Promise<void> {
  await tx.query(deleteStatement, [tx.organization_id, conversation_id, id])
}

export const isSameAuthor = (one: MessageAuthor, other: MessageAuthor) =>
  one.type === other.type && one.id === other.id && one.external === other.external
