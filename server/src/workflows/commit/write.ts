// Writes a change of one execution: its row, its visits and its events, in one statement that rests on the state the decision rests on.
import type { KeepRule } from '@parley/contract'
import type { Pipeline } from '../../database/database.ts'
import { statement } from '../../database/database.ts'
import { insertOne } from '../../usage/usage.ts'
import type { Change, Told, VisitWrite } from '../machine/events.ts'
import { type ExecutionState, isFinal, statusOfPhase } from '../machine/execution.ts'
import type { Graph } from '../machine/graph.ts'

/** Another commit was faster: the state on which the decision rests is not the stored one. */
export class ExecutionChanged extends Error {
  constructor() {
    super('the execution has changed since it was read')
  }
}

const changed_code = 'PW001'

/** Replaces the database's error by the class above. */
export function asChanged(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code === changed_code ? new ExecutionChanged() : error
}

const given_visits = `json_to_recordset($14::json) as v(position integer, step_id text, step_name text, type text, visit integer,
       status text, branch text, error json, attempts json, lost smallint, is_sent boolean, started_at bigint, finished_at bigint,
       until bigint, is_resumable boolean, bytes integer, input json, output json, answers json, logs text, input_tokens integer,
       output_tokens integer)`

export const visitColumns = `execution_id, position, step_id, step_name, type, visit, status, branch, error, attempts, lost, is_sent, started_at,
     finished_at, until, is_resumable, bytes, input, output, answers, logs, input_tokens, output_tokens`

export const visitValues = `v.position, v.step_id, v.step_name, v.type, v.visit, v.status, v.branch, v.error, v.attempts, v.lost, v.is_sent,
     time_of(v.started_at), time_of(v.finished_at), time_of(v.until), v.is_resumable, v.bytes, v.input, v.output, v.answers, v.logs,
     v.input_tokens, v.output_tokens`

const erases = `(keep = 'none' or (keep = 'failed' and $5 <> 'failed'))`

// Visits come in the order of their positions: one that is over leaves the index of open visits before the next one enters it. Who waits
// for an execution reads its output, even of one whose content is removed.
const ended = `(
       select uuid_by_time() as id, organization_id, finished_at as at, agent_id, conversation_id,
              case status when 'failed' then 'failed' when 'cancelled' then 'interrupted' else 'ok' end as outcome
       from moved where finished_at is not null and not is_test
     ) ended`
const writeStatement = statement(
  'write_execution',
  `with moved as (
     update workflow_executions set
       phase = $4, status = $5, is_admitted = $6, started_at = time_of($7::bigint), finished_at = time_of($8::bigint), active_ms = $9,
       visit_count = $10, event_count = event_count + json_array_length($15::json), error = $12::json,
       input = case when $8::bigint is not null and ${erases} then null else input end,
       output = case when $8::bigint is not null and ${erases} and mode <> 'sync' then null else $11::json end,
       holds_output = $8::bigint is not null and ${erases} and mode = 'sync',
       is_erased = $8::bigint is not null and ${erases} and mode <> 'sync',
       cancel_reason = $13, revision = revision + 1
     where organization_id = $1 and id = $2 and revision = $3 and finished_at is null
     returning id, organization_id, workflow_id, is_test, status, started_at, finished_at, agent_id, conversation_id
   ), counted as (
     insert into workflow_deltas (organization_id, workflow_id, at, status, duration_ms)
     select organization_id, workflow_id, finished_at, status,
            milliseconds_of(finished_at) - milliseconds_of(coalesce(started_at, finished_at))
     from moved where finished_at is not null and workflow_id is not null and not is_test
   ), used as (
     ${insertOne(ended, { kind: 'workflow_run', purpose: 'workflow', unit: 'run' })}
   ), visits as (
     insert into workflow_visits as known (${visitColumns})
     select moved.id, ${visitValues} from moved, ${given_visits}
     on conflict (execution_id, position) do update set
       status = excluded.status, branch = excluded.branch, error = excluded.error, attempts = excluded.attempts, lost = excluded.lost,
       is_sent = excluded.is_sent, started_at = excluded.started_at, finished_at = excluded.finished_at, until = excluded.until,
       is_resumable = excluded.is_resumable, bytes = excluded.bytes, input = coalesce(excluded.input, known.input),
       output = coalesce(excluded.output, known.output), answers = coalesce(excluded.answers, known.answers),
       logs = coalesce(excluded.logs, known.logs), input_tokens = coalesce(known.input_tokens + excluded.input_tokens, excluded.input_tokens, known.input_tokens),
       output_tokens = coalesce(known.output_tokens + excluded.output_tokens, excluded.output_tokens, known.output_tokens)
   ), told as (
     insert into workflow_execution_events (execution_id, number, type, at, data)
     select moved.id, t.number, t.type, time_of(t.at), t.data
     from moved, json_to_recordset($15::json) as t(number integer, type text, at bigint, data json)
   )
   select require_moved(count(*)) from moved`,
)

export interface WriteKey {
  organization_id: string
  id: string
  /** Of the state that the change follows from. */
  revision: number
  /** Whether its content stays after its end. */
  keep: KeepRule
}

/** The commit fails with `ExecutionChanged` if the stored state is another one. */
export function writeChange(
  tx: Pipeline,
  { organization_id, id, revision, keep }: WriteKey,
  graph: Graph,
  change: Change,
): void {
  const { state, effect } = change
  const { execution } = statusOfPhase[state.phase]
  const isErased = keep === 'none' || (keep === 'failed' && execution !== 'failed')
  const ending = effect.do === 'end' ? effect : null
  tx.send(writeStatement, [
    ...[organization_id, id, revision, state.phase, execution, state.phase !== 'in_line'],
    ...[state.started_at, endOf(change), state.active_ms, visitsOf(state)],
    ...[jsonOf(ending?.output), jsonOf(ending?.error), ending?.cancel_reason ?? null],
    ...[
      JSON.stringify(change.visits.map((visit) => visitRow(graph, visit))),
      JSON.stringify(change.told.map(eventRow)),
    ],
  ])
  if (isFinal(state) && isErased) tx.send(eraseVisitsStatement, [organization_id, id])
}

const eraseVisitsStatement = statement(
  'erase_visits_at_end',
  `update workflow_visits v set input = null, output = null, answers = null, logs = null
   from workflow_executions e where e.organization_id = $1 and e.id = $2 and v.execution_id = e.id`,
)

const endOf = ({ state, told }: Change) => (isFinal(state) ? told.at(-1)!.at : null)

export const visitsOf = (state: ExecutionState) => (isFinal(state) ? state.visits : state.visit.position)

export const jsonOf = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value))

export function visitRow({ steps }: Graph, visit: VisitWrite) {
  const step = steps.get(visit.step_id)
  const texts = { step_name: storable(step?.name ?? visit.step_id), logs: visit.logs && storable(visit.logs) }
  return { ...visit, ...texts, type: step?.type ?? 'code' }
}

/** A text of the database has no null characters. */
const storable = (text: string) => text.replaceAll('\0', '\ufffd')

export function eventRow({ number, type, at, ...data }: Told) {
  return { number, type, at, data }
}
