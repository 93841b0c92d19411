// Links a guest to the user whom the site has signed in the same browser (B6).
import { holdActive } from '../conversations/conversations.ts'
import { statement } from '../database/database.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import { findActive } from './visitor-rows.ts'

const lockStatement = statement(
  'lock_web_widget_starts',
  `select pg_advisory_xact_lock(hashtextextended('web widget ' || $2::uuid, 0)) from web_widgets
   where organization_id = $1 and id = $2`,
)
const hasAnyStatement = statement(
  'has_visitor_conversations',
  `select from web_widget_conversations where organization_id = $1 and widget_id = $2 and user_id = $3 limit 1`,
)
const linkStatement = statement(
  'link_guest',
  `insert into web_widget_links (widget_id, guest_id, user_id, organization_id) values ($2, $3, $4, $1)
   on conflict do nothing returning 1`,
)
const dropStatement = statement(
  'drop_oldest_links',
  `delete from web_widget_links where organization_id = $1 and widget_id = $2 and user_id = $3 and guest_id in
     (select guest_id from web_widget_links where widget_id = $2 and user_id = $3
      order by linked_at desc, guest_id offset $4)`,
)
const shareStatement = statement(
  'share_active_conversation',
  `insert into web_widget_active (widget_id, user_id, conversation_id, organization_id) values ($2, $3, $4, $1)
   on conflict do nothing`,
)

export interface Link {
  widget_id: string
  guest_id: string
  user_id: string
}

/** Starts of the widget wait until the transaction ends. */
export async function lockStarts(tx: TransactionStore, widget_id: string): Promise<void> {
  await tx.query(lockStatement, [tx.organization_id, widget_id])
}

/**
 * False: the guest has started nothing, or is linked already; then nothing is written. The oldest link of a user goes when there are
 * more than `most_guests`.
 */
export async function linkGuest(
  tx: TransactionStore,
  { widget_id, guest_id, user_id }: Link,
  most_guests: number,
): Promise<boolean> {
  const { organization_id } = tx
  if ((await tx.query(hasAnyStatement, [organization_id, widget_id, guest_id])).length === 0) return false
  if ((await tx.query(linkStatement, [organization_id, widget_id, guest_id, user_id])).length === 0) return false
  await shareActive(tx, { widget_id, guest_id, user_id })
  await tx.query(dropStatement, [organization_id, widget_id, user_id, most_guests])
  return true
}

/**
 * Both names lead to one conversation, so that neither can begin a second one beside it (B3). Its end frees the names that it sees, so it
 * comes before, and nothing is shared, or after both are there.
 */
async function shareActive(tx: TransactionStore, { widget_id, guest_id, user_id }: Link): Promise<void> {
  const id = await findActive(tx, { widget_id, user_id: guest_id })
  if (id === null || !(await holdActive(tx, id))) return
  await tx.query(shareStatement, [tx.organization_id, widget_id, user_id, id])
}

const userStatement = statement(
  'read_link',
  'select user_id from web_widget_links where organization_id = $1 and widget_id = $2 and guest_id = $3',
)

/** Null: nobody has signed this guest. */
export async function readLinkedUser(store: Store, widget_id: string, guest_id: string): Promise<string | null> {
  const [row] = await store.query<{ user_id: string }>(userStatement, [store.organization_id, widget_id, guest_id])
  return row?.user_id ?? null
}

const nextStatement = statement(
  'read_guest_conversations',
  `select conversation_id from web_widget_conversations
   where organization_id = $1 and widget_id = $2 and user_id = $3 and ($4::uuid is null or conversation_id > $4)
   order by conversation_id limit $5`,
)

/** In the order of their ids. */
export async function readGuestConversations(
  store: Store,
  { widget_id, guest_id }: Pick<Link, 'widget_id' | 'guest_id'>,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const values = [store.organization_id, widget_id, guest_id, after, limit]
  const rows = await store.query<{ conversation_id: string }>(nextStatement, values)
  return rows.map(({ conversation_id }) => conversation_id)
}
