// Writes a conversation that is created here, with all that it begins with, in one statement.
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { Planned } from '../machine/plan.ts'
import { redactBirth } from '../machine/redaction.ts'
import {
  type ItemRecord,
  type NewConversation,
  givenItemColumns,
  newConversationColumns,
  rowOfItem,
  storedItemColumns,
} from '../machine/rows.ts'
import { sendAdditions } from './additions.ts'
import type { Committer } from './committer.ts'
import { isIdTaken, valuesOf } from './new.ts'

const given = newConversationColumns.map((_name, index) => `$${index + 4}`).join(', ')
const itemsAtBirth = storedItemColumns
  .split(', ')
  .map((name) => (name === 'created_at' ? 'born.created_at' : `i.${name}`))
  .join(', ')

/*
 * Everything is taken from the row that is born, so without it nothing is written; and an item follows its conversation, which the item's
 * trigger looks for. The tables are not read: of a new one the planner believes that reading it whole is best.
 */
const birthStatement = statement(
  'create_conversation',
  `with born as (
     insert into conversations (organization_id, created_at, ${newConversationColumns.join(', ')})
     values ($1, clock_timestamp(), ${given})
     on conflict do nothing
     returning id, organization_id, agent_id, status, created_at
   ), items as (
     insert into transcript_items (conversation_id, organization_id, ${storedItemColumns})
     select born.id, born.organization_id, ${itemsAtBirth} from born, jsonb_to_recordset($2::jsonb) as i(${givenItemColumns})
   ), events as (
     insert into events (conversation_id, organization_id, sequence, id, type, occurred_at, data)
     select born.id, born.organization_id, e.sequence, e.id, e.type, clock_timestamp(), e.data
     from born, jsonb_to_recordset($3::jsonb) as e(sequence bigint, id uuid, type text, data jsonb)
   ), counted as (
     insert into statistics_deltas (organization_id, agent_id, at, counters)
     select organization_id, agent_id, created_at, jsonb_build_object('conversations', 1, 'user_messages', 0)
     from born where status <> 'token_created'
   ), progress as (
     insert into conversation_progress (conversation_id, organization_id, next_position, next_sequence, user_turn_count,
                                        last_activity_at, updated_at, silent_since)
     select id, organization_id, jsonb_array_length($2::jsonb), jsonb_array_length($3::jsonb) + 1, 0, created_at, created_at,
            clock_timestamp()
     from born
   )
   select created_at from born`,
)

/** A conversation as it was stored. */
export interface Born {
  stored: NewConversation
  created_at: string
  items: ItemRecord[]
}

/** Tries to find a free time: each loss means that another conversation of the organization was created in the same microsecond. */
const max_tries = 100

/**
 * `planAt`: its beginning, if it was created at a time; its items and events may not depend on that. Returns null if the id is taken.
 * Its texts are stored without what it must not keep.
 */
export async function insertBirth(
  tx: TransactionStore,
  { ports, additions }: Committer,
  conversation: NewConversation,
  planAt: (created_at: string) => Planned,
): Promise<Born | null> {
  const stored = redactBirth(conversation)
  const { change } = planAt(new Date(ports.clock.now()).toISOString())
  const items = change.items.map((item, position) => {
    return { ...rowOfItem(item), id: item.type === 'message' ? item.id : ports.newId(), position }
  })
  const events = change.events.map((event, index) => ({ id: ports.newId(), ...event, sequence: index + 1 }))
  const values = [tx.organization_id, JSON.stringify(items), JSON.stringify(events), ...valuesOf(stored)]
  for (let tries = 0; tries < max_tries; tries += 1) {
    const [row] = await tx.query<{ created_at: string }>(birthStatement, values)
    if (row) {
      const { created_at } = row
      sendAdditions(tx, additions, [planAt(created_at)], true)
      return { stored, created_at, items: items.map((item) => ({ ...item, created_at })) }
    }
    if (await isIdTaken(tx, conversation.id)) return null
  }
  throw new Error(`found no free created_at in ${max_tries} tries`)
}
