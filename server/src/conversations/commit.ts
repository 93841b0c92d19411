// The one writer of conversations, turns, transcript items and events. A change is written under the conversation's lock, all
// of it or nothing, with its follow-up jobs. Nothing here waits for the network (T12).
import type { Ports } from '../ports.ts'
import { limitLockWait, statement } from '../database/database.ts'
import type { RootStore, Store, TransactionStore } from '../database/store.ts'
import { AppError, notFound } from '../errors.ts'
import { postAnalysis } from '../jobs/enqueue.ts'
import { countChange, isUserMessage } from './counted.ts'
import type { Change, Decision, LockedConversation, NewTurn, OpenTurn, StepEnd, TurnEnd } from './change.ts'
import { isRefusal } from './change.ts'
import { type EndedTurn, endedTurns } from './ended-turn.ts'
import { lease_ms, statusOfOutcome } from './turn.ts'
import { type ChangeName, reach } from './pause-points.ts'
import type { TurnLease } from './turn-runner.ts'

/** What was committed: the decision's answer, and the turn that is now this node's to carry out. */
export interface Committed<Answer> {
  answer: Answer
  started: TurnLease | null
  /** Turns that became final. */
  ended_turns: EndedTurn[]
  organization_id: string
  /** How it shows in the list of the organization's conversations. */
  listed: 'change' | 'progress' | null
}

/** Who writes: this process. */
export interface Environment {
  ports: Ports
  node_id: string
}

interface Writer extends Environment {
  store: TransactionStore
}

/** A conversation, and what is to become of it. */
export interface Target {
  change: ChangeName
  id: string
  /** Absent: as long as any statement may. */
  lock_wait_ms?: number | undefined
}

/** One transaction that holds the conversation's lock. Null when there is no such conversation here. */
export async function underLock<T>(
  store: RootStore,
  ports: Ports,
  { change, id, lock_wait_ms }: Target,
  work: (tx: TransactionStore, state: LockedConversation) => Promise<T>,
): Promise<T | null> {
  const result = await store.transaction(async (tx) => {
    await reach(ports, `${change}.begun`)
    if (lock_wait_ms !== undefined) await limitLockWait(tx, lock_wait_ms)
    const state = await lockConversation(tx, id)
    if (!state) return null
    await reach(ports, `${change}.locked`)
    const written = await work(tx, state)
    // Who does not stop here need not wait: it goes with the commit.
    if (ports.reached) await tx.posted()
    await reach(ports, `${change}.written`)
    return written
  })
  await reach(ports, `${change}.committed`)
  return result
}

/**
 * Locks the conversation, lets `decide` judge what stands, writes the change, and with it what `alongside` writes. `decide` may
 * read more of what the lock holds still. Throws the refusal as an AppError, and `not_found` when there is no such conversation
 * here.
 */
export async function changeConversation<Answer>(
  store: RootStore,
  { ports, node_id }: Environment,
  target: Target,
  decide: (state: LockedConversation, tx: Store) => Decision<Answer> | Promise<Decision<Answer>>,
  alongside: (tx: Store, answer: Answer) => Promise<void> = async () => {},
): Promise<Committed<Answer>> {
  const committed = await underLock(store, ports, target, async (tx, state) => {
    const decision = await decide(state, tx)
    if (isRefusal(decision)) throw new AppError(decision.refused, undefined, decision.fields)
    const started = writeChange({ store: tx, ports, node_id }, state, decision.change)
    await alongside(tx, decision.answer)
    const { organization_id } = tx
    const listed = howItIsListed(decision.change)
    return {
      answer: decision.answer,
      started,
      ended_turns: endedTurns(state, decision.change),
      organization_id,
      listed,
    }
  })
  if (!committed) throw notFound('Conversation')
  return committed
}

function howItIsListed({ end, items }: Change): Committed<unknown>['listed'] {
  if (end) return 'change'
  return items.some(({ type }) => type === 'message') ? 'progress' : null
}

const lock = statement(
  'lock_conversation',
  `select c.id, c.channel, c.status, c.agent_id, c.agent_version_id, c.ending,
          p.user_turn_count, p.next_position, p.next_sequence, p.next_turn, p.updated_at
   from conversations c join conversation_progress p on p.conversation_id = c.id
   where c.id = $1 and c.organization_id = $2 and c.deleted_at is null
   for update`,
)

