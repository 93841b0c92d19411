// Writes changes of any number of conversations, whose locks are held, with the same few statements.
import { type Pipeline, statement } from '../../database/database.ts'
import { arraysOf, rowsOf } from '../../database/rows.ts'
import { insertCalls } from '../../usage/usage.ts'
import type { Begun, Change, LockedConversation } from '../machine/change.ts'
import type { Planned } from '../machine/plan.ts'
import { sendAdditions } from './additions.ts'
import { type ClaimRow, writeClaims } from './claims.ts'
import type { Committer } from './committer.ts'
import { countLostCalls } from './count-calls.ts'
import { insertLog, logOf, progressColumns, progressOf, updateProgress } from './log.ts'
import { writeRetrievals } from './retrievals.ts'
import { isOutside } from '../machine/handling.ts'
import { lease_ms, statusOfOutcome } from '../machine/turn.ts'
import { writeHandlings } from './handlings.ts'

export interface Writer extends Committer {
  tx: Pipeline
}

/**
 * Writes changes; only the commit tells whether they succeeded. The order matters: what a turn found precedes its end, turns end before the next one starts (T3),
 * items precede the end (T5), and additions of rooms come last.
 */
export function writeChanges(writer: Writer, plans: Planned[]): void {
  // Estimated from what the turn began with.
  countLostCalls(writer.tx, writer, plans)
  // Who handles a conversation changes before the agent writes again, and after it has written its last (H1).
  writeHandlings(writer.tx, plans.filter(isReturned))
  // A turn starts only in a conversation that has begun.
  for (const { state, change } of plans) if (change.begun) beginConversation(writer, state, change.begun)
  writeRetrievals(writer.tx, plans)
  finishSteps(writer, plans)
  writeTurns(writer, plans)
  writeHandlings(
    writer.tx,
    plans.filter((plan) => !isReturned(plan)),
  )
  for (const { state, change } of plans) {
    if (change.ending) putOffEnd(writer, state, change.ending)
    if (change.end) endConversation(writer, state, change.end)
  }
  sendAdditions(writer.tx, writer.additions, plans)
}

const isReturned = ({ state, change }: Planned) =>
  state.handled_by !== 'agent' && change.handling?.handled_by === 'agent'

const beginStatement = statement(
  'begin_conversation',
  `with begun as (
     update conversations set status = $3, initial_context = $4, custom_metadata = $5
     where id = $1 and organization_id = $2 and ended_at is null returning id
   )
   update conversation_progress p set is_held_back = false from begun where p.conversation_id = begun.id`,
)

function beginConversation({ tx }: Writer, state: LockedConversation, begun: Begun): void {
  const { status, initial_context, custom_metadata } = begun
  const known = [status, initial_context, JSON.stringify(custom_metadata)]
  tx.send(beginStatement, [state.id, state.organization_id, ...known])
}

const finishStepsStatement = statement(
  'finish_steps',
  `update turns t set steps = t.steps + 1, input_tokens = coalesce(t.input_tokens + s.input_tokens, t.input_tokens, s.input_tokens),
          output_tokens = coalesce(t.output_tokens + s.output_tokens, t.output_tokens, s.output_tokens)
   from ${rowsOf('s', 'turn_id uuid, organization_id uuid, input_tokens integer, output_tokens integer')}
   where t.id = s.turn_id and t.organization_id = s.organization_id and t.status = 'running'`,
)

function finishSteps({ tx }: Writer, plans: Planned[]): void {
  const steps = plans.flatMap(({ state: { organization_id }, change: { step } }) =>
    step ? [{ organization_id, ...step }] : [],
  )
  if (steps.length > 0)
    tx.send(finishStepsStatement, arraysOf(steps, ['turn_id', 'organization_id', 'input_tokens', 'output_tokens']))
}

/**
 * Turns end before the next one starts, and each conversation's items and events are written with its turn: they are one statement, since
 * a statement costs as much as what it writes.
 */
function writeTurns(writer: Writer, plans: Planned[]): void {
  const beginning = plans.filter(({ change }) => change.new_turn)
  const ending = plans.filter(({ change }) => change.ended_turns.length > 0)
  const isBeginning = new Set(beginning)
  const isEnding = new Set(ending)
  const ended = ending.filter((plan) => !isBeginning.has(plan))
  const others = plans.filter((plan) => !isBeginning.has(plan) && !isEnding.has(plan) && appends(plan))
  const valuesOf = (those: Planned[]) => logValues(writer, those.filter(appends))
  if (ending.length > 0) writer.tx.send(endTurnsStatement, [...valuesOf(ended), ...endsOf(ending)])
  if (beginning.length > 0)
    writer.tx.send(insertTurnsStatement, [...valuesOf(beginning), ...newTurnsOf(writer, beginning)])
  startTurns(writer, plans)
  if (others.length > 0) writer.tx.send(appendStatement, logValues(writer, others))
  writeClaims(writer.tx, plans.flatMap(claimsOf))
}

