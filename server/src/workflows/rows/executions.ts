// Reads executions, their visits and their events as callers see them. Nothing here writes.
import type {
  CancelReason,
  ExecutionMode,
  ExecutionStatus,
  ExecutionTrigger,
  StepType,
  VisitStatus,
  WorkflowEventType,
} from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { isUuid } from '../../base/ports.ts'
import type { TimePosition } from '../../database/cursor.ts'
import { statement } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/fragments.ts'
import { type BoundedRows, readLargeRows } from '../../database/large-rows.ts'
import type { Store } from '../../database/store.ts'
import type { Attempt, ExecutionError, StepError } from '../machine/execution.ts'
import type { Told } from '../machine/events.ts'

/** Which payloads a caller may see: of all executions, of those without a conversation, or of none. */
export type PayloadAccess = 'all' | 'own' | 'none'

export interface ExecutionRow {
  id: string
  workflow_id: string | null
  workflow_version: number | null
  status: ExecutionStatus
  mode: ExecutionMode
  trigger: ExecutionTrigger
  /** Null if the caller may not see it. */
  input: JsonValue
  output: JsonValue
  error: ExecutionError | null
  cancel_reason: CancelReason | null
  current_step: { step_id: string; step_name: string; until: string | null } | null
  conversation_id: string | null
  agent_id: string | null
  is_test: boolean
  retry_of: string | null
  started_by: { type: string; id: string | null; name: string | null } | null
  visit_count: number
  queued_at: string
  started_at: string | null
  finished_at: string | null
  duration_ms: number | null
}

const shown: Record<PayloadAccess, string> = { all: 'true', own: 'r.conversation_id is null', none: 'false' }

const columnsFor = (
  payloads: PayloadAccess,
) => `r.id, r.workflow_id, r.version as workflow_version, r.status, r.mode, r.trigger,
  case when ${shown[payloads]} then r.input end as input, case when ${shown[payloads]} then r.output end as output,
  r.error, r.cancel_reason, r.conversation_id, r.agent_id, r.is_test, r.retry_of, r.started_by, r.visit_count,
  r.queued_at, r.started_at, r.finished_at, milliseconds_of(r.finished_at) - milliseconds_of(coalesce(r.started_at, r.finished_at)) as duration_ms,
  (select json_build_object('step_id', v.step_id, 'step_name', v.step_name,
            'until', to_char(v.until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
   from workflow_visits v where v.execution_id = r.id and v.finished_at is null) as current_step`

const bytesFor = (payloads: PayloadAccess) =>
  `1500 + case when ${shown[payloads]} then coalesce(octet_length(r.input::text), 0) + coalesce(octet_length(r.output::text), 0) else 0 end`

const readText = (payloads: PayloadAccess) =>
  `select ${columnsFor(payloads)} from workflow_executions r where r.organization_id = $1 and r.id = $2`
const readStatements: Record<PayloadAccess, ReturnType<typeof statement>> = {
  all: statement('read_execution', readText('all')),
  own: statement('read_execution_with_own_payload', readText('own')),
  none: statement('read_execution_without_payload', readText('none')),
}

export async function readExecution(store: Store, id: string, payloads: PayloadAccess): Promise<ExecutionRow | null> {
  if (!isUuid(id)) return null
  const [row] = await store.query<ExecutionRow>(readStatements[payloads], [store.organization_id, id])
  return row ?? null
}

export interface ExecutionFilters {
  workflow_id: string | null
  version: number | null
  /** None: any. */
  statuses: readonly ExecutionStatus[]
  trigger_type: string | null
  conversation_id: string | null
  is_test: boolean
  created_after: string | null
  created_before: string | null
}

/** Newest first. */
export function listExecutionRows(
  store: Store,
  filters: ExecutionFilters,
  payloads: PayloadAccess,
  after: TimePosition | null,
  { limit, max_bytes }: { limit: number; max_bytes: number },
): Promise<BoundedRows<ExecutionRow>> {
  const common = conditionsOf(store, filters, after)
  const order = sql`order by queued_at desc, id desc limit ${limit}`
  const ids = needsStatus(filters)
    ? byStatus(filters, common, after, limit)
    : sql`select id from workflow_executions where ${all(withStatus(filters, common))} ${order}`
  const [columns, bytes] = [columnsFor(payloads), bytesFor(payloads)]
  return readLargeRows(store, { table: 'workflow_executions', columns, ids, bytes, max_bytes })
}

/** The statuses that rows can have, which lead the indexes that are in the order of the list. */
const every_status: readonly ExecutionStatus[] = ['queued', 'running', 'waiting', 'success', 'failed', 'cancelled']

const all = (conditions: readonly Fragment[]) => sql.join(conditions, sql` and `)

