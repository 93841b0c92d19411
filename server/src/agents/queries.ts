// The SQL over agents and their versions. A deleted agent is not found by anything here.
import type { generationStatuses } from '@parley/contract'
import { type SqlBool, type Expression, sql } from 'kysely'
import type { TimePosition } from '../database/cursor.ts'
import { type BoundedRows, readLargeRows } from '../database/large-rows.ts'
import type { Store } from '../database/store.ts'
import type { JsonObject } from '../base/json.ts'

export interface AgentRecord {
  id: string
  organization_id: string
  name: string
  description: string | null
  active: boolean
  is_demo: boolean
  metadata: JsonObject
  created_at: string
  updated_at: string
}

export interface VersionSummaryRecord {
  id: string
  agent_id: string
  version: number
  published: boolean
  published_at: string | null
  revision: number
  warnings: string[]
  created_at: string
  updated_at: string
}

export interface VersionRecord extends VersionSummaryRecord {
  config: JsonObject
  instruction_builder_inputs: JsonObject | null
  instruction_generation: InstructionGeneration | null
}

/** The last time that instructions were asked for (instruction-generation.ts). */
export interface InstructionGeneration {
  status: (typeof generationStatuses)[number]
  error: string | null
  instructions: string | null
  requested_at: string
  finished_at: string | null
}

export interface TimeFilters {
  created_after?: string
  created_before?: string
  updated_after?: string
  updated_before?: string
}

type Condition = Expression<SqlBool>

const agentColumns = [
  'id',
  'organization_id',
  'name',
  'description',
  'active',
  'is_demo',
  'metadata',
  'created_at',
  'updated_at',
] as const
export const summaryColumns = [
  'id',
  'agent_id',
  'version',
  'published',
  'published_at',
  'revision',
  'warnings',
  'created_at',
  'updated_at',
] as const
const instructionGenerationOf = (version: string) => sql<InstructionGeneration | null>`(
  select jsonb_build_object('status', status, 'error', error, 'instructions', instructions,
    'requested_at', to_char(requested_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'finished_at', to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
  from instruction_generations where version_id = ${sql.ref(version)}.id)`
const storedColumns = [...summaryColumns, 'config', 'instruction_builder_inputs'] as const
const versionColumns = [
  ...storedColumns,
  instructionGenerationOf('agent_versions').as('instruction_generation'),
] as const

const agentBytes = `1000 + octet_length(r.metadata::text) + coalesce(octet_length(to_json(r.description)::text), 0)`
const versionBytes = `1000 + octet_length(r.config::text)
  + coalesce(octet_length(r.instruction_builder_inputs::text), 0) + octet_length(to_json(r.warnings)::text)
  + coalesce((select octet_length(instructions) from instruction_generations where version_id = r.id), 0)`

export interface PageSize {
  limit: number
  /** With the row that goes beyond. */
  max_bytes: number
}

/** Of a transaction that waited for a lock, `now()` would be the time before the wait. */
const current_time = sql<string>`clock_timestamp()`

function timeConditions(filters: TimeFilters): Condition[] {
  const conditions: Condition[] = []
  const { created_after, created_before, updated_after, updated_before } = filters
  if (created_after !== undefined) conditions.push(sql`created_at >= ${created_after}::timestamptz`)
  if (created_before !== undefined) conditions.push(sql`created_at <= ${created_before}::timestamptz`)
  if (updated_after !== undefined) conditions.push(sql`updated_at >= ${updated_after}::timestamptz`)
  if (updated_before !== undefined) conditions.push(sql`updated_at <= ${updated_before}::timestamptz`)
  return conditions
}

// --- agents ---

export type NewAgent = Pick<AgentRecord, 'id' | 'name' | 'description' | 'active' | 'is_demo' | 'metadata'>

export function insertAgent(store: Store, agent: NewAgent): Promise<AgentRecord> {
  return store.kysely
    .insertInto('agents')
    .values({ ...agent, organization_id: store.organization_id, metadata: JSON.stringify(agent.metadata) })
    .returning(agentColumns)
    .executeTakeFirstOrThrow()
}

