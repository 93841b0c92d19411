// The SQL of workflows themselves. Nothing here finds a deleted one.
import type { JsonObject } from '../../base/json.ts'
import { isUuid } from '../../base/ports.ts'
import type { TimePosition } from '../../database/cursor.ts'
import { type Database, acrossOrganizations, statement } from '../../database/database.ts'
import { type Fragment, assignments, sql } from '../../database/fragments.ts'
import { type BoundedRows, readLargeRows } from '../../database/large-rows.ts'
import type { Store, TransactionStore } from '../../database/store.ts'

export interface WorkflowRow {
  id: string
  organization_id: string
  name: string
  description: string | null
  metadata: JsonObject
  live_version: number | null
  latest_version: number | null
  created_at: string
  updated_at: string
}

const columns = `r.id, r.organization_id, r.name, r.description, r.metadata,
  (select version from workflow_versions where workflow_id = r.id and status = 'live') as live_version,
  (select max(version) from workflow_versions where workflow_id = r.id) as latest_version, r.created_at, r.updated_at`

const readStatement = statement(
  'read_workflow',
  `select ${columns} from workflows r where r.organization_id = $1 and r.id = $2 and r.deleted_at is null`,
)

export async function readWorkflow(store: Store, id: string): Promise<WorkflowRow | null> {
  if (!isUuid(id)) return null
  const [row] = await store.query<WorkflowRow>(readStatement, [store.organization_id, id])
  return row ?? null
}

const lock = (strength: string) =>
  `select id, name from workflows where organization_id = $1 and id = $2 and deleted_at is null for ${strength}`
const lockStatements = {
  // A start of an execution holds a key share lock, which goes together with the first and not with the second.
  change: statement('lock_workflow', lock('no key update')),
  delete: statement('lock_workflow_to_delete', lock('update')),
}

/** Nobody else changes it, or its versions, until the transaction ends. Null: there is no such workflow. */
export async function lockWorkflow(
  tx: TransactionStore,
  id: string,
  what: keyof typeof lockStatements = 'change',
): Promise<{ id: string; name: string } | null> {
  if (!isUuid(id)) return null
  const [row] = await tx.query<{ id: string; name: string }>(lockStatements[what], [tx.organization_id, id])
  return row ?? null
}

const lockQuotaStatement = statement(
  'lock_workflows',
  `select pg_advisory_xact_lock(hashtextextended('workflows of ' || $1::text, 0)) as organization_id`,
)
const countStatement = statement(
  'count_workflows',
  'select count(*) from workflows where organization_id = $1 and deleted_at is null',
)

/** Blocks other new workflows until the transaction ends. */
export async function countLockedWorkflows(tx: Store): Promise<number> {
  await tx.query(lockQuotaStatement, [tx.organization_id])
  const [row] = await tx.query<{ count: number }>(countStatement, [tx.organization_id])
  return row!.count
}

export type WorkflowFields = Pick<WorkflowRow, 'name' | 'description' | 'metadata'>

const insertStatement = statement(
  'insert_workflow',
  `insert into workflows (organization_id, id, name, description, metadata, created_at, updated_at)
   select $1::uuid, $2::uuid, $3, $4, $5::jsonb, time, time from clock_timestamp() as time`,
)

export async function insertWorkflow(
  store: Store,
  { id, name, description, metadata }: WorkflowFields & { id: string },
): Promise<void> {
  await store.query(insertStatement, [store.organization_id, id, name, description, JSON.stringify(metadata)])
}

/** Changes only the fields that are not undefined. False: there is no such workflow. */
export async function changeWorkflow(
  store: Store,
  id: string,
  { metadata, ...fields }: Partial<WorkflowFields>,
): Promise<boolean> {
  const changes = { ...fields, metadata: metadata && JSON.stringify(metadata), updated_at: sql`clock_timestamp()` }
  const rows = await store.execute(sql`
    update workflows set ${assignments(changes)}
    where organization_id = ${store.organization_id} and id = ${id} and deleted_at is null returning id`)
  return rows.length > 0
}

