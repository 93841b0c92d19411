// Lists and counts conversations: the filters, the published cursor recipe, and the SQL for both.
import type { ConversationFilters } from '@parley/contract'
import { type Fragment, sql } from '../../database/fragments.ts'
import { type Access, maySeeSensitive } from '../../calls/access.ts'
import type { Store } from '../../database/store.ts'
import { AppError, invalid } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import { parseSentJson } from '../../base/read-json.ts'
import { findUnstorable } from '../../base/text.ts'
import { isTimestamp } from '../../base/validation.ts'
import { ofTeams } from './seen-by.ts'
import { type ListedConversation, listedColumns, listedTables } from './conversation.ts'

type Condition = Fragment

export type Page = ConversationFilters & { limit?: number | undefined; cursor?: string | undefined }

export const limitOf = ({ limit = 20 }: Page) => limit

/**
 * The query of a page, as the measurements suggest. A page is never cut short for its size: a short page would look like the
 * last.
 */
export function pageOf(store: Store, access: Access, page: Page, max_bytes: number) {
  const { inOrder, byThemselves, byKeys } = filterConditions(store, access, page)
  if (page.cursor !== undefined) inOrder.push(sql`c.created_at < ${decodePublishedCursor(page.cursor)}::timestamptz`)
  const limit = limitOf(page)
  const readsProgress = progressFilters.some((name) => page[name] !== undefined)
  const found = byThemselves.length === 0 ? null : searchFor({ inOrder, byThemselves, byKeys, limit, readsProgress })
  return sql<ListedConversation>`
    with wanted as materialized (
      select array(
        select c.id from conversations c where ${found ? sql`c.id in (${found})` : sql.join(inOrder, sql` and `)}
        order by c.created_at desc limit ${limit}
      ) as ids
    )
    select ${sql.raw(listedColumns)} from ${sql.raw(listedTables('(select ids from wanted)', String(max_bytes)))}
    order by page.place`
}

/** Filters on what changes with every message, which is in a table of its own. */
const progressFilters = ['user_turn_count_above', 'user_turn_count_below', 'updated_after', 'updated_before'] as const

/** How many of the newest conversations are scanned for each row of a page before all matches are sorted. */
const newest_looked_through = 100

/**
 * The ids of a page for filters whose indexes are not sorted by time. A scan from the newest on is slow if all matches are old;
 * sorting
 * all matches is slow if there are many. The planner assumes that matches are spread evenly and can be wrong by the size of
 * the table. So the scan is bounded, and matches are sorted only if it does not fill the page.
 */
function searchFor({
  inOrder,
  byThemselves,
  byKeys,
  limit,
  readsProgress,
}: Conditions & { limit: number; readsProgress: boolean }) {
  const withProgress = sql.raw(readsProgress ? 'join conversation_progress p on p.conversation_id = c.id' : '')
  const and = (conditions: Condition[]) => sql.join(conditions, sql` and `)
  return sql`
    with newest as materialized (
      select c.id from (
        select * from conversations c where ${and(inOrder)}
        order by c.created_at desc limit ${limit * newest_looked_through}::integer
      ) c ${withProgress}
      where ${and(byThemselves)} order by c.created_at desc limit ${limit}::integer
    ), matching as materialized (
      select c.id, c.created_at from conversations c ${withProgress} where ${and([...inOrder, ...byThemselves, ...byKeys])}
        and (select count(*) from newest) < ${limit}::integer
    )
    (select id from newest where (select count(*) from newest) = ${limit}::integer)
    union all
    (select id from matching order by created_at desc limit ${limit}::integer)`
}

export async function countMatching(store: Store, access: Access, filters: ConversationFilters): Promise<number> {
  const { inOrder, byThemselves, byKeys } = filterConditions(store, access, filters)
  const [row] = await store.execute(sql<{ count: number }>`
    select count(*) as count from conversations c join conversation_progress p on p.conversation_id = c.id
    where ${sql.join([...inOrder, ...byThemselves, ...byKeys], sql` and `)}`)
  return row!.count
}

interface Conditions {
  /** Their indexes are sorted like the list. */
  inOrder: Condition[]
  byThemselves: Condition[]
  /** What an index can find of the former, and possibly more; expensive to compute for a row that was already read. */
  byKeys: Condition[]
}