export function findAgent(store: Store, agent_id: string): Promise<AgentRecord | undefined> {
  return store.kysely
    .selectFrom('agents')
    .select(agentColumns)
    .where('id', '=', agent_id)
    .where('organization_id', '=', store.organization_id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

/** Changes what is not undefined. */
export function changeAgent(
  store: Store,
  agent_id: string,
  changes: Partial<Omit<NewAgent, 'id'>>,
): Promise<AgentRecord | undefined> {
  const { metadata, ...fields } = changes
  return store.kysely
    .updateTable('agents')
    .set({
      ...fields,
      ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
      updated_at: current_time,
    })
    .where('id', '=', agent_id)
    .where('organization_id', '=', store.organization_id)
    .where('deleted_at', 'is', null)
    .returning(agentColumns)
    .executeTakeFirst()
}

/**
 * Holds an agent until the transaction ends: against its deletion, against other new versions, whose numbers follow each
 * other, and against new conversations, which take a share lock. Answers false where there is no such agent.
 */
export async function lockAgent(store: Store, agent_id: string): Promise<boolean> {
  const row = await store.kysely
    .selectFrom('agents')
    .select('id')
    .where('id', '=', agent_id)
    .where('organization_id', '=', store.organization_id)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

export async function markAgentDeleted(store: Store, agent_id: string): Promise<void> {
  await store.kysely
    .updateTable('agents')
    .set({ deleted_at: current_time })
    .where('id', '=', agent_id)
    .where('organization_id', '=', store.organization_id)
    .execute()
}

/** To be asked under `lockAgent`, in a statement of its own, so that it sees what the lock waited for. */
export async function hasActiveConversations(store: Store, agent_id: string): Promise<boolean> {
  const row = await store.kysely
    .selectFrom('conversations')
    .select('id')
    .where('organization_id', '=', store.organization_id)
    .where('agent_id', '=', agent_id)
    .where('ended_at', 'is', null)
    .where('deleted_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export interface AgentFilters extends TimeFilters {
  name?: string
  active?: boolean
  is_demo?: boolean
  /** A JSON object as text. */
  metadata?: string
}

/** Newest first. `agent_ids` narrows the list; null: all. */
export function listAgentRows(
  store: Store,
  agent_ids: ReadonlySet<string> | null,
  filters: AgentFilters,
  after: TimePosition | null,
  { limit, max_bytes }: PageSize,
): Promise<BoundedRows<AgentRecord>> {
  const conditions = timeConditions(filters)
  if (agent_ids !== null) conditions.push(sql`id = any(${[...agent_ids]}::uuid[])`)
  if (filters.name !== undefined) conditions.push(sql`strpos(lower(name), lower(${filters.name})) > 0`)
  if (filters.active !== undefined) conditions.push(sql`active = ${filters.active}`)
  if (filters.is_demo !== undefined) conditions.push(sql`is_demo = ${filters.is_demo}`)
  if (filters.metadata !== undefined) conditions.push(sql`metadata @> ${filters.metadata}::jsonb`)
  if (after !== null) conditions.push(sql`(created_at, id) < (${after.time}::timestamptz, ${after.key}::uuid)`)
  const ids = store.kysely
    .selectFrom('agents')
    .select('id')
    .where('organization_id', '=', store.organization_id)
    .where('deleted_at', 'is', null)
    .where((eb) => eb.and(conditions))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  const columns = sql.join(agentColumns.map((column) => sql.ref(`r.${column}`)))
  return readLargeRows(store.kysely, { table: 'agents', columns, ids, bytes: agentBytes, max_bytes })
}

// --- versions ---

export interface NewVersion {
  id: string
  config: JsonObject
  instruction_builder_inputs: JsonObject | null
  warnings: string[]
}

/**
 * Gives the next number; `lockAgent` comes first, and the index on the number is behind it. The revision starts above all
 * earlier ones of the agent, so that one that was read of `latest` never fits a `latest` that is another version by now.
 */
export async function insertVersion(
  store: Store,
  agent_id: string,
  version: NewVersion,
  published = false,
): Promise<VersionRecord> {
  const { rows } = await sql<VersionRecord>`
    insert into agent_versions (id, organization_id, agent_id, version, revision, published, published_at,
                                config, instruction_builder_inputs, warnings, created_at, updated_at)
    select ${version.id}::uuid, ${store.organization_id}::uuid, ${agent_id}::uuid,
           coalesce((select max(version) from agent_versions where agent_id = ${agent_id}::uuid), 0) + 1,
           coalesce((select max(revision) from agent_versions where agent_id = ${agent_id}::uuid), 0) + 1,
           ${published}::boolean, case when ${published}::boolean then time end, ${JSON.stringify(version.config)}::jsonb,
           ${toNullableJson(version.instruction_builder_inputs)}::jsonb, ${version.warnings}::text[], time, time
    from clock_timestamp() as time
    returning ${sql.join(storedColumns.map((column) => sql.ref(column)))}, null as instruction_generation`.execute(
    store.kysely,
  )
  return rows[0]!
}

function toNullableJson(value: JsonObject | null): string | null {
  return value === null ? null : JSON.stringify(value)
}

/** A version by its number, or the one with the highest. */
export function findVersion(
  store: Store,
  agent_id: string,
  version: number | 'latest',
): Promise<VersionRecord | undefined> {
  let query = store.kysely
    .selectFrom('agent_versions')
    .select(versionColumns)
    .where('organization_id', '=', store.organization_id)
    .where('agent_id', '=', agent_id)
    .orderBy('version', 'desc')
    .limit(1)
  if (version !== 'latest') query = query.where('version', '=', version)
  return query.$castTo<VersionRecord>().executeTakeFirst()
}

export function listVersionSummaries(store: Store, agent_id: string, limit: number): Promise<VersionSummaryRecord[]> {
  return store.kysely
    .selectFrom('agent_versions')
    .select(summaryColumns)
    .where('organization_id', '=', store.organization_id)
    .where('agent_id', '=', agent_id)
    .orderBy('version', 'desc')
    .limit(limit)
    .$castTo<VersionSummaryRecord>()
    .execute()
}

export interface VersionFilters extends TimeFilters {
  version?: number
  published?: boolean
}

/** Highest number first, below `before`. */
export function listVersionRows(
  store: Store,
  agent_id: string,
  filters: VersionFilters,
  before: number | null,
  { limit, max_bytes }: PageSize,
): Promise<BoundedRows<VersionRecord>> {
  const conditions = timeConditions(filters)
  if (filters.version !== undefined) conditions.push(sql`version = ${filters.version}`)
  if (filters.published !== undefined) conditions.push(sql`published = ${filters.published}`)
  if (before !== null) conditions.push(sql`version < ${before}`)
  const ids = store.kysely
    .selectFrom('agent_versions')
    .select('id')
    .where('organization_id', '=', store.organization_id)
    .where('agent_id', '=', agent_id)
    .where((eb) => eb.and(conditions))
    .orderBy('version', 'desc')
    .limit(limit)
  const columns = sql`${sql.join(storedColumns.map((column) => sql.ref(`r.${column}`)))},
    ${instructionGenerationOf('r')} as instruction_generation`
  return readLargeRows(store.kysely, { table: 'agent_versions', columns, ids, bytes: versionBytes, max_bytes })
}

export interface DraftChanges {
  config?: JsonObject
  warnings?: string[]
  instruction_builder_inputs?: JsonObject | null
}

/** Changes a draft whose revision is one of `revisions` (null: any), in one step; undefined: there is no such draft. */
export function changeDraft(
  store: Store,
  agent_id: string,
  version: number,
  changes: DraftChanges,
  revisions: number[] | null,
): Promise<VersionRecord | undefined> {
  const { config, warnings, instruction_builder_inputs: inputs } = changes
  let query = store.kysely
    .updateTable('agent_versions')
    .set((eb) => ({
      ...(config === undefined ? {} : { config: JSON.stringify(config), warnings: warnings ?? [] }),
      ...(inputs === undefined ? {} : { instruction_builder_inputs: toNullableJson(inputs) }),
      revision: eb('revision', '+', 1),
      updated_at: current_time,
    }))
    .where('organization_id', '=', store.organization_id)
    .where('agent_id', '=', agent_id)
    .where('version', '=', version)
    .where('published', '=', false)
  if (revisions !== null) query = query.where(sql<SqlBool>`revision = any(${revisions}::integer[])`)
  return query.returning(versionColumns).$castTo<VersionRecord>().executeTakeFirst()
}

/**
 * Publishes a draft whose revision is one of `revisions` (null: any), in one step; a version that is published already stays as
 * it is. Answers whether it has one of these revisions.
 */
export async function markVersionPublished(
  store: Store,
  agent_id: string,
  version: number,
  revisions: number[] | null,
): Promise<boolean> {
  const isExpected = revisions === null ? sql<SqlBool>`true` : sql<SqlBool>`revision = any(${revisions}::integer[])`
  const { numUpdatedRows } = await store.kysely
    .updateTable('agent_versions')
    .set({ published: true, published_at: current_time, updated_at: current_time })
    .where('organization_id', '=', store.organization_id)
    .where('agent_id', '=', agent_id)
    .where('version', '=', version)
    .where('published', '=', false)
    .where(isExpected)
    .executeTakeFirst()
  if (numUpdatedRows > 0n || revisions === null) return true
  const found = await findVersion(store, agent_id, version)
  return found !== undefined && found.published && revisions.includes(found.revision)
}
