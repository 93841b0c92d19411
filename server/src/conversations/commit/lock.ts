// Locks conversations and reads each one's state under its lock.
import { type Pipeline, statement } from '../../database/database.ts'
import { arraysOf, rowOf, rowsOf } from '../../database/rows.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { Claimed, LockedConversation, MessageClaim, OpenTurn } from '../machine/change.ts'
import { handlingOf } from '../read/handling.ts'
import { silence } from '../machine/rows.ts'

/** A conversation of an organization. */
export interface ConversationKey {
  organization_id: string
  id: string
}

/** A conversation to lock, and the claim of the message that the change stores. */
export interface LockTarget extends ConversationKey {
  claim?: MessageClaim | undefined
}

const wanted = rowsOf('wanted', 'id uuid, organization_id uuid')
const claiming = rowsOf('wanted', 'id uuid, organization_id uuid, client_id uuid, in_reply_to text')
const columns = `c.id, c.organization_id, c.channel, c.status, c.agent_id, c.agent_version_id, c.web_widget_id, c.ending, c.redaction,
  c.created_at, c.content_purged_at, c.handled_by, ${silence}, p.is_held_back, p.failed_turns, p.failed_since, p.failed_messages,
  p.user_turn_count, p.next_position, p.next_sequence, p.next_turn, p.updated_at`
const tablesFor = (lock: string) => `${wanted} cross join ${rowOf('conversations', 'c', 'c.id = wanted.id', { lock })}
  cross join ${rowOf('conversation_progress', 'p', 'p.conversation_id = wanted.id', { lock })}`

const locks = {
  wait: statement(
    'lock_conversation',
    `select ${columns} from ${tablesFor('for update')}
     where c.organization_id = wanted.organization_id and c.deleted_at is null`,
  ),
  skip: statement(
    'lock_free_conversations',
    `select ${columns} from ${tablesFor('for update skip locked')}
     where c.organization_id = wanted.organization_id and c.deleted_at is null`,
  ),
}

// Separate from the lock: a statement that waits for a lock sees other tables as they were before the wait.
const openTurns = statement(
  'open_turns',
  `select wanted.id as conversation_id, clock_timestamp() as now, nextval('turn_leases') as next_lease,
          t.id, t.sequence, t.status, t.concurrency, t.attempts, t.steps, t.retrievals, t.lease, t.accepted_by, t.node_id,
          t.queued_at, case when t.messages_of is null then t.queued_at
            else (select o.queued_at from turns o where o.id = t.messages_of) end as asked_at,
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
          end as pending_calls,
          (select m.turn_id from client_messages m where m.conversation_id = wanted.id
            and m.organization_id = wanted.organization_id and m.client_id = wanted.client_id) as stored_turn_id,
          exists (select from answered_widgets a where a.conversation_id = wanted.id
            and a.organization_id = wanted.organization_id and a.call_id = wanted.in_reply_to) as is_answered,
          ${handlingOf('wanted.id')} as handling
   from ${claiming}
   left join turns t on t.conversation_id = wanted.id and t.organization_id = wanted.organization_id
     and t.status in ('queued', 'running')
   order by t.sequence`,
)

const holdStatement = statement(
  'hold_active_conversation',
  `select from conversations where id = $1 and organization_id = $2 and ended_at is null for share`,
)

/** Keeps it from ending until the transaction is over. False: it has ended. */
export async function holdActive(tx: TransactionStore, id: string): Promise<boolean> {
  return (await tx.query(holdStatement, [id, tx.organization_id])).length > 0
}

type LockedRow = Omit<LockedConversation, 'open_turns' | 'now' | 'next_lease' | 'claimed' | 'handling'>
type OpenTurnRow = Omit<OpenTurn, 'id'> & { id: string | null; conversation_id: string } & Claimed &
  Pick<LockedConversation, 'now' | 'next_lease' | 'handling'>

/** Null if there is no such conversation. */
export async function lockConversation(tx: Pipeline, key: LockTarget): Promise<LockedConversation | null> {
  return (await lockConversations(tx, [key], 'wait')).get(key.id) ?? null
}

/** By id. A missing entry does not exist or, if this call does not wait for locks, is locked by another transaction. */
export async function lockConversations(
  tx: Pipeline,
  keys: LockTarget[],
  how: keyof typeof locks,
): Promise<Map<string, LockedConversation>> {
  const values = arraysOf(keys, ['id', 'organization_id'])
  const [rows, turns] = await Promise.all([
    tx.readAtBegin<LockedRow>(locks[how], values),
    tx.readAtBegin<OpenTurnRow>(openTurns, [...values, ...claimsOf(keys)]),
  ])
  const turnsOf = Map.groupBy(turns, ({ conversation_id }) => conversation_id)
  return new Map(rows.map((row) => [row.id, asItStands(row, turnsOf.get(row.id)!)]))
}

const claimsOf = (keys: LockTarget[]) =>
  arraysOf(
    keys.map(({ claim }) => ({ client_id: claim?.client_id ?? null, in_reply_to: claim?.in_reply_to ?? null })),
    ['client_id', 'in_reply_to'],
  )

/** There is at least one row; its turn is null if no turn is open. */
function asItStands(row: LockedRow, turns: OpenTurnRow[]): LockedConversation {
  const { now, next_lease, stored_turn_id, is_answered, handling } = turns[0]!
  const open_turns = turns.flatMap(
    ({
      now: _now,
      next_lease: _lease,
      conversation_id: _id,
      stored_turn_id: _turn,
      is_answered: _is,
      handling: _h,
      ...turn
    }) => (turn.id === null ? [] : [turn as OpenTurn]),
  )
  return { ...row, handling, now, next_lease, open_turns, claimed: { stored_turn_id, is_answered } }
}