const usedStatement = statement(
  'is_workflow_used',
  `select exists (select from workflow_versions where organization_id = $1 and workflow_id = $2 and status = 'live')
     or exists (select from workflow_executions where organization_id = $1 and workflow_id = $2 and finished_at is null) as is_used`,
)

/** Whether it is live or has executions that have not ended. Under its lock. */
export async function isWorkflowUsed(tx: Store, id: string): Promise<boolean> {
  const [row] = await tx.query<{ is_used: boolean }>(usedStatement, [tx.organization_id, id])
  return row!.is_used
}

const deleteStatement = statement(
  'delete_workflow',
  `update workflows set deleted_at = clock_timestamp(), name = '', description = null, metadata = '{}'
   where organization_id = $1 and id = $2`,
)

/** Under its lock. The row stays, because executions name it. */
export async function markWorkflowDeleted(tx: Store, id: string): Promise<void> {
  await tx.query(deleteStatement, [tx.organization_id, id])
}

export interface WorkflowFilters {
  name?: string
  live?: boolean
  created_after?: string
  created_before?: string
  updated_after?: string
  updated_before?: string
}

const isLive = sql`exists (select from workflow_versions v where v.workflow_id = workflows.id and v.status = 'live')`

/** Newest first. */
export function listWorkflowRows(
  store: Store,
  filters: WorkflowFilters,
  after: TimePosition | null,
  { limit, max_bytes }: { limit: number; max_bytes: number },
): Promise<BoundedRows<WorkflowRow>> {
  const { name, live, created_after, created_before, updated_after, updated_before } = filters
  const conditions: Fragment[] = [sql`organization_id = ${store.organization_id}`, sql`deleted_at is null`]
  if (name !== undefined) conditions.push(sql`strpos(lower(name), lower(${name})) > 0`)
  if (live !== undefined) conditions.push(live ? isLive : sql`not ${isLive}`)
  if (created_after !== undefined) conditions.push(sql`created_at >= ${created_after}::timestamptz`)
  if (created_before !== undefined) conditions.push(sql`created_at <= ${created_before}::timestamptz`)
  if (updated_after !== undefined) conditions.push(sql`updated_at >= ${updated_after}::timestamptz`)
  if (updated_before !== undefined) conditions.push(sql`updated_at <= ${updated_before}::timestamptz`)
  if (after !== null) conditions.push(sql`(created_at, id) < (${after.time}::timestamptz, ${after.key}::uuid)`)
  const ids = sql`
    select id from workflows where ${sql.join(conditions, sql` and `)}
    order by created_at desc, id desc limit ${limit}`
  const bytes = '1000 + octet_length(r.metadata::text) + coalesce(octet_length(r.description), 0)'
  return readLargeRows(store, { table: 'workflows', columns, ids, bytes, max_bytes })
}

// Executions are deleted 30 days after their end; those of a deleted workflow have ended.
const forgottenVersionsStatement = acrossOrganizations(
  'deleted workflows of all organizations',
  'forget_versions_of_workflows',
  `with gone as materialized (
     select w.id from workflows w where w.deleted_at is not null
       and not exists (select from workflow_executions e where e.organization_id = w.organization_id and e.workflow_id = w.id)
     order by w.deleted_at limit $1 for update skip locked
   ), counts as (
     delete from workflow_counts where workflow_id in (select id from gone)
   ), versions as (
     delete from workflow_versions where workflow_id in (select id from gone) returning workflow_id
   )
   select id from gone`,
)
const forgottenStatement = acrossOrganizations(
  'deleted workflows of all organizations',
  'forget_workflows',
  'delete from workflows where id = any($1::uuid[]) and deleted_at is not null',
)

const most_forgotten = 100

/** Removes deleted workflows that no execution names any more. */
export async function forgetWorkflows(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    const gone = await tx.query<{ id: string }>(forgottenVersionsStatement, [most_forgotten])
    if (gone.length > 0) await tx.query(forgottenStatement, [gone.map(({ id }) => id)])
  })
}
