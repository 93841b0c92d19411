// The commit that accepts an execution: its row, its first visit, its first event, and what carries it on (W1, W4, W9).
import type { KeepRule } from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { Ports } from '../../base/ports.ts'
import { statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import { acceptExecution } from '../machine/accept.ts'
import type { Change } from '../machine/events.ts'
import type { ExecutionMode, StepTally, Tally } from '../machine/execution.ts'
import type { Graph } from '../machine/graph.ts'
import { type Line, type LineBounds, carryOn, lookAtLine } from './line.ts'
import type { Pinned } from './load.ts'
import { storeDefinition } from './definitions.ts'
import { reachExecution } from './pause-points.ts'
import { eventRow, jsonOf, visitColumns, visitRow, visitValues, visitsOf } from './write.ts'

export interface NewExecution extends Pinned {
  /** What `definition_digest` names, if it is not stored yet. */
  copy?: JsonObject
  id: string
  mode: ExecutionMode
  /** Servers are told of it, so that it begins sooner. */
  is_awaited?: boolean
  entry: string
  stop_after: string | null
  /** Mocks and skipped waits of a test. */
  test: JsonObject | null
  is_test: boolean
  depth: number
  max_concurrent: number | null
  /** Whether its content stays after its end. */
  keep: KeepRule
  input: JsonValue
  trigger: JsonObject & { type: string }
  started_by: JsonObject | null
  /** What starts one execution only (W9). */
  cause: string | null
  conversation_id: string | null
  agent_id: string | null
  /** Whose visits it takes, up to a position; null: none. */
  copied: Copied | null
}

export interface Copied {
  execution_id: string
  /** The last position that is taken. */
  visits: number
  tally: Tally
}

const insertStatement = statement(
  'insert_execution',
  `with born as (
     insert into workflow_executions (organization_id, id, workflow_id, version, definition_digest, status, phase, is_admitted, mode,
       stop_after, test, is_test, depth, max_concurrent, queued_at, visit_count, event_count, input, trigger, trigger_type, started_by,
       cause, conversation_id, agent_id, retry_of, keep)
     values ($1, $2, $3, $4, decode($5, 'hex'), 'queued', $6, $7, $8, $9, $10::json, $11, $12, $13, time_of($15::bigint), $24, 1, $16::json,
       $17::json, $18, $19::json, $20, $21, $22, $25, $26)
     returning id
   ), visits as (
     insert into workflow_visits (${visitColumns})
     select born.id, ${visitValues} from born, json_to_recordset($14::json) as v(position integer, step_id text, step_name text, type text,
       visit integer, status text, branch text, error json, attempts json, lost smallint, is_sent boolean, started_at bigint,
       finished_at bigint, until bigint, is_resumable boolean, bytes integer, input json, output json, answers json, logs text,
       input_tokens integer, output_tokens integer)
   )
   insert into workflow_execution_events (execution_id, number, type, at, data)
   select born.id, t.number, t.type, time_of(t.at), t.data
   from born, json_to_recordset($23::json) as t(number integer, type text, at bigint, data json)`,
)

/**
 * Within the transaction of its cause, which has not written yet. A cause that has its execution already fails the commit, by the unique
 * index `workflow_executions_cause`.
 */
export async function writeAcceptance(
  tx: TransactionStore,
  ports: Pick<Ports, 'reached'> & LineBounds,
  graph: Graph,
  given: NewExecution,
): Promise<{ change: Change; at: number }> {
  await reachExecution(ports, 'execution.accept.begun')
  const line = await lookAtLine(tx, given, ports)
  await reachExecution(ports, 'execution.accept.locked')
  const { mode, entry, stop_after } = given
  const { at, is_free: is_admitted } = line
  const change = acceptExecution({ at, mode, entry, is_admitted, stop_after, copied: given.copied })
  if (given.copy) storeDefinition(tx, given.copy)
  insert(tx, graph, given, change, line)
  if (given.copied) copy(tx, given.id, given.copied)
  carryOn(tx, { ...given, organization_id: tx.organization_id }, change, given.is_awaited ?? false)
  if (ports.reached) await tx.sent()
  await reachExecution(ports, 'execution.accept.written')
  return { change, at }
}

function insert(
  tx: TransactionStore,
  graph: Graph,
  given: NewExecution,
  { state, visits, told }: Change,
  { at }: Line,
): void {
  tx.send(insertStatement, [
    ...[tx.organization_id, given.id, given.workflow_id, given.version, given.definition_digest, state.phase],
    ...[state.phase === 'admitted', given.mode, given.stop_after, jsonOf(given.test), given.is_test, given.depth],
    ...[given.max_concurrent, JSON.stringify(visits.map((visit) => visitRow(graph, visit))), at, jsonOf(given.input)],
    ...[
      jsonOf(given.trigger),
      given.trigger.type,
      jsonOf(given.started_by),
      given.cause,
      given.conversation_id,
      given.agent_id,
    ],
    ...[JSON.stringify(told.map(eventRow)), visitsOf(state), given.copied?.execution_id ?? null, given.keep],
  ])
}

// What was given to the steps, and what they logged, is where it happened.
const copyStatement = statement(
  'copy_visits',
  `insert into workflow_visits (${visitColumns})
   select $2::uuid, v.position, v.step_id, v.step_name, v.type, v.visit, v.status, v.branch, v.error, '[]', 0, false, v.started_at,
          v.finished_at, null, false, v.bytes, null, v.output, null, null, null, null
   from workflow_executions e join workflow_visits v on v.execution_id = e.id
   where e.organization_id = $1 and e.id = $3 and v.position <= $4 and v.finished_at is not null`,
)

function copy(tx: TransactionStore, id: string, { execution_id, visits }: Copied): void {
  tx.send(copyStatement, [tx.organization_id, id, execution_id, visits])
}

const tallyStatement = statement(
  'tally_visits',
  `select v.step_id, count(*)::integer as visits, max(v.position) as position, (array_agg(v.bytes order by v.position desc))[1] as bytes
   from workflow_executions e join workflow_visits v on v.execution_id = e.id
   where e.organization_id = $1 and e.id = $2 and v.position <= $3 and v.finished_at is not null group by v.step_id`,
)

/** What a retry takes of an execution that has ended. */
export async function readCopied(store: Store, execution_id: string, visits: number): Promise<Copied> {
  const rows = await store.query<StepTally & { step_id: string }>(tallyStatement, [
    ...[store.organization_id, execution_id, visits],
  ])
  return { execution_id, visits, tally: new Map(rows.map(({ step_id, ...entry }) => [step_id, entry])) }
}
