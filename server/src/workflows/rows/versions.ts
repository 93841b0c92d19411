// The SQL of the versions of workflows.
import type { WorkflowDefinition, WorkflowProblem, WorkflowVersionStatus } from '@parley/contract'
import type { JsonObject } from '../../base/json.ts'
import { statement } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/fragments.ts'
import { type BoundedRows, readLargeRows } from '../../database/large-rows.ts'
import type { Pipeline } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'

export interface VersionRow {
  id: string
  workflow_id: string
  version: number
  status: WorkflowVersionStatus
  definition: WorkflowDefinition
  revision: number
  warnings: string[]
  problems: WorkflowProblem[]
  published_at: string | null
  live_since: string | null
  created_at: string
  updated_at: string
}

const names = [
  ...['id', 'workflow_id', 'version', 'status', 'definition', 'revision', 'warnings', 'problems', 'published_at'],
  ...['live_since', 'created_at', 'updated_at'],
] as const
const columns = names.join(', ')

/** By number; the one with the highest; the one that is live. */
export type VersionChoice = number | 'latest' | 'live'

const max_integer = 2_147_483_647

/** Null: it can be none. */
export function readVersionChoice(text: string | number): VersionChoice | null {
  if (text === 'latest' || text === 'live') return text
  const isNumber = /^[1-9]\d{0,9}$/.test(String(text)) && Number(text) <= max_integer
  return isNumber ? Number(text) : null
}

const found = `select ${columns} from workflow_versions where organization_id = $1 and workflow_id = $2`
const findStatements = {
  number: statement('find_workflow_version', `${found} and version = $3`),
  latest: statement('find_latest_workflow_version', `${found} order by version desc limit 1`),
  live: statement('find_live_workflow_version', `${found} and status = 'live'`),
}

export async function findVersion(
  store: Store,
  workflow_id: string,
  choice: VersionChoice,
): Promise<VersionRow | null> {
  const isNumber = typeof choice === 'number'
  const values = [store.organization_id, workflow_id, ...(isNumber ? [choice] : [])]
  const [row] = await store.query<VersionRow>(findStatements[isNumber ? 'number' : choice], values)
  return row ?? null
}

const readStatement = statement(
  'read_workflow_version',
  `select ${columns} from workflow_versions where organization_id = $1 and id = $2`,
)

export async function readVersionById(store: Store, id: string): Promise<VersionRow | null> {
  const [row] = await store.query<VersionRow>(readStatement, [store.organization_id, id])
  return row ?? null
}

const countStatement = statement(
  'count_workflow_versions',
  'select count(*) from workflow_versions where organization_id = $1 and workflow_id = $2',
)

export async function countVersions(store: Store, workflow_id: string): Promise<number> {
  const [row] = await store.query<{ count: number }>(countStatement, [store.organization_id, workflow_id])
  return row!.count
}

export interface JudgedDefinition {
  definition: WorkflowDefinition
  problems: WorkflowProblem[]
  warnings: string[]
}

// A revision that was read from `latest` never matches a `latest` that is another version.
const insertStatement = statement(
  'insert_workflow_version',
  `with numbered as (
     update workflows w set last_version = last_version + 1,
       last_revision = greatest(last_revision, (select max(revision) from workflow_versions where workflow_id = w.id)) + 1
     where organization_id = $1 and id = $2 returning last_version, last_revision
   )
   insert into workflow_versions (organization_id, workflow_id, id, version, revision, definition, bytes, problems, warnings,
                                  created_at, updated_at)
   select $1::uuid, $2::uuid, $3::uuid, last_version, last_revision, $4::json, octet_length($4::json::text), $5::json, $6::text[], time, time
   from numbered, clock_timestamp() as time
   returning ${columns}`,
)