const appends = ({ change: { items, events, warned } }: Planned) => warned || items.length + events.length > 0

const withLog = (turns: string) =>
  `with ${turns} changes as (
     select * from ${rowsOf('progress', progressColumns, 3)}
   ), ${insertLog('changes')}, called as (
     ${insertCalls('changes')}
   )
   ${updateProgress('changes')}`

/** The number of the first parameter after those of the log. */
const after_log = 3 + progressColumns.split(',').length

const appendStatement = statement('append', withLog(''))

const endColumns = `id uuid, organization_id uuid, status text, outcome text, error text, steps integer, input_tokens integer,
  output_tokens integer, handled_by text, now timestamptz`
const endTurnsStatement = statement(
  'end_turns',
  withLog(`ended as (
     update turns t set status = e.status, outcome = e.outcome, error = e.error, steps = t.steps + e.steps,
            input_tokens = coalesce(t.input_tokens + e.input_tokens, t.input_tokens, e.input_tokens),
            output_tokens = coalesce(t.output_tokens + e.output_tokens, t.output_tokens, e.output_tokens),
            finished_at = e.now, handled_by = e.handled_by, lease = null, lease_expires_at = null, node_id = null,
            partial_text = null, partial_step = null, partial_retrievals = null, partial_calls = null
     from ${rowsOf('e', endColumns, after_log)}
     where t.id = e.id and t.organization_id = e.organization_id and t.status in ('queued', 'running')
   ),`),
)

function endsOf(plans: Planned[]): unknown[] {
  const ends = plans.flatMap((plan) => {
    const { organization_id, now } = plan.state
    const rest = { handled_by: handledAfter(plan), organization_id, now }
    return plan.change.ended_turns.map((end) => ({ ...end, status: statusOfOutcome[end.outcome], ...rest }))
  })
  const of_turn = ['id', 'organization_id', 'status', 'outcome', 'error', 'steps'] as const
  return arraysOf(ends, [...of_turn, 'input_tokens', 'output_tokens', 'handled_by', 'now'])
}

/** Null: the agent. */
function handledAfter({ state, change }: Planned) {
  const { handled_by } = change.handling ?? state
  return isOutside(handled_by) ? handled_by : null
}

const [turns_given, lease_given, node_given] = [after_log, after_log + 1, after_log + 2].map((number) => `$${number}`)
const insertTurnsStatement = statement(
  'insert_turns',
  withLog(`begun as (
     insert into turns (id, organization_id, conversation_id, sequence, status, concurrency, interactivity, agent_version_id,
                        queued_at, attempts, lease, lease_expires_at, node_id, started_at, deadline_at, accepted_by, messages_of,
                        outcome, finished_at, handled_by)
     select n.id, n.organization_id, n.conversation_id, n.sequence,
            case when n.given is not null then 'completed' when n.start then 'running' else 'queued' end,
            n.concurrency, n.interactivity, n.agent_version_id, n.now, case when n.start then 1 else 0 end,
            case when n.start then n.lease end,
            case when n.start then clock_timestamp() + ${lease_given}::integer * interval '1 millisecond' end,
            case when n.start then ${node_given}::uuid end, case when n.start then n.now end,
            n.now + n.max_seconds * interval '1 second', ${node_given}::uuid, n.messages_of,
            n.given, case when n.given is not null then n.now end, case when n.given is not null then n.handled_by end
     from jsonb_to_recordset(${turns_given}::jsonb) as n(id uuid, organization_id uuid, conversation_id uuid, sequence integer,
       start boolean, concurrency text, interactivity text, agent_version_id uuid, now timestamptz, lease bigint,
       max_seconds integer, messages_of uuid, given text, handled_by text)
   ),`),
)

function newTurnsOf({ node }: Writer, plans: Planned[]): unknown[] {
  const turns = plans.map((plan) => {
    const { state, change } = plan
    const { id: conversation_id, organization_id, now, next_turn: sequence, next_lease: lease } = state
    const handled_by = handledAfter(plan)
    return { ...change.new_turn!, conversation_id, organization_id, now, sequence, lease, handled_by }
  })
  return [JSON.stringify(turns), lease_ms, node.id]
}

