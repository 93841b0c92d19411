// The SQL that adds items and events to conversations: the same for every change, with what it does to turns in the same statement. And its
// parameters. Part of commit.ts.
import type { Ports } from '../../base/ports.ts'
import { failuresAfter } from '../machine/failures.ts'
import type { Planned } from '../machine/plan.ts'
import { givenItemColumns, rowOfItem, storedItemColumns } from '../machine/rows.ts'
import { countChange, isUserMessage } from '../machine/statistics-of-change.ts'

/** What a change does to the progress of its conversation. */
export const progressColumns = `conversation_id uuid, organization_id uuid, agent_id uuid, now timestamptz, items integer,
  events integer, messages integer, turns integer, counters jsonb, is_activity boolean, is_warning boolean, failed_turns integer,
  failed_since timestamptz, failed_messages integer, calls jsonb`

const storedItems = storedItemColumns
  .split(', ')
  .map((name) => (name === 'created_at' ? 'c.now' : `i.${name}`))
  .join(', ')

/** Inserts the items `$1` and the events `$2` of the conversations in `changes`, which has the progress columns. */
export const insertLog = (changes: string) => `items as (
     insert into transcript_items (conversation_id, organization_id, ${storedItemColumns})
     select c.conversation_id, c.organization_id, ${storedItems}
     from ${changes} c join jsonb_to_recordset($1::jsonb) as i(conversation_id uuid, ${givenItemColumns})
       on i.conversation_id = c.conversation_id
   ), events as (
     insert into events (conversation_id, sequence, organization_id, id, type, occurred_at, data)
     select c.conversation_id, e.sequence, c.organization_id, e.id, e.type, c.now, e.data
     from ${changes} c join jsonb_to_recordset($2::jsonb) as e(conversation_id uuid, sequence bigint, id uuid, type text, data jsonb)
       on e.conversation_id = c.conversation_id
   ), counted as (
     insert into statistics_deltas (organization_id, agent_id, at, counters)
     select organization_id, agent_id, now, counters from ${changes} where counters is not null
   )`

export const updateProgress = (changes: string) => `update conversation_progress p
   set next_position = p.next_position + c.items, next_sequence = p.next_sequence + c.events,
       user_turn_count = p.user_turn_count + c.messages, depth = case when c.messages > 0 then 0 else p.depth end, next_turn = p.next_turn + c.turns,
       last_activity_at = case when c.items > 0 and not c.is_warning then c.now else p.last_activity_at end,
       silent_since = case when c.is_activity then c.now else p.silent_since end,
       warned_at = case when c.is_warning then c.now else p.warned_at end, updated_at = c.now,
       failed_turns = c.failed_turns, failed_since = c.failed_since, failed_messages = c.failed_messages
   from ${changes} c where p.conversation_id = c.conversation_id`

/** The first two parameters. */
export function logOf(plans: Planned[], ports: Ports): [string, string] {
  const items = plans.flatMap((plan) => itemsOf(plan, ports))
  const events = plans.flatMap((plan) => eventsOf(plan, ports))
  return [JSON.stringify(items), JSON.stringify(events)]
}

function itemsOf({ state: { id: conversation_id, next_position }, change }: Planned, ports: Ports) {
  return change.items.map((item, index) => ({
    ...rowOfItem(item),
    id: item.type === 'message' ? item.id : ports.newId(),
    position: next_position + index,
    conversation_id,
  }))
}

function eventsOf({ state: { id: conversation_id, next_sequence }, change }: Planned, ports: Ports) {
  return change.events.map(({ type, data }, index) => {
    return { id: ports.newId(), sequence: next_sequence + index, type, data, conversation_id }
  })
}

/** By the names of the columns. */
export function progressOf({ state, change }: Planned) {
  const { id: conversation_id, organization_id, agent_id, now } = state
  const isMoved = change.handling !== null && change.handling.handled_by !== state.handled_by
  return {
    conversation_id,
    organization_id,
    agent_id,
    now,
    items: change.items.length,
    events: change.events.length,
    messages: change.items.filter(isUserMessage).length,
    turns: change.new_turn ? 1 : 0,
    counters: countChange(state, change),
    is_activity: !change.warned && (change.items.length + change.ended_turns.length > 0 || isMoved),
    is_warning: change.warned,
    ...failuresAfter(state, change),
    calls: change.calls.length > 0 ? change.calls : null,
  }
}
