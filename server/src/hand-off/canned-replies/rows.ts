// The SQL of canned replies.
import type { CannedReply } from '@parley/contract'
import { type Fragment, sql, assignments } from '../../database/fragments.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

const columns = `r.id, r.shortcut, r.title, r.text, r.revision, r.created_at, r.updated_at,
  (select key from teams t where t.id = r.team_id and t.deleted_at is null) as team`

const findStatement = statement(
  'find_canned_reply',
  `select ${columns} from canned_replies r where r.organization_id = $1 and r.id = $2`,
)
const lockStatement = statement(
  'lock_canned_reply',
  'select id from canned_replies where organization_id = $1 and id = $2 for update',
)

export async function findCannedReply(store: Store, id: string): Promise<CannedReply | null> {
  const [row] = await store.query<CannedReply>(findStatement, [store.organization_id, id])
  return row ?? null
}

export async function lockCannedReply(tx: Store, id: string): Promise<CannedReply | null> {
  await tx.query(lockStatement, [tx.organization_id, id])
  return findCannedReply(tx, id)
}

export interface CannedReplyFilters {
  search?: string | undefined
  team?: string | undefined
}

/** By shortcut, after one. */
export function listCannedReplyRows(
  store: Store,
  { search, team }: CannedReplyFilters,
  after: string | null,
  limit: number,
): Promise<CannedReply[]> {
  const conditions: Fragment[] = [sql`r.organization_id = ${store.organization_id}`]
  if (after !== null) conditions.push(sql`r.shortcut > ${after}`)
  if (search !== undefined) conditions.push(sql`strpos(lower(r.shortcut || ' ' || r.title), lower(${search})) > 0`)
  if (team !== undefined) {
    conditions.push(sql`(r.team_id is null or r.team_id = (select id from teams t
      where t.organization_id = ${store.organization_id} and t.key = ${team} and t.deleted_at is null))`)
  }
  return store.execute(sql<CannedReply>`
    select ${sql.raw(columns)} from canned_replies r where ${sql.join(conditions, sql` and `)}
    order by r.shortcut limit ${limit}`)
}

const lockAllStatement = statement(
  'lock_canned_replies',
  `select pg_advisory_xact_lock(hashtextextended('canned replies of ' || $1::text, 0)) as organization_id`,
)
const countStatement = statement(
  'count_canned_replies',
  'select count(*) from canned_replies where organization_id = $1',
)

/** Blocks other new ones, and other shortcuts, until the transaction ends. */
export async function countLockedCannedReplies(tx: Store): Promise<number> {
  await tx.query(lockAllStatement, [tx.organization_id])
  const [row] = await tx.query<{ count: number }>(countStatement, [tx.organization_id])
  return row!.count
}

const takenStatement = statement(
  'is_shortcut_taken',
  'select id from canned_replies where organization_id = $1 and shortcut = $2 and id <> $3',
)

export async function isShortcutTaken(tx: Store, shortcut: string, by_other_than: string): Promise<boolean> {
  return (await tx.query(takenStatement, [tx.organization_id, shortcut, by_other_than])).length > 0
}

export interface CannedReplyFields {
  shortcut: string
  title: string
  text: string
  team_id: string | null
}

const insertStatement = statement(
  'insert_canned_reply',
  `insert into canned_replies (organization_id, id, shortcut, title, text, team_id, created_at, updated_at)
   select $1::uuid, $2::uuid, $3, $4, $5, $6::uuid, time, time from clock_timestamp() as time`,
)

export async function insertCannedReply(tx: Store, id: string, fields: CannedReplyFields): Promise<void> {
  const { shortcut, title, text, team_id } = fields
  await tx.query(insertStatement, [tx.organization_id, id, shortcut, title, text, team_id])
}

export async function changeCannedReply(tx: Store, id: string, fields: Partial<CannedReplyFields>): Promise<void> {
  const values = { ...fields, revision: sql`revision + 1`, updated_at: sql`clock_timestamp()` }
  await tx.execute(sql`
    update canned_replies set ${assignments(values)} where organization_id = ${tx.organization_id} and id = ${id}`)
}

const deleteStatement = statement(
  'delete_canned_reply',
  'delete from canned_replies where organization_id = $1 and id = $2 returning id',
)

export async function deleteCannedReplyRow(store: Store, id: string): Promise<boolean> {
  return (await store.query(deleteStatement, [store.organization_id, id])).length > 0
}
