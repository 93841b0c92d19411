// Rows of visitors: which conversations are theirs, which is active, and which guests became which user.
import { statement } from '../database/database.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import { isUuid } from '../base/ports.ts'

export interface VisitorConversation {
  conversation_id: string
  user_id: string
  address_hash: Buffer | null
  is_preview: boolean
  created_at: string
  read_position: number
  feedback_given: boolean
}

const columns = `v.conversation_id, v.user_id, v.address_hash, v.is_preview, v.created_at, v.read_position,
  exists (select from web_widget_feedback f where f.conversation_id = v.conversation_id)
    or exists (select from conversation_ratings r where r.conversation_id = v.conversation_id) as feedback_given`

/** B6: this user id exactly, and the guests that are linked to it. */
const ofVisitor = `(v.user_id = $3 or exists (select from web_widget_links l
  where l.widget_id = v.widget_id and l.guest_id = v.user_id and l.user_id = $3))`

const findStatement = statement(
  'find_visitor_conversation',
  `select ${columns} from web_widget_conversations v
   where v.organization_id = $1 and v.widget_id = $2 and v.conversation_id = $4 and ${ofVisitor}`,
)

/** A conversation that this visitor may see, or null. */
export async function findVisitorConversation(
  store: Store,
  { widget_id, user_id }: { widget_id: string; user_id: string },
  conversation_id: string,
): Promise<VisitorConversation | null> {
  if (!isUuid(conversation_id)) return null
  const values = [store.organization_id, widget_id, user_id, conversation_id]
  const [row] = await store.query<VisitorConversation>(findStatement, values)
  return row ?? null
}

const visitorStatement = statement(
  'read_visitor_of_conversation',
  `select user_id, address_hash from web_widget_conversations
   where organization_id = $1 and widget_id = $2 and conversation_id = $3`,
)

/** Who started a conversation of the widget; null: it has no such conversation. */
export async function readVisitorOf(
  store: Store,
  widget_id: string,
  conversation_id: string,
): Promise<Pick<VisitorConversation, 'user_id' | 'address_hash'> | null> {
  if (!isUuid(conversation_id)) return null
  const [row] = await store.query<Pick<VisitorConversation, 'user_id' | 'address_hash'>>(visitorStatement, [
    store.organization_id,
    widget_id,
    conversation_id,
  ])
  return row ?? null
}

// Each of a user’s guests has its newest rows read from the index; together they are few.
const pageStatement = statement(
  'list_visitor_conversations',
  `select ${columns} from (
     select one.* from (
       select $3::text as user_id
       union select l.guest_id from web_widget_links l
       where l.organization_id = $1 and l.widget_id = $2 and l.user_id = $3
     ) theirs
     cross join lateral (
       select * from web_widget_conversations c
       where c.organization_id = $1 and c.widget_id = $2 and c.user_id = theirs.user_id
         and ($4::timestamptz is null or c.created_at < $4::timestamptz)
       order by c.created_at desc limit $5
     ) one
   ) v order by v.created_at desc limit $5`,
)

/** Newest first. `created_at` is unique within an organization. */
export function listVisitorRows(
  store: Store,
  { widget_id, user_id }: { widget_id: string; user_id: string },
  before: string | null,
  limit: number,
): Promise<VisitorConversation[]> {
  return store.query(pageStatement, [store.organization_id, widget_id, user_id, before, limit])
}

const activeStatement = statement(
  'find_active_visitor_conversation',
  'select conversation_id from web_widget_active where organization_id = $1 and widget_id = $2 and user_id = $3',
)

export async function findActive(
  store: Store,
  { widget_id, user_id }: { widget_id: string; user_id: string },
): Promise<string | null> {
  const [row] = await store.query<{ conversation_id: string }>(activeStatement, [
    store.organization_id,
    widget_id,
    user_id,
  ])
  return row?.conversation_id ?? null
}

const insertStatement = statement(
  'insert_visitor_conversation',
  `insert into web_widget_conversations (conversation_id, organization_id, widget_id, user_id, address_hash, is_preview, created_at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
)

export interface NewVisitorConversation {
  conversation_id: string
  widget_id: string
  user_id: string
  address_hash: Buffer | null
  is_preview: boolean
  created_at: string
}

export async function insertVisitorConversation(tx: TransactionStore, row: NewVisitorConversation): Promise<void> {
  const { conversation_id, widget_id, user_id, address_hash, is_preview, created_at } = row
  const values = [conversation_id, tx.organization_id, widget_id, user_id, address_hash, is_preview, created_at]
  await tx.query(insertStatement, values)
}

const readStatement = statement(
  'raise_read_position',
  `update web_widget_conversations set read_position = greatest(read_position, $3)
   where organization_id = $1 and conversation_id = $2`,
)

export async function raiseReadPosition(store: Store, conversation_id: string, position: number): Promise<void> {
  await store.query(readStatement, [store.organization_id, conversation_id, position])
}

const feedbackStatement = statement(
  'insert_feedback',
  `insert into web_widget_feedback (conversation_id, organization_id, widget_id) values ($2, $1, $3)
   on conflict do nothing returning 1`,
)

/** B10. False: it was given before. */
export async function insertFeedback(tx: Store, widget_id: string, conversation_id: string): Promise<boolean> {
  return (await tx.query(feedbackStatement, [tx.organization_id, conversation_id, widget_id])).length > 0
}

const eraseStatements = [
  statement(
    'erase_links',
    `delete from web_widget_links l using web_widget_conversations v
     where v.conversation_id = $1 and v.organization_id = $2 and l.widget_id = v.widget_id and l.guest_id = v.user_id
       and not exists (select from web_widget_conversations other where other.widget_id = v.widget_id
                       and other.user_id = v.user_id and other.conversation_id <> v.conversation_id)`,
  ),
  statement('erase_active', 'delete from web_widget_active where conversation_id = $1 and organization_id = $2'),
  statement('erase_feedback', 'delete from web_widget_feedback where conversation_id = $1 and organization_id = $2'),
  statement(
    'erase_visitor_conversation',
    'delete from web_widget_conversations where conversation_id = $1 and organization_id = $2',
  ),
]

/** In the commit of a deletion. */
export async function eraseVisitor(tx: TransactionStore, conversation_id: string): Promise<void> {
  for (const erase of eraseStatements) await tx.query(erase, [conversation_id, tx.organization_id])
}
