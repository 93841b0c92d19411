// Writes the usual changes of a turn, its beginning and its reply, in one statement that commits by itself, if the conversation is still as
// the change was decided for. The statement locks the conversation and compares it with what the change expects; a conversation that
// another transaction holds or has changed is left out, and its change is decided again under a lock that waits (commit.ts).
import { type Database, type Statement, statement } from '../../database/database.ts'
import type { LockedConversation } from '../machine/change.ts'
import type { Planned } from '../machine/plan.ts'
import { lease_ms, statusOfOutcome } from '../machine/turn.ts'
import { rowOf } from '../../database/rows.ts'
import { asBytea } from '../machine/rows.ts'
import { type NewBinding, bindFrom, isFree, waitBriefly } from '../../idempotency/run-once.ts'
import { isUsualBeginning, isUsualReply } from '../machine/usual-changes.ts'
import { addsNothing } from './additions.ts'
import type { Committer } from './committer.ts'
import { insertCalls } from '../../usage/usage.ts'
import { insertLog, logOf, progressOf, updateProgress } from './log.ts'
import { type sentPoints, reach } from './pause-points.ts'

const ofProgress = `agent_id uuid, items integer, events integer, messages integer, turns integer, counters jsonb, is_activity boolean,
  is_warning boolean, failed_turns integer, failed_since timestamptz, failed_messages integer`
const expected = `conversation_id uuid, organization_id uuid, next_position integer, next_sequence bigint, next_turn integer,
  updated_at timestamptz`

const lock = 'for update skip locked'
const compared = 'organization_id, ended_at, deleted_at, ending, handled_by'
const moved = 'updated_at, next_position, next_sequence, next_turn'

/** What every change of a conversation moves is compared, and what some change beside it. `$3`: the changes. */
const hold = (turn: string, more: string, condition = '') => `select g.*, clock_timestamp() as now${more}
     from (select * from jsonb_to_recordset($3::jsonb) as r(${expected}, ${ofProgress}, ${turn}) limit jsonb_array_length($3::jsonb)) g
     cross join ${rowOf('conversations', 'c', 'c.id = g.conversation_id', { columns: compared, lock })}
     cross join ${rowOf('conversation_progress', 'p', 'p.conversation_id = g.conversation_id', { columns: moved, lock })}
     where c.organization_id = g.organization_id and c.ended_at is null and c.deleted_at is null and c.ending is null
       and c.handled_by = 'agent' and p.updated_at = g.updated_at and p.next_position = g.next_position
       and p.next_sequence = g.next_sequence and p.next_turn = g.next_turn
       and not exists (select from handlings h where h.conversation_id = g.conversation_id)${condition}`

const noOpenTurn = `
       and not exists (select from turns o where o.conversation_id = g.conversation_id and o.status in ('queued', 'running'))`

const ofTurn = 'turn_id uuid, concurrency text, interactivity text, agent_version_id uuid, max_seconds integer'
const ofKey = 'namespace uuid, key text, fingerprint bytea'
const holdQuiet = (columns: string) => hold(columns, `, nextval('turn_leases') as lease`, noOpenTurn)

const beginWith = (held: string) => `with ${held}, begun as (
     insert into turns (id, organization_id, conversation_id, sequence, status, concurrency, interactivity, agent_version_id,
                        queued_at, attempts, lease, lease_expires_at, node_id, started_at, deadline_at, accepted_by)
     select turn_id, organization_id, conversation_id, next_turn, 'running', concurrency, interactivity, agent_version_id, now, 1, lease,
            clock_timestamp() + $4::integer * interval '1 millisecond', $5::uuid, now, now + max_seconds * interval '1 second', $5::uuid
     from held
   ), ${insertLog('held')}, progress as (
     ${updateProgress('held')}
   )
   select conversation_id as id, now, lease as next_lease from held`

const beginStatement = statement(
  'begin_turns_if_unchanged',
  beginWith(`held as materialized (
     ${holdQuiet(ofTurn)}
   )`),
)

// With a key that another call has bound, or may be about to bind, nothing is written (T9).
const beginWithKeyStatement = statement(
  'begin_turns_with_keys_if_unchanged',
  beginWith(`found as materialized (
     ${holdQuiet(`${ofTurn}, ${ofKey}`)}
   ), asked as materialized (
     select found.*, ${isFree} as is_free, ${waitBriefly} as patience from found
   ), bound as (
     ${bindFrom('asked')}
   ), held as materialized (
     select asked.* from asked join bound on bound.namespace = asked.namespace and bound.key = asked.key
   )`),
)

