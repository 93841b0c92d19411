// The SQL of agents and their versions. Nothing here finds a deleted agent.
import type { generationStatuses } from '@parley/contract'
import { assignments, type Fragment, sql } from '../database/fragments.ts'
import type { TimePosition } from '../database/cursor.ts'
import { statement } from '../database/database.ts'
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

/** The latest generation of instructions (instruction-generation.ts). */
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

type Condition = Fragment

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

/** A list of columns, qualified with the name of the table. */
export function columnsOf(columns: readonly string[], table: string): string {
  return columns.map((column) => `${table}.${column}`).join(', ')
}

const instructionGenerationOf = (version: string) => `(
  select jsonb_build_object('status', status, 'error', error, 'instructions', instructions,
    'requested_at', to_char(requested_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'finished_at', to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
  from instruction_generations where version_id = ${version}.id) as instruction_generation`
const storedColumns = [...summaryColumns, 'config', 'instruction_builder_inputs'] as const
const versionColumns = `${storedColumns.join(', ')}, ${instructionGenerationOf('agent_versions')}`

const agentBytes = `1000 + octet_length(r.metadata::text) + coalesce(octet_length(to_json(r.description)::text), 0)`
const versionBytes = `1000 + octet_length(r.config::text)
  + coalesce(octet_length(r.instruction_builder_inputs::text), 0) + octet_length(to_json(r.warnings)::text)
  + coalesce((select octet_length(instructions) from instruction_generations where version_id = r.id), 0)`

export interface PageSize {
  limit: number
  /** Includes the row that exceeds it. */
  max_bytes: number
}

// In a transaction that waited for a lock, `now()` is the time before the wait, so these statements use `clock_timestamp()`.

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

const insertAgentStatement = statement(
  'insert_agent',
  `insert into agents (organization_id, id, name, description, active, is_demo, metadata)
   values ($1, $2, $3, $4, $5, $6, $7) returning ${agentColumns.join(', ')}`,
)

export async function insertAgent(store: Store, agent: NewAgent): Promise<AgentRecord> {
  const { id, name, description, active, is_demo, metadata } = agent
  const values = [store.organization_id, id, name, description, active, is_demo, JSON.stringify(metadata)]
  const [inserted] = await store.query<AgentRecord>(insertAgentStatement, values)
  return inserted!
}

const findAgentStatement = statement(
  'find_agent',
  `select ${agentColumns.join(', ')} from agents where id = $1 and organization_id = $2 and deleted_at is null`,
)

export async function findAgent(store: Store, agent_id: string): Promise<AgentRecord | undefined> {
  const [agent] = await store.query<AgentRecord>(findAgentStatement, [agent_id, store.organization_id])
  return agent
}

/** Changes only the fields that are not undefined. */
export async function changeAgent(
  store: Store,
  agent_id: string,
  { metadata, ...fields }: Partial<Omit<NewAgent, 'id'>>,
): Promise<AgentRecord | undefined> {
  const changes = { ...fields, metadata: metadata && JSON.stringify(metadata), updated_at: sql`clock_timestamp()` }
  const [agent] = await store.execute(sql<AgentRecord>`
    update agents set ${assignments(changes)}
    where id = ${agent_id} and organization_id = ${store.organization_id} and deleted_at is null
    returning ${sql.raw(agentColumns.join(', '))}`)
  return agent
}

const lockAgentStatement = statement(
  'lock_agent',
  'select id from agents where id = $1 and organization_id = $2 and deleted_at is null for update',
)

/**
 * Locks an agent until the transaction ends: against deletion, against other new versions, because their numbers are consecutive,
 * and against new conversations, which take a share lock. Returns false if the agent does not exist.
 */
export async function lockAgent(store: Store, agent_id: string): Promise<boolean> {
  return (await store.query(lockAgentStatement, [agent_id, store.organization_id])).length > 0
}

const markDeletedStatement = statement(
  'delete_agent',
  'update agents set deleted_at = clock_timestamp() where id = $1 and organization_id = $2',
)

export async function markAgentDeleted(store: Store, agent_id: string): Promise<void> {
  await store.query(markDeletedStatement, [agent_id, store.organization_id])
}

const activeConversationsStatement = statement(
  'has_active_conversations',
  `select id from conversations
   where organization_id = $1 and agent_id = $2 and ended_at is null and deleted_at is null limit 1`,
)

/** Must be called under `lockAgent`, as a separate statement, so that it sees what the lock waited for. */
export async function hasActiveConversations(store: Store, agent_id: string): Promise<boolean> {
  return (await store.query(activeConversationsStatement, [store.organization_id, agent_id])).length > 0
}

export interface AgentFilters extends TimeFilters {
  name?: string
  active?: boolean
  is_demo?: boolean
  /** A JSON object as text. */
  metadata?: string
}

/** Newest first. `agent_ids` restricts the list; null: all agents. */
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
  const own = [sql`organization_id = ${store.organization_id}`, sql`deleted_at is null`]
  const ids = sql`
    select id from agents where ${sql.join([...own, ...conditions], sql` and `)}
    order by created_at desc, id desc limit ${limit}`
  const columns = columnsOf(agentColumns, 'r')
  return readLargeRows(store, { table: 'agents', columns, ids, bytes: agentBytes, max_bytes })
}

// --- versions ---