/** Others have an index of their own, which is in the order of the list. */
function needsStatus({ workflow_id, version, statuses, trigger_type, conversation_id, is_test }: ExecutionFilters) {
  if (conversation_id !== null || trigger_type !== null || is_test || version !== null) return false
  return workflow_id !== null || statuses.length > 0
}

function conditionsOf(store: Store, filters: ExecutionFilters, after: TimePosition | null): Fragment[] {
  const { workflow_id, version, trigger_type, conversation_id, is_test, created_after, created_before } = filters
  const conditions: Fragment[] = [
    sql`organization_id = ${store.organization_id}`,
    is_test ? sql`is_test` : sql`not is_test`,
  ]
  if (workflow_id !== null) conditions.push(sql`workflow_id = ${workflow_id}::uuid`)
  if (version !== null) conditions.push(sql`version = ${version}::integer`)
  if (trigger_type !== null) conditions.push(sql`trigger_type = ${trigger_type}`)
  if (conversation_id !== null) conditions.push(sql`conversation_id = ${conversation_id}::uuid`)
  if (created_after !== null) conditions.push(sql`queued_at >= ${created_after}::timestamptz`)
  if (created_before !== null) conditions.push(sql`queued_at <= ${created_before}::timestamptz`)
  if (after !== null) conditions.push(sql`(queued_at, id) < (${after.time}::timestamptz, ${after.key}::uuid)`)
  return conditions
}

function withStatus({ statuses }: ExecutionFilters, conditions: Fragment[]): Fragment[] {
  return statuses.length === 0 ? conditions : [...conditions, sql`status = any(${statuses}::text[])`]
}

const [least_id, greatest_id] = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']

/**
 * The newest of each status, of which the newest are taken. A range instead of an equation: the planner might walk the list of all until
 * it has found enough of a status that hardly any has.
 */
function byStatus(
  { statuses, created_after }: ExecutionFilters,
  conditions: readonly Fragment[],
  after: TimePosition | null,
  limit: number,
): Fragment {
  const wanted = statuses.length === 0 ? every_status : statuses
  const [time, key] = [after?.time ?? 'infinity', after?.key ?? greatest_id]
  return sql`
    select each.id from unnest(${wanted}::text[]) wanted (name) cross join lateral (
      select id, queued_at from workflow_executions
      where ${all(conditions)} and (status, queued_at, id) < (wanted.name, ${time}::timestamptz, ${key}::uuid)
        and (status, queued_at, id) >= (wanted.name, ${created_after ?? '-infinity'}::timestamptz, ${least_id}::uuid)
      order by status desc, queued_at desc, id desc limit ${limit}
    ) each order by queued_at desc, id desc limit ${limit}`
}

// --- visits ---

export interface VisitRow {
  position: number
  step_id: string
  step_name: string
  type: StepType
  visit: number
  status: VisitStatus
  branch: string | null
  input: JsonValue
  output: JsonValue
  error: StepError | null
  logs: string | null
  attempts: Attempt[]
  effect_sent: boolean
  until: string | null
  resumable: boolean
  started_at: string | null
  finished_at: string | null
  input_tokens: number | null
  output_tokens: number | null
}

// What has no room is not measured, so its payloads are not read.
const visitsStatement = statement(
  'list_visits',
  `with recursive listed as materialized (
     select v.position, row_number() over (order by v.position) as place
     from workflow_executions e join workflow_visits v on v.execution_id = e.id
     where e.organization_id = $1 and e.id = $2 and v.position > $3 order by v.position limit $4
   ), part (place, bytes) as (
     select 0::bigint, 0::bigint
     union all
     select part.place + 1, part.bytes + 700 + (
       select case when $6::boolean then v.bytes + coalesce(octet_length(v.input::text), 0) + coalesce(octet_length(v.logs), 0) else 0 end
       from workflow_visits v join listed l on v.position = l.position where v.execution_id = $2 and l.place = part.place + 1)
     from part where part.place < (select count(*) from listed) and part.bytes < $5
   )
   select v.position, v.step_id, v.step_name, v.type, v.visit, v.status, v.branch, case when $6::boolean then v.input end as input,
          case when $6::boolean then v.output end as output, v.error, case when $6::boolean then v.logs end as logs, v.attempts,
          v.is_sent as effect_sent, v.until, v.is_resumable as resumable, v.started_at, v.finished_at, v.input_tokens, v.output_tokens,
          (select max(place) from part) < (select count(*) from listed) as is_cut
   from listed l join workflow_visits v on v.execution_id = $2 and v.position = l.position
   where l.place <= (select max(place) from part) order by v.position`,
)

export async function listVisitRows(
  store: Store,
  execution_id: string,
  { after, limit, max_bytes, payloads }: { after: number; limit: number; max_bytes: number; payloads: boolean },
): Promise<BoundedRows<VisitRow>> {
  const values = [store.organization_id, execution_id, after, limit, max_bytes, payloads]
  const rows = await store.query<VisitRow & { is_cut: boolean }>(visitsStatement, values)
  return { rows: rows.map(({ is_cut: _is_cut, ...row }) => row), is_cut: rows[0]?.is_cut ?? false }
}

