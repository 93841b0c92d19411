// The SQL with which an organization manages its web widgets. Nothing here finds a deleted widget.
import type { AgentWebWidget } from '@parley/contract'
import { assignments, type Fragment, sql } from '../database/fragments.ts'
import type { TimePosition } from '../database/cursor.ts'
import { statement } from '../database/database.ts'
import { type BoundedRows, readLargeRows } from '../database/large-rows.ts'
import type { Store } from '../database/store.ts'
import { judgeLive } from './rules/live.ts'
import { type WidgetRecord, type WidgetRow, widgetColumns } from './widget-rows.ts'

const lockStatement = statement(
  'lock_web_widgets',
  `select pg_advisory_xact_lock(hashtextextended('web widgets of ' || $1::text, 0)) as organization_id`,
)
const countStatement = statement(
  'count_web_widgets',
  'select count(*) from web_widgets where organization_id = $1 and deleted_at is null',
)

/** Blocks other new widgets until the transaction ends. */
export async function countLockedWidgets(tx: Store): Promise<number> {
  await tx.query(lockStatement, [tx.organization_id])
  const [row] = await tx.query<{ count: number }>(countStatement, [tx.organization_id])
  return row!.count
}

/** What a change of a widget can set. */
export type WidgetChanges = Partial<
  Pick<
    WidgetRow,
    | 'agent_id'
    | 'agent_version_id'
    | 'name'
    | 'domains'
    | 'published'
    | 'config'
    | 'limits'
    | 'identity_required'
    | 'allow_hmac'
    | 'captcha'
  >
>

export type NewWidget = Required<WidgetChanges> & { id: string }

const insertStatement = statement(
  'insert_web_widget',
  `insert into web_widgets (organization_id, id, agent_id, agent_version_id, name, domains, published, config, limits,
                            identity_required, allow_hmac, captcha, created_at, updated_at)
   select $1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6::text[], $7, $8::jsonb, $9::jsonb, $10, $11, $12::jsonb, time, time
   from clock_timestamp() as time`,
)

export async function insertWidget(store: Store, widget: NewWidget): Promise<void> {
  const { id, agent_id, agent_version_id, name, domains, published } = widget
  const { config, limits, identity_required, allow_hmac, captcha } = widget
  const json = [JSON.stringify(config), JSON.stringify(limits)]
  const values = [id, agent_id, agent_version_id, name, domains, published, ...json, identity_required, allow_hmac]
  await store.query(insertStatement, [store.organization_id, ...values, jsonOrNull(captcha)])
}

function jsonOrNull(value: object | null): string | null {
  return value && JSON.stringify(value)
}

/** Under its lock. */
export async function changeWidget(store: Store, id: string, changes: WidgetChanges): Promise<void> {
  const { config, limits, captcha, ...rest } = changes
  const values = {
    ...rest,
    config: config && JSON.stringify(config),
    limits: limits && JSON.stringify(limits),
    captcha: captcha === undefined ? undefined : jsonOrNull(captcha),
    revision: sql`revision + 1`,
    updated_at: sql`clock_timestamp()`,
  }
  await store.execute(sql`
    update web_widgets set ${assignments(values)}
    where organization_id = ${store.organization_id} and id = ${id} and deleted_at is null`)
}

const deleteKeysStatement = statement(
  'delete_keys_of_web_widget',
  'delete from web_widget_identity_keys where organization_id = $1 and widget_id = $2',
)
const deleteBlocksStatement = statement(
  'delete_blocks_of_web_widget',
  'delete from web_widget_blocks where organization_id = $1 and widget_id = $2',
)
const deleteStatement = statement(
  'delete_web_widget',
  `update web_widgets set deleted_at = clock_timestamp(), published = false, config = '{}', domains = '{}', captcha = null
   where organization_id = $1 and id = $2`,
)

/** Under its lock. The row stays, because conversations and statistics name it; it says nothing any more. */
export async function deleteWidget(store: Store, id: string): Promise<void> {
  const named = [store.organization_id, id]
  await store.query(deleteKeysStatement, named)
  await store.query(deleteBlocksStatement, named)
  await store.query(deleteStatement, named)
}

const revokeStatement = statement(
  'revoke_visitors_of_web_widget',
  `update web_widgets
   set revoked_before = greatest(revoked_before, least(coalesce($3::timestamptz, clock_timestamp()), clock_timestamp()))
   where organization_id = $1 and id = $2
     and ($3::timestamptz is null or $3::timestamptz < clock_timestamp() + interval '1 minute')
   returning revoked_before`,
)