// Apart from the lock: a statement that waits for a lock sees other tables as they were before it waited.
const openTurns = statement(
  'open_turns',
  `select clock_timestamp() as now, (select nextval('turn_leases')) as next_lease, t.id, t.sequence, t.status, t.concurrency, t.attempts, t.steps, t.lease, t.accepted_by, t.node_id,
          coalesce(t.lease_expires_at < clock_timestamp(), false) as lease_expired,
          coalesce(t.deadline_at < clock_timestamp(), false) as past_deadline,
          (select count(*) from transcript_items i where i.turn_id = coalesce(t.messages_of, t.id)
            and i.conversation_id = t.conversation_id and i.role = 'user') as messages,
          case when t.steps = 0 then '[]' else coalesce(
            (select jsonb_agg(jsonb_build_object('call_id', call.call_id, 'name', call.name) order by call.position)
             from transcript_items call where call.conversation_id = t.conversation_id and call.turn_id = t.id
               and call.type = 'function_call' and not exists
                 (select from transcript_items result where result.conversation_id = t.conversation_id
                  and result.turn_id = t.id and result.type = 'function_call_output' and result.call_id = call.call_id)), '[]')
          end as pending_calls
   from (select 1) one left join turns t
     on t.conversation_id = $1 and t.organization_id = $2 and t.status in ('queued', 'running')
   order by t.sequence`,
)

type LockedRow = Omit<LockedConversation, 'open_turns' | 'now' | 'next_lease'>
type OpenTurnRow = Omit<OpenTurn, 'id'> & { id: string | null } & Pick<LockedConversation, 'now' | 'next_lease'>

export async function lockConversation(tx: TransactionStore, id: string): Promise<LockedConversation | null> {
  const values = [id, tx.organization_id]
  const [[row], turns] = await Promise.all([tx.look<LockedRow>(lock, values), tx.look<OpenTurnRow>(openTurns, values)])
  if (!row) return null
  const { now, next_lease } = turns[0]!
  const open_turns = turns.flatMap(({ now: _now, next_lease: _lease, ...turn }) =>
    turn.id === null ? [] : [turn as OpenTurn],
  )
  return { ...row, now, next_lease, open_turns }
}

/**
 * Writes a change of a locked conversation; whether it went through, the commit tells. In this order: turns end before the next
 * starts (T3), items precede the end (T5). Answers the lease where a turn is this node's to carry out now.
 */
export function writeChange(writer: Writer, state: LockedConversation, change: Change): TurnLease | null {
  if (change.step) finishStep(writer, change.step)
  for (const end of change.ended_turns) endTurn(writer, state, end)
  if (change.new_turn) insertTurn(writer, state, change.new_turn)
  if (change.started_turn) startTurn(writer, state, change.started_turn.id)
  if (change.items.length + change.events.length > 0) append(writer, state, change)
  if (change.ending) putOffEnd(writer, state, change.ending)
  if (change.end) endConversation(writer, state, change.end)
  const turn_id = change.started_turn?.id ?? (change.new_turn?.start ? change.new_turn.id : null)
  const { organization_id } = writer.store
  return turn_id === null ? null : { organization_id, conversation_id: state.id, turn_id, lease: state.next_lease }
}

const insertTurnStatement = statement(
  'insert_turn',
  `insert into turns (id, organization_id, conversation_id, sequence, status, concurrency, interactivity, agent_version_id,
                      queued_at, attempts, lease, lease_expires_at, node_id, started_at, deadline_at, accepted_by,
                      messages_of)
   select $1, $2, $3, $4, case when $5 then 'running' else 'queued' end, $6, $7, $8, $9,
          case when $5 then 1 else 0 end, case when $5 then $14::bigint end,
          case when $5 then clock_timestamp() + $10::integer * interval '1 millisecond' end, case when $5 then $11::uuid end,
          case when $5 then $9::timestamptz end, $9::timestamptz + $12::integer * interval '1 second', $11::uuid, $13`,
)

function insertTurn({ store, node_id }: Writer, state: LockedConversation, turn: NewTurn): void {
  store.post(insertTurnStatement, [
    turn.id,
    store.organization_id,
    state.id,
    state.next_turn,
    turn.start,
    turn.concurrency,
    turn.interactivity,
    turn.agent_version_id,
    state.now,
    lease_ms,
    node_id,
    turn.max_seconds,
    turn.messages_of,
    state.next_lease,
  ])
}

// A waiting turn's time runs from its start; one that is taken over keeps the deadline it has.
const startTurnStatement = statement(
  'start_turn',
  `update turns set status = 'running', attempts = attempts + 1, lease = $5, node_id = $3, partial_text = null, partial_step = null,
          lease_expires_at = clock_timestamp() + $4::integer * interval '1 millisecond',
          started_at = coalesce(started_at, clock_timestamp()),
          deadline_at = case when started_at is null then clock_timestamp() + (deadline_at - queued_at) else deadline_at end
   where id = $1 and organization_id = $2 and status in ('queued', 'running')`,
)

function startTurn({ store, node_id }: Writer, state: LockedConversation, turn_id: string): void {
  store.post(startTurnStatement, [turn_id, store.organization_id, node_id, lease_ms, state.next_lease])
}

const finishStepStatement = statement(
  'finish_step',
  `update turns set steps = steps + 1, input_tokens = coalesce(input_tokens + $3, input_tokens, $3),
          output_tokens = coalesce(output_tokens + $4, output_tokens, $4)
   where id = $1 and organization_id = $2 and status = 'running'`,
)

function finishStep({ store }: Writer, { turn_id, input_tokens, output_tokens }: StepEnd): void {
  store.post(finishStepStatement, [turn_id, store.organization_id, input_tokens, output_tokens])
}