/** Under the lock of the workflow. */
export async function insertVersion(
  store: Store,
  workflow_id: string,
  id: string,
  { definition, problems, warnings }: JudgedDefinition,
): Promise<VersionRow> {
  const texts = [JSON.stringify(definition), JSON.stringify(problems), warnings]
  const [row] = await store.query<VersionRow>(insertStatement, [store.organization_id, workflow_id, id, ...texts])
  return row!
}

const changeStatement = statement(
  'change_workflow_draft',
  `update workflow_versions set definition = $4::json, bytes = octet_length($4::json::text), problems = $5::json, warnings = $6::text[],
     revision = revision + 1, updated_at = clock_timestamp()
   where organization_id = $1 and workflow_id = $2 and version = $3 and status = 'draft'
     and ($7::integer[] is null or revision = any($7::integer[]))
   returning ${columns}`,
)

/** Changes a draft whose revision is one of `revisions` (null: any), in one statement. Null: there is no such draft. */
export async function changeDraft(
  store: Store,
  workflow_id: string,
  version: number,
  { definition, problems, warnings }: JudgedDefinition,
  revisions: number[] | null,
): Promise<VersionRow | null> {
  const texts = [JSON.stringify(definition), JSON.stringify(problems), warnings]
  const [row] = await store.query<VersionRow>(changeStatement, [
    ...[store.organization_id, workflow_id, version],
    ...texts,
    revisions,
  ])
  return row ?? null
}

const deleteStatement = statement(
  'delete_workflow_draft',
  `with gone as (
     delete from workflow_versions where organization_id = $1 and workflow_id = $2 and version = $3 and status = 'draft'
     returning revision
   )
   update workflows set last_revision = greatest(last_revision, gone.revision) from gone
   where organization_id = $1 and id = $2 returning id`,
)

/** False: there is no such draft. */
export async function deleteDraft(store: Store, workflow_id: string, version: number): Promise<boolean> {
  return (await store.query(deleteStatement, [store.organization_id, workflow_id, version])).length > 0
}

export interface Published {
  warnings: string[]
  connection_ids: string[]
  published_by: JsonObject
}

const publishStatement = statement(
  'publish_workflow_version',
  `update workflow_versions set status = 'published', problems = '[]', warnings = $5::text[], connection_ids = $6::uuid[],
     published_by = $7::json, published_at = clock_timestamp(), updated_at = clock_timestamp()
   where organization_id = $1 and workflow_id = $2 and version = $3 and status = 'draft' and revision = $4
   returning ${columns}`,
)

/** A draft of this revision, which was judged. Null: it has changed since. */
export async function publishDraft(
  store: Store,
  { workflow_id, version, revision }: Pick<VersionRow, 'workflow_id' | 'version' | 'revision'>,
  { warnings, connection_ids, published_by }: Published,
): Promise<VersionRow | null> {
  const [row] = await store.query<VersionRow>(publishStatement, [
    ...[store.organization_id, workflow_id, version, revision],
    ...[warnings, connection_ids, JSON.stringify(published_by)],
  ])
  return row ?? null
}

const offlineStatement = statement(
  'take_workflow_offline',
  `update workflow_versions set status = 'published', live_since = null, updated_at = clock_timestamp()
   where organization_id = $1 and workflow_id = $2 and status = 'live' returning version`,
)

/** Under the lock of the workflow. Returns the version that was live. */
export async function takeOffline(tx: Store, workflow_id: string): Promise<number | null> {
  const [row] = await tx.query<{ version: number }>(offlineStatement, [tx.organization_id, workflow_id])
  return row?.version ?? null
}

const liveStatement = statement(
  'take_workflow_live',
  `update workflow_versions set status = 'live', live_since = clock_timestamp(), updated_at = clock_timestamp()
   where organization_id = $1 and workflow_id = $2 and version = $3 and status = 'published' returning ${columns}`,
)

/** A published version, while none is live. Under the lock of the workflow. */
export async function takeLive(tx: Store, workflow_id: string, version: number): Promise<VersionRow> {
  const [row] = await tx.query<VersionRow>(liveStatement, [tx.organization_id, workflow_id, version])
  return row!
}

