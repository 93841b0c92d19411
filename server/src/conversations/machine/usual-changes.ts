// The changes that nearly every turn consists of: a message begins a turn in a conversation where nothing else happens, and a reply ends it.
// And the state that the first of them leaves. Pure.
import { type Change, type LockedConversation, type OpenTurn, nothingClaimed } from './change.ts'
import { failuresAfter } from './failures.ts'
import type { ConversationRecord, FoundConversation } from './rows.ts'
import { isUserMessage } from './statistics-of-change.ts'

interface Proposed {
  state: LockedConversation
  change: Change
}

/** The agent has it, nothing is to end, and people never had it. */
const isUsual = ({ handled_by, handling, ending }: LockedConversation) =>
  handled_by === 'agent' && handling === null && ending === null

/** Nothing but turns, messages and events. */
function isOnlyTalk({
  items,
  step,
  retrievals,
  unshown,
  handling,
  ending,
  end,
  begun,
  warned,
  started_turn,
}: Change): boolean {
  const isMore = step || handling || ending || end || begun || started_turn || warned
  return !isMore && retrievals.length + unshown.length === 0 && items.every(({ type }) => type === 'message')
}

export function isUsualBeginning({ state, change }: Proposed): boolean {
  const { new_turn, ended_turns, items } = change
  const begins = new_turn?.start === true && new_turn.given === undefined && new_turn.messages_of === null
  const isAlone = state.open_turns.length === 0 && ended_turns.length === 0
  const claims = items.some((item) => item.type === 'message' && (item.client_id ?? item.in_reply_to ?? null) !== null)
  return begins && isAlone && !claims && isUsual(state) && isOnlyTalk(change)
}

export function isUsualReply({ state, change }: Proposed): boolean {
  const [ended, ...more] = change.ended_turns
  const [open, ...others] = state.open_turns
  const isReply = ended?.outcome === 'reply' && ended.id === open?.id && open.steps === 0 && open.retrievals === 0
  return isReply && more.length + others.length === 0 && !change.new_turn && isUsual(state) && isOnlyTalk(change)
}

/** The state in which the next change finds the conversation, unless there is another in between; null: not known. */
export function stateAfterBeginning(begun: Proposed, node_id: string): LockedConversation | null {
  if (!isUsualBeginning(begun)) return null
  const { state, change } = begun
  const { now } = state
  return {
    ...state,
    ...failuresAfter(state, change),
    next_position: state.next_position + change.items.length,
    next_sequence: state.next_sequence + change.events.length,
    next_turn: state.next_turn + 1,
    user_turn_count: state.user_turn_count + change.items.filter(isUserMessage).length,
    ...{ updated_at: now, silent_since: now, is_warned: false, claimed: nothingClaimed },
    open_turns: [openTurnOf(begun, node_id)],
  }
}

/** The conversation as the next message finds it, unless something happens in between; null: not known. `found`: what the turn began with. */
export function foundAfterReply(ended: Proposed, found: ConversationRecord): FoundConversation | null {
  if (!isUsualReply(ended)) return null
  const { state, change } = ended
  const { now, user_turn_count, is_held_back, next_position, next_sequence, next_turn } = state
  return {
    ...found,
    ...failuresAfter(state, change),
    ...{
      updated_at: now,
      last_activity_at: now,
      silent_since: now,
      is_warned: false,
      is_held_back,
      user_turn_count,
      next_turn,
    },
    next_position: next_position + change.items.length,
    next_sequence: next_sequence + change.events.length,
  }
}

/** The same after its creation. JSON is stored in another order than it was sent in, so one that has any is not known. */
export function foundAfterBirth(
  record: ConversationRecord,
  { items, events }: { items: number; events: number },
): FoundConversation | null {
  if (record.recording_details !== null || Object.keys(record.custom_metadata).length > 0) return null
  return {
    ...record,
    ...{
      failed_turns: 0,
      failed_since: null,
      failed_messages: 0,
      silent_since: record.created_at,
      is_warned: false,
      is_held_back: false,
    },
    ...{ next_position: items, next_sequence: events + 1, next_turn: 1 },
  }
}

function openTurnOf({ state: { now, next_turn, next_lease }, change }: Proposed, node_id: string): OpenTurn {
  const { id, concurrency } = change.new_turn!
  return {
    ...{
      id,
      sequence: next_turn,
      status: 'running',
      concurrency,
      attempts: 1,
      steps: 0,
      retrievals: 0,
      lease: next_lease,
    },
    ...{ accepted_by: node_id, node_id, queued_at: now, asked_at: now, lease_expired: false, past_deadline: false },
    messages: change.items.filter(isUserMessage).length,
    pending_calls: [],
  }
}

/** The state under its lock, if nothing happens there and nothing changes until then; null: something does. */
export function stateIfQuiet(found: FoundConversation): LockedConversation | null {
  if (found.is_ending) return null
  const { id, organization_id, channel, status, agent_id, agent_version_id, web_widget_id, handled_by, handling } =
    found
  const { failed_turns, failed_since, failed_messages, redaction, content_purged_at, user_turn_count, created_at } =
    found
  const { silent_since, is_warned, is_held_back, next_position, next_sequence, next_turn, updated_at } = found
  return {
    ...{ id, organization_id, channel, status, agent_id, agent_version_id, web_widget_id, handled_by, handling },
    ...{ failed_turns, failed_since, failed_messages, ending: null, redaction, content_purged_at, user_turn_count },
    ...{
      created_at,
      silent_since,
      is_warned,
      is_held_back,
      next_position,
      next_sequence,
      next_turn,
      open_turns: [],
      updated_at,
    },
    ...{ now: updated_at, next_lease: 0, claimed: nothingClaimed },
  }
}
