// A conversation as an import takes it, with its transcript. Pure.
import type { ImportedConversation, ImportedItem } from '@parley/contract'
import type { ItemRecord, NewConversation, ShownConversation } from './rows.ts'

/** What no reader is shown, but an import takes. */
export type Addresses = Pick<NewConversation, 'to_address' | 'from_address' | 'subject'>

export function exportRow(record: ShownConversation, addresses: Addresses, items: ItemRecord[]): ImportedConversation {
  const row = record
  return {
    id: row.id,
    channel: row.channel,
    direction: row.direction,
    status: row.status,
    user_id: row.user_id,
    agent_id: row.agent_id,
    agent_version_id: row.agent_version_id,
    agent: row.agent_id === null ? null : { id: row.agent_id, name: row.agent_name },
    agent_number: row.agent_number,
    to_address: addresses.to_address,
    from_address: addresses.from_address,
    subject: addresses.subject,
    web_widget_id: row.web_widget_id,
    trunk_id: row.trunk_id,
    user_turn_count: row.user_turn_count,
    created_at: row.created_at,
    updated_at: row.updated_at,
    // An import moves `created_at` on by microseconds where another conversation has the same, and so past the end of a short one.
    ended_at: row.ended_at !== null && row.ended_at < row.created_at ? row.created_at : row.ended_at,
    end_reason: row.end_reason,
    ended_by: row.ended_by as Record<string, unknown> | null,
    last_activity_at: row.last_activity_at,
    // An import knows no other; why there is no analysis does not move.
    analysis_status: row.analysis_status === 'done' ? 'done' : 'none',
    summary: row.summary,
    analysis: row.analysis,
    initial_context: row.initial_context,
    custom_metadata: row.custom_metadata,
    recording_details: row.recording_details,
    // Without items the number of messages counts, not the list.
    ...(items.length === 0 ? {} : { conversation: { items: items.map(exportItem) } }),
  }
}

function exportItem(item: ItemRecord): ImportedItem {
  const { id, type, position, created_at, turn_id } = item
  const base = { id, type, position, created_at, turn_id }
  switch (type) {
    case 'message':
      return {
        ...base,
        role: item.role,
        // Null where the role says it.
        ...(item.author ? { author: item.author } : {}),
        content: item.content,
        interrupted: item.interrupted,
        ...(item.metrics ? { metrics: { ...item.metrics } } : {}),
        ...(item.citations ? { citations: item.citations } : {}),
        ...(item.client_id === null ? {} : { client_id: item.client_id }),
        ...(item.in_reply_to === null ? {} : { in_reply_to: item.in_reply_to }),
        ...(item.values === null ? {} : { values: item.values }),
      }
    case 'function_call':
      return { ...base, call_id: item.call_id, name: item.name, arguments: item.arguments }
    case 'function_call_output':
      return {
        ...base,
        call_id: item.call_id,
        name: item.name,
        output: item.output,
        is_error: item.is_error,
        latency_ms: item.latency_ms,
      }
  }
}
