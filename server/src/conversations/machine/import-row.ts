// Validates a row of an import, completes it and turns it into what the writer takes. Pure except for its source of ids.
import { createHash } from 'node:crypto'
import { ImportedConversation, type ImportedItem } from '@parley/contract'
import { faultsOfSize } from '../../base/json-size.ts'
import { findUnstorable } from '../../base/text.ts'
import type { EndedBy, TurnMetrics } from '@parley/contract'
import type { Limits } from '../../config/limits.ts'
import type { FieldFault } from '../../base/faults.ts'
import { type JsonObject, type JsonValue, canonicalJson } from '../../base/json.ts'
import { compileValidator } from '../../base/validation.ts'
import type { ImportedEnd, NewConversation, NewProgress, ItemRecord } from './rows.ts'
import { channelRules } from './channels.ts'
import { isActive, takesMessages } from './conversation.ts'

export interface PreparedImport {
  source: ImportedConversation
  conversation: Omit<NewConversation, 'agent_version_id' | 'content_fingerprint' | 'redaction' | 'content_days'>
  items: Omit<ItemRecord, 'position'>[]
  progress: NewProgress
  end: ImportedEnd | null
  /** Whether it takes messages, and so needs an agent that exists here. */
  takes_messages: boolean
}

/** The same for rows with the same content. */
export function fingerprintOf(row: unknown): Buffer {
  return createHash('sha256').update(canonicalJson(row)).digest()
}

const validateRow = compileValidator(ImportedConversation)

export function prepareImport(
  row: unknown,
  { limits, newId }: { limits: Limits; newId: () => string },
): PreparedImport | { faults: FieldFault[] } {
  const faults = [...validateRow(row), ...findUnstorable(row)]
  if (faults.length > 0) return { faults }
  const source = row as ImportedConversation
  const items = source.conversation?.items ?? []
  const more = [
    ...ruleFaults(source, limits),
    ...items.flatMap(itemFaults),
    ...callFaults(items),
    ...claimFaults(items),
  ]
  if (more.length > 0) return { faults: more }
  return {
    source: { ...source, id: source.id.toLowerCase() },
    conversation: conversationOf(source),
    items: items.map((item) => itemOf(item, source, newId)),
    progress: progressOf(source, items),
    end: isActive(source.status) ? null : endOf(source),
    takes_messages: channelRules[source.channel].messages_from.includes('caller') && takesMessages(source.status),
  }
}

/** The end of the year 9999, beyond which RFC 3339 has no notation; and the largest value of the `duration` column. */
const last_moment = 253_402_300_799_999_999n
const longest_duration = 2_147_483_647n

/** What an analysis can have here: its fields, and its texts. */
const max_analysis_bytes = 262_144

function ruleFaults(source: ImportedConversation, limits: Limits): FieldFault[] {
  const faults: FieldFault[] = []
  if (channelRules[source.channel].course === 'text' && source.status === 'token_created') {
    faults.push({ path: 'status', message: 'a text conversation cannot be token_created' })
  }
  const ended_at = source.ended_at ?? null
  if (ended_at !== null && isActive(source.status)) {
    faults.push({ path: 'ended_at', message: 'must be null while the conversation is active' })
  }
  if (ended_at !== null && microsecondsOf(ended_at) < microsecondsOf(source.created_at)) {
    faults.push({ path: 'ended_at', message: 'must not be before created_at' })
  }
  const end = endMicroseconds(source)
  if (end > last_moment || (end - microsecondsOf(source.created_at)) / 1_000_000n > longest_duration) {
    faults.push({
      path: 'ended_at',
      message: 'must be before the year 10000, and at most 2,147,483,647 seconds after created_at',
    })
  }
  faults.push(...faultsOfSize('custom_metadata', source.custom_metadata, limits.metadata_bytes))
  faults.push(...faultsOfSize('analysis', source.analysis, max_analysis_bytes))
  // A row of that many bytes was never sent; this counts the numbers that grow when the database writes them out.
  return [...faults, ...faultsOfSize('', source, limits.body_bytes)]
}

