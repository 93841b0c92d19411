// Conversations, items and turns as the API shows them, without what the caller may not see.
import type { Conversation, MessageReply, TranscriptItem, Turn } from '@parley/contract'
import { type Access, maySeeSensitive } from '../../calls/access.ts'
import type { ItemRecord, ShownConversation, TurnRecord } from '../machine/rows.ts'
import type { ListedConversation } from './conversation.ts'
import type { TranscriptPart } from './transcript.ts'
import { authorOf, endedForEndUser, forEndUser, shownOrigin } from '../machine/message-origin.ts'
import { joinCitations, publicCitation } from '../machine/retrievals.ts'
import { presentHandling } from './present-handling.ts'
import { textOf, widgetOf } from '../machine/turn-items.ts'

/** The safe fields, the sensitive ones if the caller may see them, and the transcript as far as it was read. */
export function presentConversation(access: Access, record: ShownConversation, part?: TranscriptPart): Conversation {
  const { summary, analysis, initial_context, custom_metadata, recording_details, handling, satisfaction } = record
  const handoff_text = handling?.text ?? null
  const all = {
    summary,
    analysis,
    initial_context,
    custom_metadata,
    recording_details,
    handoff_text,
    satisfaction,
  }
  const sensitive = maySeeSensitive(access) ? all : {}
  const transcript = part && mayReadTranscript(access) ? presentTranscript(access, part) : {}
  return { ...presentSafeFields(access, record), ...sensitive, ...transcript }
}

/** A conversation in a list. `items`: its transcript, if it was asked for; null if that does not fit. */
export function presentListed(
  access: Access,
  { has_room, ...record }: ListedConversation,
  items?: ItemRecord[] | null,
): Conversation {
  if (!maySeeSensitive(access)) return presentSafeFields(access, record)
  const shown = has_room
    ? presentConversation(access, record)
    : { ...presentSafeFields(access, record), sensitive_omitted: true as const }
  if (items === undefined) return shown
  if (items === null) return { ...shown, conversation_omitted: true }
  return { ...shown, ...presentTranscript(access, { items, next_position: null }) }
}

function presentSafeFields(access: Access, record: ShownConversation): Conversation {
  const { agent_name, content_fingerprint: _, ...row } = record
  return {
    id: row.id,
    organization_id: row.organization_id,
    direction: row.direction,
    channel: row.channel,
    status: row.status,
    user_id: row.user_id,
    agent_id: row.agent_id,
    agent_version_id: row.agent_version_id,
    agent_number: row.agent_number,
    web_widget_id: row.web_widget_id,
    trunk_id: row.trunk_id,
    duration: row.duration,
    user_turn_count: row.user_turn_count,
    created_at: row.created_at,
    updated_at: row.updated_at,
    agent: row.agent_id === null ? null : { id: row.agent_id, name: agent_name },
    ended_at: row.ended_at,
    end_reason: row.end_reason,
    ended_by: access.conversation && row.ended_by ? endedForEndUser(row.ended_by, row.end_reason) : row.ended_by,
    last_activity_at: row.last_activity_at,
    analysis_status: row.analysis_status,
    analysis_reason: row.analysis_reason,
    ...presentHandling(access, row),
    ...(row.content_purged_at === null ? {} : { content_purged_at: row.content_purged_at }),
  }
}

export function mayReadTranscript(access: Access): boolean {
  return access.conversation !== null || maySeeSensitive(access)
}

/** A conversation token with `read` sees the messages and widgets at their positions, and nothing between them. */
function presentTranscript(
  access: Access,
  { items, next_position }: TranscriptPart,
): Pick<Conversation, 'conversation'> {
  const withoutIds = (item: ItemRecord) => ({
    ...item,
    metrics: null,
    citations: item.citations?.map(publicCitation) ?? null,
    author: forEndUser(authorOf(item)),
  })
  const shown = access.conversation
    ? items.flatMap((item) => presentWidget(item) ?? presentItem(withoutIds(item)))
    : items.map(presentItem)
  return { conversation: { items: shown, ...(next_position !== null ? { next_position } : {}) } }
}

/** What a tool showed, without the rest of its result. */
function presentWidget(item: ItemRecord): TranscriptItem | TranscriptItem[] | null {
  if (item.type === 'message') return null
  const { id, position, created_at, turn_id, call_id } = item
  const widget = widgetOf(item)
  return widget ? { id, position, type: 'widget', created_at, turn_id, call_id: call_id!, widget } : []
}

export function presentItem(item: ItemRecord): TranscriptItem {
  const { id, position, type, created_at, turn_id } = item
  const base = { id, position, type, created_at, turn_id }
  switch (type) {
    case 'message':
      return {
        ...base,
        role: item.role!,
        author: authorOf(item),
        content: item.content!,
        interrupted: item.interrupted!,
        ...(item.metrics ? { metrics: item.metrics } : {}),
        ...(item.citations ? { citations: item.citations } : {}),
        ...shownOrigin(item),
      }
    case 'function_call':
      return { ...base, call_id: item.call_id!, name: item.name!, arguments: item.arguments ?? {} }
    case 'function_call_output':
      return {
        ...base,
        call_id: item.call_id!,
        name: item.name!,
        output: item.output,
        is_error: item.is_error ?? false,
        latency_ms: item.latency_ms,
      }
  }
}

export function presentTurn(turn: TurnRecord): Turn {
  const {
    id,
    sequence: _s,
    interactivity: _i,
    deadline_at: _d,
    lease: _l,
    retrievals: _r,
    handled_by: _h,
    ...fields
  } = turn
  return { turn_id: id, ...fields }
}

/** A conversation token does not see what a turn costs. */
export function presentTurnTo({ conversation }: Access, turn: TurnRecord): Turn {
  const shown = presentTurn(turn)
  return conversation === null ? shown : { ...shown, input_tokens: null, output_tokens: null }
}

/**
 * Whether the caller may see tool calls. A conversation token, which is in an end user's browser, sees neither what the agent
 * asked of its tools nor their answers.
 */
export function maySeeToolCalls({ conversation }: Access): boolean {
  return conversation === null
}

/**
 * What the agent said in a turn, each of its calls with its result, and the widgets that it showed, for channels that can show
 * them.
 */
export function presentReply(
  access: Access,
  items: ItemRecord[],
  interactivity: 'plain' | 'rich',
): Pick<MessageReply, 'reply' | 'tool_calls' | 'widgets' | 'citations'> {
  const results = new Map(
    items.filter(({ type }) => type === 'function_call_output').map((item) => [item.call_id, item]),
  )
  const calls = items.filter(({ type }) => type === 'function_call')
  const widgetsOf = ({ call_id }: ItemRecord) => {
    const result = results.get(call_id)
    return (result && widgetOf(result)) ?? []
  }
  const cited = joinCitations(items.map(({ citations }) => citations))
  return {
    reply: textOf(items).text,
    tool_calls: (maySeeToolCalls(access) ? calls : []).map(({ call_id, name, arguments: given }) => {
      const result = results.get(call_id)
      return {
        call_id: call_id!,
        name: name!,
        arguments: given ?? {},
        output: result?.output ?? null,
        is_error: result?.is_error ?? true,
      }
    }),
    ...(interactivity === 'rich' ? { widgets: calls.flatMap(widgetsOf) } : {}),
    ...(cited.length > 0 ? { citations: access.conversation ? cited.map(publicCitation) : cited } : {}),
  }
}
