// The SQL over the feed of an organization's conversations: gives changes their numbers, and reads them.
import { type ListedConversation, listedColumns, listedTables } from '../conversations/read/conversation.ts'
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import { type Growth, numberCommitted } from '../database/numbering.ts'
import type { RootStore, Store } from '../database/store.ts'

const numberStatements = {
  begin: statement(
    'begin_feed',
    `insert into conversation_feeds (organization_id, last_number) values ($1, 0) on conflict do nothing`,
  ),
  lock: statement('lock_feed', 'select last_number from conversation_feeds where organization_id = $1 for update'),
  number: statement(
    'number_changes',
    `with waiting as materialized (
       select id, row_number() over (order by id) as place
       from (select id from conversation_changes where organization_id = $1 and number is null order by id limit $3) oldest
     ), numbered as (
       update conversation_changes c set number = $2::bigint + w.place from waiting w where c.id = w.id
     )
     update conversation_feeds set last_number = $2::bigint + (select count(*) from waiting) where organization_id = $1
     returning last_number`,
  ),
}

/** Numbers every committed change, and returns the last number. */
export async function numberChanges(store: RootStore): Promise<number> {
  const [growth] = await readFeedGrowth(store, [store.organization_id])
  return numberCommitted(store, numberStatements, growth!)
}

const positionStatement = statement(
  'read_feed_position',
  `select coalesce((select last_number from conversation_feeds where organization_id = $1), 0) as last_number,
          (select min(number) from conversation_changes where organization_id = $1 and number is not null) as oldest_number`,
)

export interface FeedPosition {
  last_number: number
  /** Of the changes that are kept; null: none is. */
  oldest_number: number | null
}

export async function readFeedPosition(store: Store): Promise<FeedPosition> {
  const [row] = await store.query<FeedPosition>(positionStatement, [store.organization_id])
  return row!
}

const changesStatement = statement(
  'read_changes',
  `with page as materialized (
     select number, conversation_id from conversation_changes
     where organization_id = $1 and number > $2 order by number limit $3
   ), newest as (
     select conversation_id, max(number) as number from page group by conversation_id
   ), shown as (
     select ${listedColumns}, c.deleted_at is not null as is_deleted
     from ${listedTables('array(select conversation_id from newest order by number)', '$5')}
     where c.organization_id = $1 and c.status <> 'token_created' and ($4::uuid[] is null or c.agent_id = any($4))
   )
   select n.number, n.conversation_id, (select count(*) from page) as page_size, shown.*
   from newest n left join shown on shown.id = n.conversation_id
   order by n.number`,
)

type ChangeRow = { number: number; conversation_id: string; page_size: number } & (
  | (ListedConversation & { is_deleted: boolean })
  | { id: null }
)

export interface ChangeRecord {
  number: number
  conversation_id: string
  /** As it is now; null: it was deleted. */
  conversation: ListedConversation | null
}

export interface ChangePage {
  changes: ChangeRecord[]
  /** Of the last change that was read, shown or not. */
  position: number
  has_more: boolean
}

/** The last change of each conversation after a number; `agents` null: of all agents. */
export async function readChanges(
  store: Store,
  after: number,
  agents: readonly string[] | null,
  { limit, max_bytes }: { limit: number; max_bytes: number },
): Promise<ChangePage> {
  const values = [store.organization_id, after, limit, agents, max_bytes]
  const rows = await store.query<ChangeRow>(changesStatement, values)
  const changes = rows.flatMap((row): ChangeRecord[] => {
    if (row.id === null) return []
    const { number, conversation_id, page_size: _, is_deleted, ...record } = row
    return [{ number, conversation_id, conversation: is_deleted ? null : record }]
  })
  return { changes, position: rows.at(-1)?.number ?? after, has_more: (rows[0]?.page_size ?? 0) === limit }
}

const progressStatement = statement(
  'read_feed_progress',
  `select ${listedColumns} from ${listedTables('$2::uuid[]', '$4')}
   where c.organization_id = $1 and c.status <> 'token_created' and c.deleted_at is null
     and ($3::uuid[] is null or c.agent_id = any($3))`,
)

/** Conversations as they are now; `agents` null: of all agents. */
export function readProgress(
  store: Store,
  conversation_ids: readonly string[],
  agents: readonly string[] | null,
  max_bytes: number,
): Promise<ListedConversation[]> {
  return store.query(progressStatement, [store.organization_id, conversation_ids, agents, max_bytes])
}

const growthStatement = statement(
  'read_feed_growth',
  `select o.id as organization_id, coalesce(f.last_number, 0) as last_number,
          exists (select from conversation_changes c where c.organization_id = o.id and c.number is null) as has_waiting
   from unnest($1::uuid[]) o (id) left join conversation_feeds f on f.organization_id = o.id`,
)

export interface FeedGrowth extends Growth {
  organization_id: string
}

/** How far the feeds of these organizations have grown. */
export function readFeedGrowth(executor: Executor, organization_ids: string[]): Promise<FeedGrowth[]> {
  return executor.query(growthStatement, [organization_ids])
}

const waitingStatement = statement(
  'find_waiting_feeds',
  'select distinct organization_id from conversation_changes where number is null limit $1',
)

/** Organizations with changes that have no number yet. */
export async function findWaitingFeeds(executor: Executor, limit: number): Promise<string[]> {
  const rows = await executor.query<{ organization_id: string }>(waitingStatement, [limit])
  return rows.map(({ organization_id }) => organization_id)
}

// Only numbered changes, of all organizations: from the last number, a reader learns that it has missed some.
const forgetStatement = acrossOrganizations(
  'old changes of all organizations are deleted',
  'forget_changes',
  `delete from conversation_changes where id = any(array(
     select id from conversation_changes where created_at < clock_timestamp() - $1::integer * interval '1 day'
       and number is not null order by created_at limit $2))`,
)

export async function forgetChanges(executor: Executor, kept_days: number, limit: number): Promise<void> {
  await executor.query(forgetStatement, [kept_days, limit])
}