/** Within a turn, each call and each result needs an id of its own (T8). */
function callFaults(items: ImportedItem[]): FieldFault[] {
  const seen = new Set<string>()
  return items.flatMap(({ type, turn_id, call_id }, index) => {
    if (type === 'message' || turn_id == null || call_id == null) return []
    const key = `${type} ${turn_id.toLowerCase()} ${call_id}`
    if (seen.has(key))
      return [
        {
          path: `conversation.items.${index}.call_id`,
          message: 'is used twice in its turn; give each call its own id',
        },
      ]
    seen.add(key)
    return []
  })
}

/** A message is stored once, and a widget answered once. */
function claimFaults(items: ImportedItem[]): FieldFault[] {
  const seen = new Set<string>()
  return items.flatMap((item, index) =>
    (['client_id', 'in_reply_to'] as const).flatMap((name): FieldFault[] => {
      const value = item.type === 'message' && item.role === 'user' ? item[name] : null
      if (value == null) return []
      const key = `${name} ${name === 'client_id' ? value.toLowerCase() : value}`
      if (seen.has(key)) {
        const message = 'is used by an earlier message; it can be used once in a conversation'
        return [{ path: `conversation.items.${index}.${name}`, message }]
      }
      seen.add(key)
      return []
    }),
  )
}

/** The fields that each type of item needs. */
function itemFaults(item: ImportedItem, index: number): FieldFault[] {
  const path = `conversation.items.${index}`
  const needed = { message: ['role', 'content'], function_call: ['call_id', 'name'], function_call_output: ['call_id'] }
  const isNamed = item.type === 'message' && item.client_id != null
  const more: (keyof ImportedItem)[] = isNamed ? ['turn_id'] : []
  const missing = [...(needed[item.type] as (keyof ImportedItem)[]), ...more].filter((field) => item[field] == null)
  const faults = missing.map((field) => ({
    path: `${path}.${field}`,
    message: `is required for an item of type ${item.type}`,
  }))
  if (item.position != null && item.position !== index) {
    faults.push({ path: `${path}.position`, message: `must be ${index}, its place in the list` })
  }
  return faults
}

function conversationOf(source: ImportedConversation): PreparedImport['conversation'] {
  return {
    id: source.id.toLowerCase(),
    direction: source.direction ?? 'inbound',
    channel: source.channel,
    status: source.status,
    user_id: source.user_id,
    agent_id: source.agent_id ?? null,
    agent_name: source.agent?.name ?? null,
    agent_number: source.agent_number ?? null,
    to_address: source.to_address ?? null,
    from_address: source.from_address ?? null,
    subject: source.subject ?? null,
    web_widget_id: source.web_widget_id ?? null,
    trunk_id: source.trunk_id ?? null,
    initial_context: source.initial_context ?? null,
    custom_metadata: (source.custom_metadata ?? {}) as JsonObject,
    recording_details: (source.recording_details ?? null) as JsonObject | null,
  }
}

function itemOf(item: ImportedItem, source: ImportedConversation, newId: () => string): Omit<ItemRecord, 'position'> {
  const isMessage = item.type === 'message'
  const isOutput = item.type === 'function_call_output'
  const isOfUser = isMessage && item.role === 'user'
  return {
    id: item.id ?? newId(),
    type: item.type,
    turn_id: item.turn_id ?? null,
    role: isMessage ? item.role! : null,
    content: isMessage ? item.content! : null,
    parts: null,
    author: isMessage ? authorOf(item) : null,
    interrupted: isMessage ? (item.interrupted ?? false) : null,
    metrics: isMessage ? ((item.metrics ?? null) as TurnMetrics | null) : null,
    call_id: isMessage ? null : item.call_id!,
    name: isMessage ? null : (item.name ?? ''),
    arguments: item.type === 'function_call' ? ((item.arguments ?? {}) as JsonObject) : null,
    output: isOutput ? ((item.output ?? null) as JsonValue) : null,
    is_error: isOutput ? (item.is_error ?? false) : null,
    latency_ms: isOutput ? (item.latency_ms ?? null) : null,
    citations: isMessage ? citationsOf(item) : null,
    client_id: isOfUser ? (item.client_id?.toLowerCase() ?? null) : null,
    in_reply_to: isOfUser ? (item.in_reply_to ?? null) : null,
    values: isOfUser ? ((item.values ?? null) as JsonObject | null) : null,
    created_at: item.created_at ?? source.created_at,
  }
}