const endTurnStatement = statement(
  'end_turn',
  `update turns set status = $3, outcome = $4, error = $5, steps = steps + $6,
          input_tokens = coalesce(input_tokens + $7, input_tokens, $7),
          output_tokens = coalesce(output_tokens + $8, output_tokens, $8),
          finished_at = $9, lease = null, lease_expires_at = null, node_id = null, partial_text = null, partial_step = null
   where id = $1 and organization_id = $2 and status in ('queued', 'running')`,
)

function endTurn({ store }: Writer, state: LockedConversation, end: TurnEnd): void {
  store.post(endTurnStatement, [
    end.id,
    store.organization_id,
    statusOfOutcome[end.outcome],
    end.outcome,
    end.error,
    end.steps,
    end.input_tokens,
    end.output_tokens,
    state.now,
  ])
}

const appendStatement = statement(
  'append',
  `with items as (
     insert into transcript_items (conversation_id, position, organization_id, id, type, turn_id, role, content, interrupted,
                                   metrics, call_id, name, arguments, output, is_error, latency_ms, created_at)
     select $1, i.position, $2, i.id, i.type, i.turn_id, i.role, case when i.text is not null then array[i.text] end, i.interrupted, i.metrics,
            i.call_id, i.name, i.arguments, i.output, i.is_error, i.latency_ms, $3
     from jsonb_to_recordset($4::jsonb)
       as i(position integer, id uuid, type text, turn_id uuid, role text, text text, interrupted boolean, metrics jsonb,
            call_id text, name text, arguments jsonb, output jsonb, is_error boolean, latency_ms integer)
   ), events as (
     insert into events (conversation_id, sequence, organization_id, id, type, occurred_at, data)
     select $1, e.sequence, $2, e.id, e.type, $3, e.data
     from jsonb_to_recordset($5::jsonb) as e(sequence bigint, id uuid, type text, data jsonb)
   ), counted as (
     insert into statistics_deltas (organization_id, agent_id, at, counters)
     select $2, $10::uuid, $3, $11::jsonb where $11::jsonb is not null
   )
   update conversation_progress set next_position = next_position + $6::integer, next_sequence = next_sequence + $7::integer,
          user_turn_count = user_turn_count + $8::integer, next_turn = next_turn + $9::integer,
          last_activity_at = case when $6::integer > 0 then $3::timestamptz else last_activity_at end, updated_at = $3
   where conversation_id = $1 and organization_id = $2`,
)

function append({ store, ports }: Writer, state: LockedConversation, change: Change): void {
  const items = change.items.map((item, index) => ({
    ...item,
    id: item.type === 'message' ? item.id : ports.newId(),
    position: state.next_position + index,
  }))
  const events = change.events.map((event, index) => ({
    ...event,
    id: ports.newId(),
    sequence: state.next_sequence + index,
  }))
  const counters = countChange(state, change)
  store.post(appendStatement, [
    state.id,
    store.organization_id,
    state.now,
    JSON.stringify(items),
    JSON.stringify(events),
    items.length,
    events.length,
    change.items.filter(isUserMessage).length,
    change.new_turn ? 1 : 0,
    state.agent_id,
    counters && JSON.stringify(counters),
  ])
}

const putOffStatement = statement(
  'put_off_end',
  'update conversations set ending = $3 where id = $1 and organization_id = $2 and ended_at is null',
)

function putOffEnd({ store }: Writer, state: LockedConversation, ending: NonNullable<Change['ending']>): void {
  store.post(putOffStatement, [state.id, store.organization_id, JSON.stringify(ending)])
}

/** Of a statement that begins with the update as `ended`. */
export const countEnded = `insert into statistics_deltas (organization_id, agent_id, at, counters)
   select organization_id, agent_id, ended_at, jsonb_build_object('ended', 1, 'duration', duration, 'end.' || end_reason, 1)
   from ended`

const endStatement = statement(
  'end_conversation',
  `with ended as (
     update conversations set status = $3, ended_at = $4,
            duration = floor(extract(epoch from $4::timestamptz - created_at))::integer,
            end_reason = $5, ended_by = $6, ending = null, analysis_status = $7, analysis_reason = $8,
            analysis_due_at = case when $7 = 'queued' then clock_timestamp() + interval '5 minutes' end
     where id = $1 and organization_id = $2 and ended_at is null
     returning organization_id, agent_id, ended_at, duration, end_reason
   )
   ${countEnded}`,
)

function endConversation({ store }: Writer, state: LockedConversation, end: NonNullable<Change['end']>): void {
  store.post(endStatement, [
    state.id,
    store.organization_id,
    end.status,
    state.now,
    end.end_reason,
    JSON.stringify(end.ended_by),
    end.analysis.status,
    end.analysis.reason,
  ])
  if (end.analysis.status !== 'queued') return
  postAnalysis(store, { organization_id: store.organization_id, conversation_id: state.id })
}
