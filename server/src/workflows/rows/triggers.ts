// Reads triggers and what they have fired, as the API shows them. `triggers/` writes them.
import type { FireOutcome, TriggerType } from '@parley/contract'
import { isUuid } from '../../base/ports.ts'
import type { TimePosition } from '../../database/cursor.ts'
import { statement } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/fragments.ts'
import type { Store } from '../../database/store.ts'

export interface FireRow {
  id: string
  at: string
  scheduled_at: string | null
  outcome: FireOutcome
  reason: string | null
  execution_id: string | null
}

export interface TriggerRow {
  id: string
  workflow_id: string
  workflow_name: string
  version: number
  is_live: boolean
  step_id: string
  type: TriggerType
  /** Sealed; null: it is no webhook. */
  token: Buffer | null
  cron: string | null
  timezone: string | null
  paused: boolean
  next_at: string | null
  created_at: string
  last_fire: FireRow | null
}

const fireColumns = 'f.id, f.at, f.scheduled_at, f.outcome, f.reason, f.execution_id'

// Times of a JSON object have another form than those of columns.
const columns = `t.id, t.workflow_id, w.name as workflow_name, t.version, t.is_live, t.step_id, t.type, t.token, t.cron, t.timezone,
  t.paused, t.next_at, t.created_at, l.id as fire_id, l.at as fire_at, l.scheduled_at as fire_scheduled_at, l.outcome as fire_outcome,
  l.reason as fire_reason, l.execution_id as fire_execution_id`

const tables = `workflow_triggers t join workflows w on w.id = t.workflow_id and w.deleted_at is null
  left join lateral (select ${fireColumns} from workflow_fires f where f.trigger_id = t.id order by f.at desc, f.id desc limit 1) l on true`

type Row = Omit<TriggerRow, 'last_fire'> & {
  fire_id: string | null
  fire_at: string
  fire_scheduled_at: string | null
  fire_outcome: FireOutcome
  fire_reason: string | null
  fire_execution_id: string | null
}

function triggerOf(row: Row): TriggerRow {
  const { fire_id, fire_at, fire_scheduled_at, fire_outcome, fire_reason, fire_execution_id, ...trigger } = row
  if (fire_id === null) return { ...trigger, last_fire: null }
  const fire = { at: fire_at, scheduled_at: fire_scheduled_at, outcome: fire_outcome, reason: fire_reason }
  return { ...trigger, last_fire: { id: fire_id, ...fire, execution_id: fire_execution_id } }
}

const readStatement = statement(
  'read_workflow_trigger',
  `select ${columns} from ${tables} where t.organization_id = $1 and t.id = $2`,
)

export async function readTrigger(store: Store, id: string): Promise<TriggerRow | null> {
  if (!isUuid(id)) return null
  const [row] = await store.query<Row>(readStatement, [store.organization_id, id])
  return row ? triggerOf(row) : null
}

export interface TriggerFilters {
  workflow_id?: string
  type?: TriggerType
  live?: boolean
}

/** Newest first. */
export async function listTriggerRows(
  store: Store,
  { workflow_id, type, live }: TriggerFilters,
  after: TimePosition | null,
  limit: number,
): Promise<TriggerRow[]> {
  if (workflow_id !== undefined && !isUuid(workflow_id)) return []
  const conditions: Fragment[] = [sql`t.organization_id = ${store.organization_id}`]
  if (workflow_id !== undefined) conditions.push(sql`t.workflow_id = ${workflow_id}::uuid`)
  if (type !== undefined) conditions.push(sql`t.type = ${type}`)
  if (live !== undefined) conditions.push(sql`t.is_live = ${live}`)
  if (after !== null) conditions.push(sql`(t.created_at, t.id) < (${after.time}::timestamptz, ${after.key}::uuid)`)
  const rows = await store.execute(sql<Row>`
    select ${sql.raw(columns)} from ${sql.raw(tables)} where ${sql.join(conditions, sql` and `)}
    order by t.created_at desc, t.id desc limit ${limit}`)
  return rows.map(triggerOf)
}

/** Newest first. */
export async function listFireRows(
  store: Store,
  trigger_id: string,
  outcome: FireOutcome | null,
  after: TimePosition | null,
  limit: number,
): Promise<FireRow[]> {
  const conditions: Fragment[] = [
    sql`f.organization_id = ${store.organization_id}`,
    sql`f.trigger_id = ${trigger_id}::uuid`,
  ]
  if (outcome !== null) conditions.push(sql`f.outcome = ${outcome}`)
  if (after !== null) conditions.push(sql`(f.at, f.id) < (${after.time}::timestamptz, ${after.key}::uuid)`)
  return store.execute(sql<FireRow>`
    select ${sql.raw(fireColumns)} from workflow_fires f where ${sql.join(conditions, sql` and `)}
    order by f.at desc, f.id desc limit ${limit}`)
}