export interface NewVersion {
  id: string
  config: JsonObject
  instruction_builder_inputs: JsonObject | null
  warnings: string[]
}

const insertVersionStatement = statement(
  'insert_version',
  `insert into agent_versions (id, organization_id, agent_id, version, revision, published, published_at,
                               config, instruction_builder_inputs, warnings, created_at, updated_at)
   select $1::uuid, $2::uuid, $3::uuid,
          coalesce((select max(version) from agent_versions where agent_id = $3::uuid), 0) + 1,
          coalesce((select max(revision) from agent_versions where agent_id = $3::uuid), 0) + 1,
          $4::boolean, case when $4::boolean then time end, $5::jsonb, $6::jsonb, $7::text[], time, time
   from clock_timestamp() as time
   returning ${storedColumns.join(', ')}, null as instruction_generation`,
)

/**
 * Assigns the next number. Call `lockAgent` first; a unique index on the number is the second safeguard. The revision starts above
 * all earlier ones of the agent, so that a revision read from `latest` never matches a `latest` that is a newer version.
 */
export async function insertVersion(
  store: Store,
  agent_id: string,
  { id, config, instruction_builder_inputs, warnings }: NewVersion,
  published = false,
): Promise<VersionRecord> {
  const inputs = toNullableJson(instruction_builder_inputs)
  const values = [id, store.organization_id, agent_id, published, JSON.stringify(config), inputs, warnings]
  const [version] = await store.query<VersionRecord>(insertVersionStatement, values)
  return version!
}

function toNullableJson(value: JsonObject | null): string | null {
  return value === null ? null : JSON.stringify(value)
}

const findVersionStatement = statement(
  'find_version',
  `select ${versionColumns} from agent_versions where organization_id = $1 and agent_id = $2 and version = $3`,
)
const findLatestStatement = statement(
  'find_latest_version',
  `select ${versionColumns} from agent_versions where organization_id = $1 and agent_id = $2
   order by version desc limit 1`,
)

/** A version by its number, or the one with the highest number. */
export async function findVersion(
  store: Store,
  agent_id: string,
  version: number | 'latest',
): Promise<VersionRecord | undefined> {
  const of_agent = [store.organization_id, agent_id]
  const [found] =
    version === 'latest'
      ? await store.query<VersionRecord>(findLatestStatement, of_agent)
      : await store.query<VersionRecord>(findVersionStatement, [...of_agent, version])
  return found
}

const summariesStatement = statement(
  'list_version_summaries',
  `select ${summaryColumns.join(', ')} from agent_versions where organization_id = $1 and agent_id = $2
   order by version desc limit $3`,
)

export function listVersionSummaries(store: Store, agent_id: string, limit: number): Promise<VersionSummaryRecord[]> {
  return store.query(summariesStatement, [store.organization_id, agent_id, limit])
}

export interface VersionFilters extends TimeFilters {
  version?: number
  published?: boolean
}

/** Versions with numbers below `before`, highest first. */
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
  const own = [sql`organization_id = ${store.organization_id}`, sql`agent_id = ${agent_id}`]
  const ids = sql`
    select id from agent_versions where ${sql.join([...own, ...conditions], sql` and `)}
    order by version desc limit ${limit}`
  const columns = `${columnsOf(storedColumns, 'r')}, ${instructionGenerationOf('r')}`
  return readLargeRows(store, { table: 'agent_versions', columns, ids, bytes: versionBytes, max_bytes })
}

export interface DraftChanges {
  config?: JsonObject
  warnings?: string[]
  instruction_builder_inputs?: JsonObject | null
}

/** Changes a draft whose revision is one of `revisions` (null: any), in one statement; undefined if there is no such draft. */
export async function changeDraft(
  store: Store,
  agent_id: string,
  version: number,
  { config, warnings = [], instruction_builder_inputs: inputs }: DraftChanges,
  revisions: number[] | null,
): Promise<VersionRecord | undefined> {
  const changes = {
    ...(config === undefined ? {} : { config: JSON.stringify(config), warnings }),
    instruction_builder_inputs: inputs === undefined ? undefined : toNullableJson(inputs),
    revision: sql`revision + 1`,
    updated_at: sql`clock_timestamp()`,
  }
  const [changed] = await store.execute(sql<VersionRecord>`
    update agent_versions set ${assignments(changes)}
    where organization_id = ${store.organization_id} and agent_id = ${agent_id} and version = ${version}
      and not published and (${revisions}::integer[] is null or revision = any(${revisions}::integer[]))
    returning ${sql.raw(versionColumns)}`)
  return changed
}

const publishStatement = statement(
  'publish_version',
  `update agent_versions set published = true, published_at = clock_timestamp(), updated_at = clock_timestamp()
   where organization_id = $1 and agent_id = $2 and version = $3 and not published
     and ($4::integer[] is null or revision = any($4))
   returning id`,
)

/**
 * Publishes a draft whose revision is one of `revisions` (null: any), in one statement; a published version does not change.
 * Returns whether the version has one of these revisions.
 */
export async function markVersionPublished(
  store: Store,
  agent_id: string,
  version: number,
  revisions: number[] | null,
): Promise<boolean> {
  const published = await store.query(publishStatement, [store.organization_id, agent_id, version, revisions])
  if (published.length > 0 || revisions === null) return true
  const found = await findVersion(store, agent_id, version)
  return found !== undefined && found.published && revisions.includes(found.revision)
}
