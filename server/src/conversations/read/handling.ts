// Reads who handles conversations: of one, as part of other statements; who holds how much; and what has been answered. Writes nothing.
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { handlingTypes } from '../machine/handling.ts'

/** A wait keeps its rules; its team is called as it is now, or as it was when it was deleted. */
const rulesNow = `case when h.team_id is null then h.rules else jsonb_set(h.rules, '{team}', coalesce(
    (select jsonb_build_object('id', t.id, 'key', t.key, 'name', t.name) from teams t where t.id = h.team_id),
    h.rules -> 'team', 'null')) end`

function inJson([name, type]: [string, string]): string {
  if (name === 'rules') return `'rules', ${rulesNow}`
  return type === 'timestamptz'
    ? `'${name}', to_char(h.${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
    : `'${name}', h.${name}`
}

/** The record of a conversation as JSON, or null; for readers. One look-up by key, wherever it stands. */
export const handlingOf = (conversation_id: string) =>
  `(select jsonb_build_object(${Object.entries(handlingTypes).map(inJson).join(', ')})
    from handlings h where h.conversation_id = ${conversation_id})`

/** The rating of a conversation as JSON, or null. */
export const ratingOf = (conversation_id: string) =>
  `(select jsonb_build_object('rating', r.rating, 'comment', r.comment,
      'rated_at', to_char(r.rated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    from conversation_ratings r where r.conversation_id = ${conversation_id})`

const heldStatement = statement(
  'count_held',
  `select count(*) as count from (select from handlings where organization_id = $1 and assignee_id = $2 and assignee_type = $3
   and handled_by = 'person' and ended_at is null limit $4) held`,
)

/** How many active conversations a person holds, counted no further than `most`. */
export async function countHeld(
  store: Store,
  { type, id }: { type: string; id: string | null },
  most: number,
): Promise<number> {
  const [row] = await store.query<{ count: number }>(heldStatement, [store.organization_id, id, type, most])
  return row!.count
}

/** Waiting ones of a team, or of no team, found by their index: `is not distinct from` would read all of them. */
const waitingIn = (team_id: string, and = '') =>
  [`h.team_id = ${team_id}`, `h.team_id is null and ${team_id} is null`].map(
    (of) =>
      `select from handlings h where h.organization_id = $1 and h.handled_by = 'queue' and h.ended_at is null and ${of}${and}`,
  )

/** Counted no further than `most` in each part. */
const counted = (parts: string[], most: string) => parts.map((part) => `(${part} limit ${most})`).join(' union all ')

const waitingStatement = statement(
  'count_waiting',
  `select count(*) as count from (${counted(waitingIn('$2::uuid'), '100')}) waiting`,
)

/** How many wait for a team, or for nobody in particular; counted to 100. */
export async function countWaiting(store: Store, team_id: string | null): Promise<number> {
  const [row] = await store.query<{ count: number }>(waitingStatement, [store.organization_id, team_id])
  return row!.count
}

const newestAnswerStatement = statement(
  'newest_answer',
  `select exists (select from transcript_items where conversation_id = $1 and organization_id = $2 and position > $3
   and type = 'message' and role = 'assistant') as is_there`,
)

/** Whether the assistant has said something after a position. */
export async function hasAnswerAfter(store: Store, conversation_id: string, position: number): Promise<boolean> {
  const values = [conversation_id, store.organization_id, position]
  const [row] = await store.query<{ is_there: boolean }>(newestAnswerStatement, values)
  return row!.is_there
}

const before = [
  ...waitingIn('own.team_id', ' and h.priority > own.priority'),
  ...waitingIn('own.team_id', ' and h.priority = own.priority and h.waiting_since < own.waiting_since'),
]
const placeStatement = statement(
  'place_in_queue',
  `select count(*) + 1 as position from (
     select from (select * from handlings where conversation_id = $2 and organization_id = $1 offset 0) own
     cross join lateral (${counted(before, '$3')}) before limit $3) before`,
)

/** The place of a waiting conversation in the queue of its team: the highest priority first, then the longest waiting. */
export async function readQueuePlace(store: Store, conversation_id: string, most: number): Promise<number> {
  const [row] = await store.query<{ position: number }>(placeStatement, [
    store.organization_id,
    conversation_id,
    most - 1,
  ])
  return row!.position
}