function filterConditions(store: Store, access: Access, filters: ConversationFilters): Conditions {
  const substrings = substringFilters(filters)
  const metadata = metadataFilter(access, filters.custom_metadata)
  return {
    inOrder: [
      sql`c.organization_id = ${store.organization_id} and c.deleted_at is null`,
      ...narrowing(access),
      ...seenThroughTeams(access, store),
      ...exactFilters(filters),
      ...timeFilters(filters),
    ],
    byThemselves: [
      ...substrings.map(({ column, part }) => sql`strpos(lower(${column}), lower(${part})) > 0`),
      ...rangeFilters(filters),
      ...(metadata ? [holdsMetadata(metadata)] : []),
      ...outcomeFilter(store, filters.parley_turn_outcome),
      ...handlingFilter(store, access, filters),
    ],
    byKeys: [
      ...substrings.map(({ column, part }) => textKeys(store, column, part)),
      ...(metadata && holdsValues(metadata) ? [metadataKeys(store, metadata)] : []),
      // Begins its indexes.
      ...(progressFilters.some((name) => filters[name] !== undefined)
        ? [sql`p.organization_id = ${store.organization_id}`]
        : []),
    ],
  }
}

function narrowing(access: Access): Condition[] {
  return access.agent_ids === null ? [] : [sql`c.agent_id = any(${[...access.agent_ids]}::uuid[])`]
}

/** What no person has ever had is everybody's. */
function seenThroughTeams(access: Access, store: Store): Condition[] {
  const [isSeen] = ofTeams(access, store, sql`h`)
  if (!isSeen) return []
  return [
    sql`not exists (select from handlings h where h.conversation_id = c.id and h.organization_id = ${store.organization_id}
      and ${isSeen} is not true)`,
  ]
}

function exactFilters(filters: ConversationFilters): Condition[] {
  const conditions: Condition[] = []
  if (filters.status === undefined) conditions.push(sql`c.status <> 'token_created'`)
  else conditions.push(sql`c.status = ${filters.status}`)
  if (filters.direction !== undefined) conditions.push(sql`c.direction = ${filters.direction}`)
  if (filters.channel !== undefined) conditions.push(sql`c.channel = ${filters.channel}`)
  if (filters.parley_end_reason !== undefined) conditions.push(sql`c.end_reason = ${filters.parley_end_reason}`)
  if (filters.parley_handled_by === 'agent') conditions.push(sql`c.handled_by = 'agent'`)
  if (filters.web_widget_id !== undefined) conditions.push(sql`c.web_widget_id = ${filters.web_widget_id}`)
  for (const column of ['agent_id', 'agent_version_id'] as const) {
    const id = filters[column]
    // A value that cannot be an id matches nothing.
    if (id !== undefined) conditions.push(isUuid(id) ? sql`${sql.ref(`c.${column}`)} = ${id}::uuid` : sql`false`)
  }
  return conditions
}

/** No character of a value is a wildcard. */
function substringFilters(filters: ConversationFilters) {
  return (['user_id', 'agent_number'] as const).flatMap((name) => {
    const part = filters[name]
    return part === undefined || part === '' ? [] : [{ column: sql.ref(`c.${name}`), part }]
  })
}

// Keys include the organization: others' values never match, and timing does not reveal whether they exist.

function textKeys({ organization_id }: Store, column: Fragment, part: string): Condition {
  return sql`text_keys(c.organization_id, ${column}) @> text_part_keys(${organization_id}::uuid, ${part})`
}

function metadataKeys({ organization_id }: Store, metadata: object): Condition {
  return sql`metadata_keys(c.organization_id, c.custom_metadata)
    @> metadata_keys(${organization_id}::uuid, ${JSON.stringify(metadata)}::jsonb)`
}

/** With the operator `@>`, whose plan would depend on the data of all organizations. */
function holdsMetadata(metadata: object): Condition {
  return sql`jsonb_contains(c.custom_metadata, ${JSON.stringify(metadata)}::jsonb)`
}

/** Whether it contains more than empty objects and lists, which have no keys. */
function holdsValues(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.values(value).some(holdsValues)
}

function timeFilters({ created_after, created_before, updated_before }: ConversationFilters): Condition[] {
  return [
    ...bound(created_after, (value) => sql`c.created_at >= ${value}::timestamptz`),
    ...bound(created_before, (value) => sql`c.created_at <= ${value}::timestamptz`),
    // Nothing changes before it is created, so the search can begin there instead of with the newest.
    ...bound(updated_before, (value) => sql`c.created_at <= ${value}::timestamptz`),
  ]
}