// --- events ---

export interface EventRow {
  number: number
  type: WorkflowEventType
  at: string
  data: Omit<Told, 'number' | 'type' | 'at'>
}

const eventsStatement = statement(
  'read_execution_events',
  `select n.number, n.type, n.at, n.data from workflow_executions e join workflow_execution_events n on n.execution_id = e.id
   where e.organization_id = $1 and e.id = $2 and n.number > $3 order by n.number limit $4`,
)

/** Oldest first. */
export function readEventRows(store: Store, execution_id: string, after: number, limit: number): Promise<EventRow[]> {
  return store.query(eventsStatement, [store.organization_id, execution_id, after, limit])
}

export interface Progress {
  workflow_id: string | null
  workflow_version: number | null
  conversation_id: string | null
  events: number
  is_over: boolean
}

const progressStatement = statement(
  'read_execution_progress',
  `select workflow_id, version as workflow_version, conversation_id, event_count as events, finished_at is not null as is_over
   from workflow_executions where organization_id = $1 and id = $2`,
)

export async function readProgress(store: Store, id: string): Promise<Progress | null> {
  if (!isUuid(id)) return null
  const [row] = await store.query<Progress>(progressStatement, [store.organization_id, id])
  return row ?? null
}

// --- the end, for callers that wait for it ---

export interface Ended {
  status: ExecutionStatus
  output: JsonValue
  error: ExecutionError | null
  /** The last visit. */
  step_id: string
  step_name: string
}

const endedStatement = statement(
  'read_end_of_execution',
  `select e.status, e.output, e.error, v.step_id, v.step_name from workflow_executions e
   join workflow_visits v on v.execution_id = e.id and v.position = e.visit_count
   where e.organization_id = $1 and e.id = $2 and e.finished_at is not null`,
)

/** Null: it has not ended. */
export async function readEnded(store: Store, id: string): Promise<Ended | null> {
  const [row] = await store.query<Ended>(endedStatement, [store.organization_id, id])
  return row ?? null
}

const causeStatement = statement(
  'find_execution_by_cause',
  'select id from workflow_executions where organization_id = $1 and cause = $2',
)

/** Null: the cause has started none. */
export async function findExecutionByCause(store: Store, cause: string): Promise<string | null> {
  const [row] = await store.query<{ id: string }>(causeStatement, [store.organization_id, cause])
  return row?.id ?? null
}

const ageStatement = statement(
  'read_age_of_execution',
  `select milliseconds_of(clock_timestamp()) - milliseconds_of(queued_at) as age from workflow_executions
   where organization_id = $1 and id = $2 and finished_at is null`,
)

/** Milliseconds since it was accepted; null: it has ended. */
export async function readAge(store: Store, id: string): Promise<number | null> {
  const [row] = await store.query<{ age: number }>(ageStatement, [store.organization_id, id])
  return row?.age ?? null
}

// --- what a retry takes ---

export interface Retried {
  workflow_id: string | null
  version: number | null
  definition_digest: string | null
  is_over: boolean
  /** Its content was removed. */
  is_erased: boolean
  input: JsonValue
  trigger: JsonObject & { type: string }
  test: JsonObject | null
  stop_after: string | null
  is_test: boolean
  conversation_id: string | null
  agent_id: string | null
  steps: { position: number; step_id: string; status: VisitStatus }[]
}

const retriedStatement = statement(
  'read_execution_to_retry',
  `select e.workflow_id, e.version, encode(e.definition_digest, 'hex') as definition_digest, e.finished_at is not null as is_over,
          e.is_erased or e.holds_output as is_erased, e.input, e.trigger, e.test, e.stop_after, e.is_test, e.conversation_id, e.agent_id,
          (select json_agg(json_build_object('position', v.position, 'step_id', v.step_id, 'status', v.status) order by v.position)
           from workflow_visits v where v.execution_id = e.id) as steps
   from workflow_executions e where e.organization_id = $1 and e.id = $2`,
)

export async function readRetried(store: Store, id: string): Promise<Retried | null> {
  if (!isUuid(id)) return null
  const [row] = await store.query<Retried>(retriedStatement, [store.organization_id, id])
  return row ?? null
}

const countQueuedStatement = statement(
  'count_queued_executions',
  `select count(*) from (select from workflow_executions where organization_id = $1 and status = 'queued' limit $2) queued`,
)

/** At most `most`. */
export async function countQueued(store: Store, most: number): Promise<number> {
  const [row] = await store.query<{ count: number }>(countQueuedStatement, [store.organization_id, most])
  return row!.count
}