// A waiting turn's time runs from its start; a turn that is taken over keeps its deadline.
const startTurnsStatement = statement(
  'start_turns',
  `update turns t set status = 'running', attempts = t.attempts + 1, lease = s.lease, node_id = $5,
          partial_text = null, partial_step = null, partial_retrievals = null, partial_calls = null,
          lease_expires_at = clock_timestamp() + $4::integer * interval '1 millisecond',
          started_at = coalesce(t.started_at, clock_timestamp()),
          deadline_at = case when t.started_at is null then clock_timestamp() + (t.deadline_at - t.queued_at) else t.deadline_at end
   from ${rowsOf('s', 'id uuid, organization_id uuid, lease bigint')}
   where t.id = s.id and t.organization_id = s.organization_id and t.status in ('queued', 'running')`,
)

function startTurns({ tx, node }: Writer, plans: Planned[]): void {
  const turns = plans.flatMap(({ state: { organization_id, next_lease: lease }, change: { started_turn } }) =>
    started_turn ? [{ id: started_turn.id, organization_id, lease }] : [],
  )
  if (turns.length > 0)
    tx.send(startTurnsStatement, [...arraysOf(turns, ['id', 'organization_id', 'lease']), lease_ms, node.id])
}

/** The parameters of a log, empty for no conversation. */
function logValues({ ports }: Writer, plans: Planned[]): unknown[] {
  const progress = plans.map(progressOf).map(({ counters, calls, ...row }) => {
    return { ...row, counters: counters && JSON.stringify(counters), calls: calls && JSON.stringify(calls) }
  })
  return [...logOf(plans, ports), ...arraysOf(progress, progressNames)]
}

const progressNames = [
  ...(['conversation_id', 'organization_id', 'agent_id', 'now'] as const),
  ...(['items', 'events', 'messages', 'turns', 'counters', 'is_activity', 'is_warning'] as const),
  ...(['failed_turns', 'failed_since', 'failed_messages', 'calls'] as const),
]

function claimsOf({ state: { id: conversation_id, organization_id }, change: { items } }: Planned): ClaimRow[] {
  return items.flatMap((item) => (item.type === 'message' ? [{ ...item, conversation_id, organization_id }] : []))
}

const putOffStatement = statement(
  'put_off_end',
  'update conversations set ending = $3 where id = $1 and organization_id = $2 and ended_at is null',
)

function putOffEnd({ tx }: Writer, state: LockedConversation, ending: NonNullable<Change['ending']>): void {
  tx.send(putOffStatement, [state.id, state.organization_id, JSON.stringify(ending)])
}

/** Part of a statement that begins with the update as `ended`. */
export const countEnded = (more = '') => `insert into statistics_deltas (organization_id, agent_id, at, counters)
   select organization_id, agent_id, ended_at, jsonb_build_object('ended', 1, 'duration', duration, 'end.' || end_reason, 1)${more}
   from ended`

/** The minutes that are billed: e-mail has none, and imported conversations never count. */
const countMinutes = ` || case when channel = 'email' or exists (
       select from events e where e.conversation_id = ended.id and e.sequence = 1 and (e.data ->> 'imported')::boolean
     ) then '{}' else jsonb_build_object('usage.timed', 1,
       case when channel = 'text' then 'usage.chat_seconds' else 'usage.voice_seconds' end, duration) end`

// An imported conversation may begin in the year 1, or 9999; the largest duration is that of its column.
const endStatement = statement(
  'end_conversation',
  `with ended as (
     update conversations set status = $3, ended_at = $4,
            duration = least(greatest(floor(extract(epoch from $4::timestamptz - created_at)), 0), 2147483647)::integer,
            end_reason = $5, ended_by = $6, ending = null, analysis_status = $7, analysis_reason = $8
     where id = $1 and organization_id = $2 and ended_at is null
     returning id, organization_id, agent_id, channel, ended_at, duration, end_reason
   )
   ${countEnded(countMinutes)}`,
)

function endConversation({ tx }: Writer, state: LockedConversation, end: NonNullable<Change['end']>): void {
  const { id, organization_id, now } = state
  const { status, end_reason, ended_by, analysis } = end
  const values = [
    id,
    organization_id,
    status,
    now,
    end_reason,
    JSON.stringify(ended_by),
    analysis.status,
    analysis.reason,
  ]
  tx.send(endStatement, values)
}