// Without the turn, which another attempt may have by now, nothing is written (T6). Only a running one has a lease.
const replyStatement = statement(
  'end_turns_if_unchanged',
  `with held as materialized (
     ${hold('turn_id uuid, lease bigint, status text, outcome text, steps integer, input_tokens integer, output_tokens integer, calls jsonb', '')}
   ), changes as (
     update turns t set status = h.status, outcome = h.outcome, steps = t.steps + h.steps, input_tokens = h.input_tokens,
            output_tokens = h.output_tokens, finished_at = h.now, lease = null, lease_expires_at = null, node_id = null,
            partial_text = null, partial_step = null, partial_retrievals = null, partial_calls = null
     from held h
     where t.id = h.turn_id and t.organization_id = h.organization_id and t.lease = h.lease and t.steps = 0 and t.retrievals = 0
     returning h.*
   ), ${insertLog('changes')}, called as (
     ${insertCalls('changes')}
   ), progress as (
     ${updateProgress('changes')}
   )
   select conversation_id as id, now from changes`,
)

/** What the conversation was like when the change was written. */
type Stamp = Pick<LockedConversation, 'id' | 'now'> & Partial<Pick<LockedConversation, 'next_lease'>>

/** A change that may be written so, with the key of its call. */
export interface Writable {
  plan: Planned
  binding: NewBinding | null
}

/** A way of writing changes of one kind, all in one statement. */
interface Way {
  fits(one: Writable): boolean
  /** Its pause point. */
  sent: Exclude<(typeof sentPoints)[number], 'create.sent'>
  statement: Statement
  rowOf(one: Writable): object
  /** The parameters after the log and the rows. */
  rest(committer: Committer): unknown[]
}

const beginning = { sent: 'message.sent', rest: ({ node }: Committer) => [lease_ms, node.id] } as const
const ways: Way[] = [
  {
    ...{ ...beginning, statement: beginStatement, rowOf: ({ plan }) => beginningOf(plan) },
    fits: ({ plan, binding }) => binding === null && isUsualBeginning(plan),
  },
  {
    ...{ ...beginning, statement: beginWithKeyStatement, rowOf: beginningWithKeyOf },
    fits: ({ plan, binding }) => binding !== null && isUsualBeginning(plan),
  },
  {
    ...{ sent: 'result.sent', statement: replyStatement, rowOf: ({ plan }) => replyOf(plan), rest: () => [] },
    fits: ({ plan, binding }) => binding === null && isUsualReply(plan),
  },
]

/** Those that may be written so, by their statement: not with what rooms add, which would need statements of their own. */
export function groupWritable<One extends Writable>({ additions }: Committer, all: One[]): [Way, One[]][] {
  const isPlain = ({ plan }: One) => addsNothing(additions, plan)
  const groups = ways.map((way): [Way, One[]] => [way, all.filter((one) => way.fits(one) && isPlain(one))])
  return groups.filter(([, group]) => group.length > 0)
}

/**
 * Writes changes of one kind, and returns the state of each that was written, by conversation. Throws `CommitInDoubt` if the connection was
 * lost; after any other error nothing is written.
 */
export async function writeIfUnchanged(
  database: Database,
  committer: Committer,
  { sent, statement, rowOf, rest }: Way,
  all: Writable[],
): Promise<Map<string, LockedConversation>> {
  const { ports } = committer
  const plans = all.map(({ plan }) => plan)
  const values = [...logOf(plans, ports), JSON.stringify(all.map(rowOf)), ...rest(committer)]
  const answered = database.commit<Stamp>(statement, values)
  if (ports.reached) await Promise.all([...plans.map(() => reach(ports, sent)), answered.catch(() => {})])
  const stamps = await answered
  const states = new Map(plans.map(({ state }) => [state.id, state]))
  return new Map(stamps.map(({ id, ...stamp }) => [id, { ...states.get(id)!, ...stamp }]))
}

function expectedOf({ state: { updated_at, next_position, next_sequence, next_turn } }: Planned) {
  return { updated_at, next_position, next_sequence, next_turn }
}

function beginningOf(plan: Planned) {
  const { id: turn_id, concurrency, interactivity, agent_version_id, max_seconds } = plan.change.new_turn!
  const turn = { turn_id, concurrency, interactivity, agent_version_id, max_seconds }
  return { ...progressOf(plan), ...expectedOf(plan), ...turn }
}

function beginningWithKeyOf({ plan, binding }: Writable) {
  const { namespace, key, fingerprint } = binding!.request
  return { ...beginningOf(plan), namespace, key, fingerprint: asBytea(fingerprint) }
}

function replyOf(plan: Planned) {
  const [{ id: turn_id, outcome, steps, input_tokens, output_tokens }] = plan.change.ended_turns as [
    Planned['change']['ended_turns'][number],
  ]
  const { lease } = plan.state.open_turns[0]!
  const turn = { turn_id, lease, status: statusOfOutcome[outcome], outcome, steps, input_tokens, output_tokens }
  return { ...progressOf(plan), ...expectedOf(plan), ...turn }
}
