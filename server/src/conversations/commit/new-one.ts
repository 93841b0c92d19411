// Writes conversations that are created here, each with all that it begins with, in one statement.
import { stillChosen } from '../../agents/agents.ts'
import { type Database, type Statement, statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { type NewBinding, bindFrom, isFree, waitBriefly } from '../../idempotency/run-once.ts'
import type { Planned } from '../machine/plan.ts'
import { redactBirth } from '../machine/redaction.ts'
import {
  type ItemRecord,
  type NewConversation,
  asBytea,
  givenConversationColumns,
  givenItemColumns,
  newConversationColumns,
  rowOfItem,
  rowOfNew,
  storedItemColumns,
} from '../machine/rows.ts'
import { addsNothing, sendAdditions } from './additions.ts'
import type { Committer } from './committer.ts'
import { isIdTaken } from './new.ts'

const columns = newConversationColumns.join(', ')
const ofBirth = `organization_id uuid, ${givenConversationColumns}, items integer, events integer`
const itemsAtBirth = storedItemColumns
  .split(', ')
  .map((name) => (name === 'created_at' ? 'born.created_at' : `i.${name}`))
  .join(', ')

/*
 * Of the conversations in `given`, with the items `$1` and the events `$2`. Everything is taken from the rows that are born, so without one
 * nothing is written; and an item follows its conversation, which the item's trigger looks for. The tables are not read: of a new one the
 * planner believes that reading it whole is best.
 */
const born = (given: string, conflict: string) => `born as (
     insert into conversations (organization_id, created_at, ${columns})
     select organization_id, clock_timestamp(), ${columns} from ${given}
     ${conflict}
     returning id, organization_id, agent_id, status, direction, channel, created_at
   ), items as (
     insert into transcript_items (conversation_id, organization_id, ${storedItemColumns})
     select born.id, born.organization_id, ${itemsAtBirth}
     from born join jsonb_to_recordset($1::jsonb) as i(conversation_id uuid, ${givenItemColumns}) on i.conversation_id = born.id
   ), events as (
     insert into events (conversation_id, organization_id, sequence, id, type, occurred_at, data)
     select born.id, born.organization_id, e.sequence, e.id, e.type, clock_timestamp(), e.data
     from born join jsonb_to_recordset($2::jsonb) as e(conversation_id uuid, sequence bigint, id uuid, type text, data jsonb)
       on e.conversation_id = born.id
   ), counted as (
     insert into statistics_deltas (organization_id, agent_id, at, counters)
     select organization_id, agent_id, created_at, jsonb_build_object('conversations', 1, 'user_messages', 0,
            'usage.conversations', 1, 'usage.' || direction, 1, case when channel in ('telephone', 'webrtc') then 'usage.voice' else 'usage.chat' end, 1)
     from born where status <> 'token_created'
   ), progress as (
     insert into conversation_progress (conversation_id, organization_id, next_position, next_sequence, user_turn_count,
                                        last_activity_at, updated_at, silent_since)
     select born.id, born.organization_id, g.items, g.events + 1, 0, born.created_at, born.created_at, born.created_at
     from born join ${given} g on g.id = born.id
   )`

const birthStatement = statement(
  'create_conversation',
  `with given as materialized (
     select * from jsonb_to_recordset($3::jsonb) as r(${ofBirth})
   ), ${born('given', 'on conflict do nothing')}
   select created_at from born`,
)

/** By the conditions of rooms. */
const birthsStatements = new Map<string, Statement>()

function birthsStatement({ beginnings }: Committer): Statement {
  const conditions = beginnings.map((beginsAtOnce) => ` and ${beginsAtOnce('g')}`).join('')
  const known = birthsStatements.get(conditions) ?? createBirthsStatement(conditions)
  birthsStatements.set(conditions, known)
  return known
}

// A conflict fails the statement: nothing is written, and no key is bound to nothing.
const createBirthsStatement = (conditions: string) =>
  statement(
    'create_conversations_if_unchanged',
    `with asked as materialized (
     select g.*, agent.name as current_name, case when g.key is null then true else ${isFree} end as is_free,
            case when g.key is not null then ${waitBriefly} end as patience
     from (select * from jsonb_to_recordset($3::jsonb) as r(${ofBirth}, is_latest boolean, namespace uuid, key text, fingerprint bytea)
           limit jsonb_array_length($3::jsonb)) g
     ${stillChosen('g')}${conditions}
   ), keyed as (
     select namespace, key, fingerprint, id as conversation_id, null::uuid as turn_id, is_free from asked where key is not null
   ), bound as (
     ${bindFrom('keyed')}
   ), given as materialized (
     select asked.* from asked left join bound on bound.namespace = asked.namespace and bound.key = asked.key
     where asked.key is null or bound.key is not null
   ), ${born('given', '')}
   select born.id, born.created_at, given.current_name as agent_name from born join given on given.id = born.id`,
  )

/** A conversation to create: `plan` is its beginning. */
export interface Birth {
  organization_id: string
  conversation: NewConversation
  plan: Planned
}

/** A conversation as it was stored. */
export interface Born {
  stored: NewConversation
  created_at: string
  items: ItemRecord[]
  /** How many it has. */
  events: number
}

/** Without what it must not keep. */
function prepare({ organization_id, conversation, plan: { change } }: Birth, { ports }: Committer) {
  const stored = redactBirth(conversation)
  const { id: conversation_id } = stored
  const items = change.items.map((item, position) => {
    return { ...rowOfItem(item), id: item.type === 'message' ? item.id : ports.newId(), position }
  })
  const events = change.events.map((event, index) => ({ id: ports.newId(), ...event, sequence: index + 1 }))
  const ofIt = <Row extends object>(rows: Row[]) => rows.map((row) => ({ ...row, conversation_id }))
  const row = { organization_id, ...rowOfNew(stored), items: items.length, events: events.length }
  const asBorn = (created_at: string): Born => {
    return { stored, created_at, items: items.map((item) => ({ ...item, created_at })), events: events.length }
  }
  return { id: conversation_id, row, items: ofIt(items), events: ofIt(events), asBorn }
}

/** Tries to find a free time: each loss means that another conversation of the organization was created in the same microsecond. */
const max_tries = 100

/**
 * `planAt`: its beginning, if it was created at a time; its items and events may not depend on that. Returns null if the id is taken.
 */
export async function insertBirth(
  tx: TransactionStore,
  committer: Committer,
  conversation: NewConversation,
  planAt: (created_at: string) => Planned,
): Promise<Born | null> {
  const plan = planAt(new Date(committer.ports.clock.now()).toISOString())
  const { row, items, events, asBorn } = prepare({ organization_id: tx.organization_id, conversation, plan }, committer)
  const values = [items, events, [row]].map((rows) => JSON.stringify(rows))
  for (let tries = 0; tries < max_tries; tries += 1) {
    const [found] = await tx.query<{ created_at: string }>(birthStatement, values)
    if (found) {
      sendAdditions(tx, committer.additions, [planAt(found.created_at)], true)
      return asBorn(found.created_at)
    }
    if (await isIdTaken(tx, conversation.id)) return null
  }
  throw new Error(`found no free created_at in ${max_tries} tries`)
}

/** A birth with a new id, of which only the agent's version is foreseen. */
export interface ForeseenBirth extends Birth {
  /** The version is the newest one of its agent. */
  is_latest: boolean
  binding: NewBinding | null
}

/** Whether nothing else has to be written with it. */
export const isBornAlone = ({ additions }: Committer, { plan }: Birth) => addsNothing(additions, plan, true)

/**
 * Commits all of them, except for those whose version was not foreseen rightly, or whose key is not free. Throws `CommitInDoubt` if the
 * connection was lost; after any other error nothing is written. By their ids.
 */
export async function writeBirths(
  database: Database,
  committer: Committer,
  births: ForeseenBirth[],
): Promise<Map<string, Born & { agent_name: string }>> {
  const all = births.map((birth) => ({ ...prepare(birth, committer), ...birth }))
  const rows = all.map(({ row, is_latest, binding }) => ({ ...row, is_latest, ...keyOf(binding) }))
  const values = [all.flatMap(({ items }) => items), all.flatMap(({ events }) => events), rows]
  const found = await database.commit<{ id: string; created_at: string; agent_name: string }>(
    birthsStatement(committer),
    values.map((those) => JSON.stringify(those)),
  )
  const born = new Map(all.map(({ id, asBorn }) => [id, asBorn]))
  return new Map(found.map(({ id, created_at, agent_name }) => [id, { ...born.get(id)!(created_at), agent_name }]))
}

function keyOf(binding: NewBinding | null) {
  if (!binding) return {}
  const { namespace, key, fingerprint } = binding.request
  return { namespace, key, fingerprint: asBytea(fingerprint) }
}
