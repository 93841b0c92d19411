// Blocked visitors of a widget, for those who manage it. Nothing here finds a block that has expired.
import { type TimePosition, newest } from '../database/cursor.ts'
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'

export interface BlockRecord {
  block_id: string
  conversation_id: string
  expires_at: string
  reason: string | null
  created_at: string
}

const columns = 'id as block_id, conversation_id, expires_at, reason, created_at'
const current = 'organization_id = $1 and widget_id = $2 and expires_at > clock_timestamp()'

const forgetStatement = statement(
  'forget_expired_web_widget_blocks',
  `delete from web_widget_blocks where organization_id = $1 and widget_id = $2 and expires_at <= clock_timestamp()`,
)
const countStatement = statement(
  'count_web_widget_blocks',
  `select count(*) from web_widget_blocks where ${current} and conversation_id <> $3`,
)

/** How many others there are. Deletes those that have expired. Under the lock of the widget. */
export async function countOtherBlocks(store: Store, widget_id: string, conversation_id: string): Promise<number> {
  await store.query(forgetStatement, [store.organization_id, widget_id])
  const [row] = await store.query<{ count: number }>(countStatement, [
    store.organization_id,
    widget_id,
    conversation_id,
  ])
  return row!.count
}

export interface NewBlock {
  id: string
  conversation_id: string
  user_id: string
  /** Null: it is not known any more. */
  address_hash: Buffer | null
  reason: string | null
  hours: number
}

const insertStatement = statement(
  'insert_web_widget_block',
  `insert into web_widget_blocks (organization_id, widget_id, id, conversation_id, user_id, address_hash, reason, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8::integer * interval '1 hour')
   on conflict (widget_id, conversation_id) do update set reason = excluded.reason, expires_at = excluded.expires_at
   returning ${columns}`,
)

/** Replaces an earlier block of the conversation, under its id. */
export async function insertBlock(store: Store, widget_id: string, block: NewBlock): Promise<BlockRecord> {
  const { id, conversation_id, user_id, address_hash, reason, hours } = block
  const values = [store.organization_id, widget_id, id, conversation_id, user_id, address_hash, reason, hours]
  const [row] = await store.query<BlockRecord>(insertStatement, values)
  return row!
}

const listStatement = statement(
  'list_web_widget_blocks',
  `select ${columns} from web_widget_blocks where ${current} and (created_at, id) < ($3, $4)
   order by created_at desc, id desc limit $5`,
)

/** Newest first. */
export function listBlockRows(
  store: Store,
  widget_id: string,
  after: TimePosition | null,
  limit: number,
): Promise<BlockRecord[]> {
  const { time, key } = after ?? newest
  return store.query(listStatement, [store.organization_id, widget_id, time, key, limit])
}

const deleteStatement = statement(
  'delete_web_widget_block',
  `delete from web_widget_blocks where ${current} and id = $3 returning id`,
)

/** False if there is no such block. */
export async function deleteBlockRow(store: Store, widget_id: string, block_id: string): Promise<boolean> {
  return (await store.query(deleteStatement, [store.organization_id, widget_id, block_id])).length > 0
}
