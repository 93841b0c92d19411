// Listing and counting conversations: filters, the published cursor recipe and the SQL that serves them.
import type { ConversationFilters } from '@parley/contract'
import { sql } from 'kysely'
import { type Access, maySeeSensitive } from '../access/access.ts'
import type { Handler } from '../context.ts'
import type { Store } from '../database/store.ts'
import { AppError, invalid } from '../errors.ts'
import { isUuid } from '../ports.ts'
import { findUnsafeText } from '../text.ts'
import { isTimestamp } from '../validation.ts'
import { type ConversationRecord, conversationColumns, conversationTables } from './queries.ts'
import { presentConversation } from './wire.ts'

type Condition = ReturnType<typeof sql<boolean>>

export const listConversations: Handler<'listConversations'> = async (ctx, input) => {
  const { rows } = await pageOf(ctx.store, ctx.access, input).execute(ctx.store.kysely)
  const last = rows.at(-1)
  if (last && rows.length === limitOf(input)) ctx.setHeader('link', nextPageLink(ctx.url, last.created_at))
  return rows.map((row) => presentConversation(ctx.access, row))
}

export type Page = ConversationFilters & { limit?: number | undefined; cursor?: string | undefined }

const limitOf = ({ limit = 20 }: Page) => limit

/** The query of a page, which the measurements explain. */
export function pageOf(store: Store, access: Access, page: Page) {
  const conditions = filterConditions(store, access, page)
  if (page.cursor !== undefined) conditions.push(sql`c.created_at < ${decodeTimeCursor(page.cursor)}::timestamptz`)
  return sql<ConversationRecord>`
    select ${sql.raw(conversationColumns)} from ${sql.raw(conversationTables)}
    where ${sql.join(conditions, sql` and `)}
    order by c.created_at desc limit ${limitOf(page)}`
}

export const countConversations: Handler<'countConversations'> = async (ctx, input) => {
  const conditions = filterConditions(ctx.store, ctx.access, input)
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from conversations c join conversation_progress p on p.conversation_id = c.id
    where ${sql.join(conditions, sql` and `)}`.execute(ctx.store.kysely)
  return { count: rows[0]!.count }
}

function filterConditions(store: Store, access: Access, filters: ConversationFilters): Condition[] {
  return [
    sql<boolean>`c.organization_id = ${store.organization_id} and c.deleted_at is null`,
    ...narrowing(access),
    ...exactFilters(filters),
    ...substringFilters(filters),
    ...rangeFilters(filters),
    ...metadataFilter(access, filters.custom_metadata),
  ]
}

function narrowing(access: Access): Condition[] {
  return access.agent_ids === null ? [] : [sql`c.agent_id = any(${[...access.agent_ids]}::uuid[])`]
}

function exactFilters(filters: ConversationFilters): Condition[] {
  const conditions: Condition[] = []
  if (filters.status === undefined) conditions.push(sql`c.status <> 'token_created'`)
  else conditions.push(sql`c.status = ${filters.status}`)
  if (filters.direction !== undefined) conditions.push(sql`c.direction = ${filters.direction}`)
  if (filters.channel !== undefined) conditions.push(sql`c.channel = ${filters.channel}`)
  if (filters.web_widget_id !== undefined) conditions.push(sql`c.web_widget_id = ${filters.web_widget_id}`)
  for (const column of ['agent_id', 'agent_version_id'] as const) {
    const id = filters[column]
    // What cannot be an id matches nothing.
    if (id !== undefined) conditions.push(isUuid(id) ? sql`${sql.ref(`c.${column}`)} = ${id}::uuid` : sql`false`)
  }
  return conditions
}

/** The grams find candidates by index, the position decides; no character of the part has power. */
function substringFilters(filters: ConversationFilters): Condition[] {
  return (['user_id', 'agent_number'] as const).flatMap((name) => {
    const part = filters[name]
    if (part === undefined || part === '') return []
    const column = sql.ref(`c.${name}`)
    return [
      sql<boolean>`search_grams(${column}) @> search_part(${part})
        and strpos(lower(${column}), lower(${part})) > 0`,
    ]
  })
}

function rangeFilters(filters: ConversationFilters): Condition[] {
  const conditions: Condition[] = []
  const add = (value: number | string | undefined, condition: (value: number | string) => Condition) => {
    if (value !== undefined) conditions.push(condition(value))
  }
  add(wholeFrom(filters.duration_above), (value) => sql`c.duration >= ${value}::integer`)
  add(wholeUpTo(filters.duration_below), (value) => sql`c.duration <= ${value}::integer`)
  add(wholeFrom(filters.user_turn_count_above), (value) => sql`p.user_turn_count >= ${value}::integer`)
  add(wholeUpTo(filters.user_turn_count_below), (value) => sql`p.user_turn_count <= ${value}::integer`)
  add(filters.created_after, (value) => sql`c.created_at >= ${value}::timestamptz`)
  add(filters.created_before, (value) => sql`c.created_at <= ${value}::timestamptz`)
  return conditions
}

const largestInteger = 2_147_483_647

/** Bounds of a whole-number column, kept whole so that its index serves them. */
function wholeFrom(bound: number | undefined): number | undefined {
  return bound === undefined ? undefined : clampInteger(Math.ceil(bound))
}

function wholeUpTo(bound: number | undefined): number | undefined {
  return bound === undefined ? undefined : clampInteger(Math.floor(bound))
}

function clampInteger(value: number): number {
  return Math.max(-largestInteger, Math.min(largestInteger, value))
}

/** A filter must not tell what a field hides. */
function metadataFilter(access: Access, text: string | undefined): Condition[] {
  if (text === undefined) return []
  if (!maySeeSensitive(access)) {
    throw new AppError('forbidden', 'Filtering by custom_metadata needs the scope conversations:read_sensitive.')
  }
  return [sql`c.custom_metadata @> ${JSON.stringify(parseJsonObject('custom_metadata', text))}::jsonb`]
}

export function parseJsonObject(path: string, text: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const [fault] = findUnsafeText(value)
    if (!fault) return value
    throw invalid({ path, message: fault.message })
  }
  throw invalid({ path, message: 'must be a JSON object as text' })
}

/** A cursor's text has its seconds; the rest of its form is that of any time. */
const timestampWithSeconds = /^\S{10}[T ]\d{2}:\d{2}:\d{2}/

/** The recipe: Base64 of a `created_at`, in either alphabet, padded or not. */
export function decodeTimeCursor(cursor: string): string {
  const text = /^[A-Za-z0-9+/_-]+={0,2}$/.test(cursor) ? Buffer.from(cursor, 'base64').toString('latin1') : ''
  if (timestampWithSeconds.test(text) && isTimestamp(text)) return text
  throw invalid({ path: 'cursor', message: "must be the Base64 of a conversation's created_at" })
}

function nextPageLink(url: string, created_at: string): string {
  const [path, query] = url.split('?')
  const parameters = new URLSearchParams(query)
  parameters.set('cursor', Buffer.from(created_at).toString('base64url'))
  return `<${path}?${parameters}>; rel="next"`
}