/** `before` null: now. The time never goes back. Null: it is in the future, by more than clocks differ. */
export async function revokeVisitors(store: Store, id: string, before: string | null): Promise<string | null> {
  const [row] = await store.query<{ revoked_before: string }>(revokeStatement, [store.organization_id, id, before])
  return row?.revoked_before ?? null
}

export interface WidgetFilters {
  agent_version_id?: string
  published?: boolean
  name?: string
  created_after?: string
  created_before?: string
  updated_after?: string
  updated_before?: string
}

const listedColumns = `${widgetColumns.map((column) => `r.${column}`).join(', ')},
  (select name from agents where id = r.agent_id) as agent_name,
  (select active and deleted_at is null from agents where id = r.agent_id) as agent_active,
  (select published from agent_versions where id = r.agent_version_id) as version_published`

/** Newest first. `agent_ids` null: of all agents. */
export function listWidgetRows(
  store: Store,
  agent_ids: readonly string[] | null,
  filters: WidgetFilters,
  after: TimePosition | null,
  { limit, max_bytes }: { limit: number; max_bytes: number },
): Promise<BoundedRows<WidgetRecord>> {
  const { agent_version_id, published, name, created_after, created_before, updated_after, updated_before } = filters
  const conditions: Fragment[] = [sql`organization_id = ${store.organization_id}`, sql`deleted_at is null`]
  if (agent_ids !== null) conditions.push(sql`agent_id = any(${agent_ids}::uuid[])`)
  if (agent_version_id !== undefined) conditions.push(sql`agent_version_id = ${agent_version_id}::uuid`)
  if (published !== undefined) conditions.push(sql`published = ${published}`)
  if (name !== undefined) conditions.push(sql`strpos(lower(name), lower(${name})) > 0`)
  if (created_after !== undefined) conditions.push(sql`created_at >= ${created_after}::timestamptz`)
  if (created_before !== undefined) conditions.push(sql`created_at <= ${created_before}::timestamptz`)
  if (updated_after !== undefined) conditions.push(sql`updated_at >= ${updated_after}::timestamptz`)
  if (updated_before !== undefined) conditions.push(sql`updated_at <= ${updated_before}::timestamptz`)
  if (after !== null) conditions.push(sql`(created_at, id) < (${after.time}::timestamptz, ${after.key}::uuid)`)
  const ids = sql`
    select id from web_widgets where ${sql.join(conditions, sql` and `)}
    order by created_at desc, id desc limit ${limit}`
  // Warnings repeat the names of unknown keys.
  const bytes = '3000 + 2 * octet_length(r.config::text) + octet_length(array_to_string(r.domains, $$,$$))'
  return readLargeRows(store, { table: 'web_widgets', columns: listedColumns, ids, bytes, max_bytes })
}

type OfAgent = Omit<AgentWebWidget, 'live'> & { agent_active: boolean; version_published: boolean }

const ofAgentStatement = statement(
  'list_web_widgets_of_agent',
  `select w.id, w.name, w.published, w.agent_version_id, a.active and a.deleted_at is null as agent_active,
          v.published as version_published
   from web_widgets w join agents a on a.id = w.agent_id join agent_versions v on v.id = w.agent_version_id
   where w.organization_id = $1 and w.agent_id = $2 and w.deleted_at is null
   order by w.created_at desc, w.id desc limit $3`,
)

const max_of_agent = 100

/** Newest first. */
export async function listWidgetsOfAgent(store: Store, agent_id: string): Promise<AgentWebWidget[]> {
  const rows = await store.query<OfAgent>(ofAgentStatement, [store.organization_id, agent_id, max_of_agent])
  return rows.map(({ agent_active, version_published, ...widget }) => {
    return { ...widget, live: judgeLive({ published: widget.published, agent_active, version_published }) === 'live' }
  })
}

const liveStatement = statement(
  'has_live_web_widgets',
  `select w.id from web_widgets w join agents a on a.id = w.agent_id join agent_versions v on v.id = w.agent_version_id
   where w.organization_id = $1 and w.agent_id = $2 and w.deleted_at is null and w.published and v.published
     and a.active limit 1`,
)

/** Under the lock of the agent, which every change of its widgets shares. */
export async function hasLiveWidgets(store: Store, agent_id: string): Promise<boolean> {
  return (await store.query(liveStatement, [store.organization_id, agent_id])).length > 0
}
