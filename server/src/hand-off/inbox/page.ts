// A page of the inbox, in the order of an index on what is not ended, or on what people took part in that has.
import type { InboxRow, InboxView, Input } from '@parley/contract'
import { handOffBounds } from '@parley/contract'
import { type Fragment, sql } from '../../database/fragments.ts'
import type { Access } from '../../calls/access.ts'
import { rankOf } from '../../conversations/machine/handling.ts'
import { type ListedConversation, listedColumns, listedTables } from '../../conversations/read/conversation.ts'
import { presentListed } from '../../conversations/read/present.ts'
import { seenBy } from '../../conversations/read/seen-by.ts'
import { decodeCursor, encodeCursor, invalidCursor } from '../../database/cursor.ts'
import type { Store } from '../../database/store.ts'
import { isUuid } from '../../base/ports.ts'
import { isTimestamp } from '../../base/validation.ts'

type Condition = Fragment
type Query = Input<'listInbox'>

interface Caller {
  access: Access
  store: Store
}

export type InboxRecord = ListedConversation & {
  last_text: string | null
  last_role: string | null
  last_author: string | null
  /** Where the row stands in the list. */
  place: [string, string, string]
}

export const isOpen: Condition = sql`h.ended_at is null and h.handled_by <> 'agent'`

/** Over `handlings` as `h`. */
export function viewCondition({ actor }: Access, view: InboxView): Condition {
  const me = actor.type === 'user' ? actor.id : null
  switch (view) {
    case 'mine':
      return sql`${isOpen} and h.assignee_id = ${me} and h.assignee_type = 'user'`
    case 'unassigned':
      return sql`${isOpen} and h.handled_by = 'queue' and h.assignee_id is null`
    case 'all':
      return isOpen
    case 'snoozed':
      return sql`${isOpen} and h.snoozed_until is not null`
    case 'ended':
      return sql`h.ended_at is not null and h.taken_at is not null`
  }
}

const waiting = [sql`-h.priority`, sql`coalesce(h.unanswered_since, 'infinity'::timestamptz)`, sql`h.conversation_id`]

function orderOf({ view, order }: Query): { columns: Condition[]; isAscending: boolean } {
  if (view === 'ended') return { columns: [sql`h.ended_at`, sql`h.conversation_id`], isAscending: false }
  if (order === 'newest') return { columns: [sql`h.created_at`, sql`h.conversation_id`], isAscending: false }
  return { columns: waiting, isAscending: true }
}

export function readInbox(
  { access, store }: Caller,
  query: Query,
  limit: number,
  max_bytes: number,
): Promise<InboxRecord[]> {
  const { columns, isAscending } = orderOf(query)
  const conditions = [
    sql`h.organization_id = ${store.organization_id}`,
    viewCondition(access, query.view ?? 'all'),
    ...filtersOf(store, query),
    ...seenBy(access, store),
    ...afterCursor(query, columns, isAscending),
  ]
  const direction = sql.raw(isAscending ? 'asc' : 'desc')
  const order = sql.join(columns.map((column) => sql`${column} ${direction}`))
  const place = sql`jsonb_build_array(${sql.join(columns.map((column) => sql`(${column})::text`))})`
  return store.execute(sql<InboxRecord>`
    with listed as materialized (
      select h.conversation_id as id, ${place} as place, row_number() over (order by ${order}) as nth
      from handlings h where ${sql.join(conditions, sql` and `)} order by ${order} limit ${limit}
    ), wanted as materialized (select array(select id from listed order by nth) as ids)
    select ${sql.raw(listedColumns)}, (select l.place from listed l where l.id = c.id) as place,
      said.text as last_text, said.role as last_role, said.author as last_author
    from ${sql.raw(listedTables('(select ids from wanted)', String(max_bytes)))}
    left join lateral (
      select left(array_to_string(i.content, ' '), ${handOffBounds.last_message}::integer) as text, i.role, i.author ->> 'type' as author
      from transcript_items i where i.conversation_id = c.id and i.organization_id = c.organization_id and i.type = 'message'
      order by i.position desc limit 1
    ) said on true
    order by page.place`)
}

function filtersOf({ organization_id }: Store, { team, tag, priority, sla }: Query): Condition[] {
  return [
    ...(team === undefined
      ? []
      : [
          sql`h.team_id = (select t.id from teams t where t.organization_id = ${organization_id} and t.key = ${team}
            and t.deleted_at is null)`,
        ]),
    ...(tag === undefined ? [] : [sql`h.tags @> array[${tag.normalize('NFC').trim().toLowerCase()}]`]),
    ...(priority === undefined ? [] : [sql`h.priority = ${rankOf(priority)}::smallint`]),
    ...(sla === undefined
      ? []
      : [sql`jsonb_path_exists(h.sla, '$.*.state ? (@ == $state)', jsonb_build_object('state', ${sla}::text))`]),
  ]
}

function afterCursor({ cursor }: Query, columns: Condition[], isAscending: boolean): Condition[] {
  if (cursor === undefined) return []
  const parts = decodeCursor(cursor, columns.length)
  const isId = isUuid(parts.at(-1)!)
  const isTime = isTimestampOrInfinity(parts.at(-2)!)
  const isRank = parts.length < 3 || /^-?[0-3]$/.test(parts[0]!)
  if (!isId || !isTime || !isRank) throw invalidCursor()
  const types = columns.length === 3 ? ['integer', 'timestamptz', 'uuid'] : ['timestamptz', 'uuid']
  const values = parts.map((part, index) => sql`${part}::${sql.raw(types[index]!)}`)
  const compare = sql.raw(isAscending ? '>' : '<')
  return [sql`(${sql.join(columns)}) ${compare} (${sql.join(values)})`]
}

const isTimestampOrInfinity = (text: string) =>
  text === 'infinity' || isTimestamp(text.replace(' ', 'T').replace(/\+00$/, 'Z'))

export function presentInboxRow(
  access: Access,
  { last_text, last_role, last_author, place: _place, ...listed }: InboxRecord,
): InboxRow {
  const by = last_author ?? (last_role === 'user' ? 'end_user' : last_role && 'agent')
  return {
    conversation: presentListed(access, listed),
    last_message: last_text,
    last_message_by: by as InboxRow['last_message_by'],
  }
}

export const cursorOf = ({ place }: InboxRecord) => encodeCursor(place)