/** A person, the system, or an end user with a name of their own; other authors follow from the role. */
function authorOf({ role, author }: ImportedItem): ItemRecord['author'] {
  if (author == null) return null
  const { type, id = null, name = null, external, shown_name } = author
  const isTold =
    role === 'assistant'
      ? type === 'user' || type === 'system'
      : role === 'user' && type === 'end_user' && (id ?? name) !== null
  if (!isTold) return null
  return { type, id, name, external: external ?? false, ...(shown_name == null ? {} : { shown_name }) }
}

function citationsOf({ role, citations }: ImportedItem): ItemRecord['citations'] {
  if (role !== 'assistant' || !citations?.length) return null
  return citations.map(({ number, source_name, url = null, page, chunk_id, source_id }) => ({
    ...{ number, source_name, url },
    ...(page === undefined ? {} : { page }),
    ...(chunk_id == null ? {} : { chunk_id: chunk_id.toLowerCase() }),
    ...(source_id == null ? {} : { source_id: source_id.toLowerCase() }),
  }))
}

function progressOf(source: ImportedConversation, items: ImportedItem[]): NewProgress {
  const userMessages = items.filter((item) => item.role === 'user').length
  const lastItemAt = items.at(-1)?.created_at
  return {
    user_turn_count: source.conversation ? userMessages : (source.user_turn_count ?? 0),
    last_activity_at: source.last_activity_at ?? lastItemAt ?? source.ended_at ?? source.created_at,
    updated_at: source.updated_at ?? source.ended_at ?? source.created_at,
  }
}

/** `duration` follows the times as sent, even if `created_at` is moved on by microseconds. */
function endOf(source: ImportedConversation): ImportedEnd {
  const end = endMicroseconds(source)
  return {
    status: source.status,
    ended_at: formatMicroseconds(end),
    duration: Number((end - microsecondsOf(source.created_at)) / 1_000_000n),
    end_reason: source.end_reason ?? 'imported',
    ended_by: endedByOf(source.ended_by),
    analysis_status: source.summary == null && source.analysis == null ? 'none' : 'done',
    summary: source.summary ?? null,
    analysis: source.analysis ?? null,
  }
}

function endMicroseconds({ ended_at, duration, updated_at, created_at }: ImportedConversation): bigint {
  const created = microsecondsOf(created_at)
  if (ended_at != null) return microsecondsOf(ended_at)
  if (duration != null) return created + BigInt(duration) * 1_000_000n
  const updated = updated_at == null ? created : microsecondsOf(updated_at)
  return updated > created ? updated : created
}

const endedByTypes = new Set(['credential', 'user', 'agent', 'system'])

function endedByOf(source: Record<string, unknown> | null | undefined): EndedBy {
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 512) : null)
  if (!source || !endedByTypes.has(source.type as string))
    return { type: 'system', id: null, name: 'import', reason: null }
  const type = source.type as EndedBy['type']
  return { type, id: text(source.id), name: text(source.name), reason: text(source.reason) }
}

/** Microseconds since the epoch; a time without a zone is UTC. */
export function microsecondsOf(timestamp: string): bigint {
  const [, clock, fraction = '', zone = 'Z'] =
    /^(.*?\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?$/i.exec(timestamp.replace(' ', 'T')) ?? []
  const seconds = BigInt(Date.parse(`${clock}${zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`)) / 1000n
  return seconds * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'))
}

function formatMicroseconds(microseconds: bigint): string {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n
  const seconds = (microseconds - fraction) / 1_000_000n
  const text = new Date(Number(seconds) * 1000).toISOString()
  return `${text.slice(0, 19)}.${String(fraction).padStart(6, '0')}Z`
}