function rangeFilters(filters: ConversationFilters): Condition[] {
  return [
    ...bound(wholeFrom(filters.duration_above), (value) => sql`c.duration >= ${value}::integer`),
    ...bound(wholeUpTo(filters.duration_below), (value) => sql`c.duration <= ${value}::integer`),
    ...bound(wholeFrom(filters.user_turn_count_above), (value) => sql`p.user_turn_count >= ${value}::integer`),
    ...bound(wholeUpTo(filters.user_turn_count_below), (value) => sql`p.user_turn_count <= ${value}::integer`),
    ...bound(filters.updated_after, (value) => sql`p.updated_at >= ${value}::timestamptz`),
    ...bound(filters.updated_before, (value) => sql`p.updated_at <= ${value}::timestamptz`),
  ]
}

function outcomeFilter(store: Store, outcome: ConversationFilters['parley_turn_outcome']): Condition[] {
  if (outcome === undefined) return []
  return [
    sql`c.id in (select t.conversation_id from turns t where t.organization_id = ${store.organization_id}
      and t.outcome = ${outcome} and t.status in ('failed', 'cancelled'))`,
  ]
}

/** By what people handle now; each has an index on what is not ended. */
function handlingFilter({ organization_id }: Store, { actor }: Access, filters: ConversationFilters): Condition[] {
  const { parley_handled_by: handled_by, parley_assignee: assignee, parley_team: team, parley_tag: tag } = filters
  const me = actor.type === 'user' ? actor.id : null
  const isOf = (id: string) => (id === 'me' ? sql<boolean>`h.assignee_id = ${me}` : sql<boolean>`h.assignee_id = ${id}`)
  const conditions: Condition[] = [
    ...bound(handled_by === 'agent' ? undefined : handled_by, (value) => sql`h.handled_by = ${value}`),
    ...bound(assignee, (value) =>
      value === 'none' ? sql`h.handled_by = 'queue' and h.assignee_id is null` : isOf(value),
    ),
    ...bound(team, (value) => sql`h.handled_by <> 'agent' and h.rules -> 'team' ->> 'key' = ${value}`),
    ...bound(tag, (value) => sql`h.tags <> '{}' and h.tags @> array[${value.trim().toLowerCase()}]`),
  ]
  if (conditions.length === 0) return []
  return [
    sql`c.id in (select h.conversation_id from handlings h where h.organization_id = ${organization_id}
      and h.ended_at is null and ${sql.join(conditions, sql` and `)})`,
  ]
}

function bound<T>(value: T | undefined, condition: (value: T) => Condition): Condition[] {
  return value === undefined ? [] : [condition(value)]
}

const largestInteger = 2_147_483_647

/** Bounds of an integer column, rounded to integers so that its index can be used. */
function wholeFrom(bound: number | undefined): number | undefined {
  return bound === undefined ? undefined : clampInteger(Math.ceil(bound))
}

function wholeUpTo(bound: number | undefined): number | undefined {
  return bound === undefined ? undefined : clampInteger(Math.floor(bound))
}

function clampInteger(value: number): number {
  return Math.max(-largestInteger, Math.min(largestInteger, value))
}

/** A filter must not reveal what a field hides. */
function metadataFilter(access: Access, text: string | undefined): object | null {
  if (text === undefined) return null
  if (!maySeeSensitive(access)) {
    throw new AppError('forbidden', 'Filtering by custom_metadata needs the scope conversations:read_sensitive.')
  }
  return parseJsonObject('custom_metadata', text)
}

export function parseJsonObject(path: string, text: string): object {
  let value: unknown
  try {
    value = parseSentJson(text)
  } catch {
    value = undefined
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const [fault] = findUnstorable(value, 1)
    if (!fault) return value
    throw invalid({ path, message: fault.message })
  }
  throw invalid({ path, message: 'must be a JSON object, written as text' })
}

/** The text of a cursor always has seconds; otherwise it has the form of any time. */
const timestampWithSeconds = /^\S{10}[T ]\d{2}:\d{2}:\d{2}/

/** The published recipe: the Base64 of a `created_at`, in either alphabet, padded or not. */
export function decodePublishedCursor(cursor: string): string {
  const text = /^[A-Za-z0-9+/_-]+={0,2}$/.test(cursor) ? Buffer.from(cursor, 'base64').toString('latin1') : ''
  if (timestampWithSeconds.test(text) && isTimestamp(text)) return text
  throw invalid({ path: 'cursor', message: "must be the Base64 of a conversation's created_at" })
}