/** Versions with numbers below `before`, highest first. */
export function listVersionRows(
  store: Store,
  workflow_id: string,
  { status, before }: { status: WorkflowVersionStatus | null; before: number | null },
  { limit, max_bytes }: { limit: number; max_bytes: number },
): Promise<BoundedRows<VersionRow>> {
  const conditions: Fragment[] = [
    sql`organization_id = ${store.organization_id}`,
    sql`workflow_id = ${workflow_id}::uuid`,
  ]
  if (status !== null) conditions.push(sql`status = ${status}`)
  if (before !== null) conditions.push(sql`version < ${before}::integer`)
  const ids = sql`
    select id from workflow_versions where ${sql.join(conditions, sql` and `)}
    order by version desc limit ${limit}`
  const bytes = '1000 + r.bytes + octet_length(r.problems::text) + octet_length(to_json(r.warnings)::text)'
  const listed = names.map((name) => `r.${name}`).join(', ')
  return readLargeRows(store, { table: 'workflow_versions', columns: listed, ids, bytes, max_bytes })
}

// --- what executions run ---

export interface StartableVersion {
  version: number
  status: WorkflowVersionStatus
}

// The lock holds off the deletion of the workflow, and nothing else, until the execution is stored.
const startable = (which: string) =>
  `select v.version, v.status from workflows w left join lateral (
     select version, status from workflow_versions where organization_id = $1 and workflow_id = w.id and ${which} limit 1
   ) v on true
   where w.organization_id = $1 and w.id = $2 and w.deleted_at is null for key share of w`
const published = `status <> 'draft'`
const startStatements = {
  number: statement('find_version_to_start', startable('version = $3')),
  live: statement('find_live_version_to_start', startable(`status = 'live'`)),
  latest: statement('find_latest_version_to_start', startable(`${published} order by version desc`)),
  default: statement(
    'find_version_to_start_by_default',
    startable(`${published} order by status <> 'live', version desc`),
  ),
}

/** `default`: the live one, else the newest published one. Travels with `begin`. Null: no workflow; `version` null: no such version. */
export async function findVersionToStart(
  tx: Pipeline & { organization_id: string },
  workflow_id: string,
  choice: VersionChoice | 'default',
): Promise<StartableVersion | { version: null } | null> {
  const isNumber = typeof choice === 'number'
  const values = [tx.organization_id, workflow_id, ...(isNumber ? [choice] : [])]
  const statement = startStatements[isNumber ? 'number' : choice]
  const [row] = await tx.readAtBegin<StartableVersion | { version: null }>(statement, values)
  return row ?? null
}

const definitionStatement = statement(
  'read_published_workflow_definition',
  `select definition, published_by from workflow_versions
   where organization_id = $1 and workflow_id = $2 and version = $3 and status <> 'draft'`,
)

export interface PublishedDefinition {
  definition: WorkflowDefinition
  /** Who published it: `{type, id, name}`. */
  published_by: JsonObject
}

/** Of a deleted workflow, too: its executions are read. */
export async function readPublished(
  store: Store,
  workflow_id: string,
  version: number,
): Promise<PublishedDefinition | null> {
  const [row] = await store.query<PublishedDefinition>(definitionStatement, [
    store.organization_id,
    workflow_id,
    version,
  ])
  return row ?? null
}

const connectionUsedStatement = statement(
  'is_workflow_connection_used',
  `select v.id from workflow_versions v join workflows w on w.id = v.workflow_id and w.deleted_at is null
   where v.organization_id = $1 and v.connection_ids <> '{}' and v.connection_ids @> array[$2::uuid] limit 1`,
)

export async function isConnectionUsed(tx: TransactionStore, connection_id: string): Promise<boolean> {
  return (await tx.query(connectionUsedStatement, [tx.organization_id, connection_id])).length > 0
}
