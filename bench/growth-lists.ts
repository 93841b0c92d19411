// The pages requested while the tables grow: each filter alone, with common and rare values, and filters combined.
import type { Page } from '../server/src/conversations/read/list.ts'

export interface AskedPage {
  name: string
  page: Page
  /** Requested with a key that is restricted to some agents. */
  is_narrowed?: boolean
}

/** Agents by weight, the one with the most conversations first. */
export function askedPages(agents: { agent_id: string; version_id: string }[]): AskedPage[] {
  const [busiest, quietest] = [agents[0]!, agents.at(-1)!]
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString()
  const at = (ago: number) => Buffer.from(day(ago)).toString('base64url')
  return [
    { name: 'the newest', page: {} },
    { name: 'the newest 100', page: { limit: 100 } },
    { name: 'cursor, half a year ago', page: { cursor: at(183) } },
    { name: 'cursor, the oldest', page: { cursor: at(364.9) } },
    { name: 'status, most', page: { status: 'completed' } },
    { name: 'status, few', page: { status: 'in_progress' } },
    { name: 'status, few, cursor', page: { status: 'transferred', cursor: at(183) } },
    { name: 'direction', page: { direction: 'outbound' } },
    { name: 'channel, most', page: { channel: 'text' } },
    { name: 'channel, few', page: { channel: 'email' } },
    { name: 'agent, the busiest', page: { agent_id: busiest.agent_id } },
    { name: 'agent, the quietest', page: { agent_id: quietest.agent_id } },
    { name: 'agent, none', page: { agent_id: '00000000-0000-7000-8000-000000000000' } },
    { name: 'agent version', page: { agent_version_id: quietest.version_id } },
    { name: 'web widget', page: { web_widget_id: 'widget-3' } },
    { name: 'user, one', page: { user_id: 'ada.17@' } },
    { name: 'user, a tenth', page: { user_id: 'ada' } },
    { name: 'user, most', page: { user_id: 'e' } },
    { name: 'user, none', page: { user_id: 'xyzzy' } },
    { name: 'agent number, few', page: { agent_number: '1000042' } },
    { name: 'agent number, a fifth', page: { agent_number: '+4930' } },
    { name: 'duration, the longest', page: { duration_above: 1500 } },
    { name: 'duration, most', page: { duration_above: 30 } },
    { name: 'duration, the shortest', page: { duration_below: 0 } },
    { name: 'user messages, most', page: { user_turn_count_above: 5 } },
    { name: 'user messages, few', page: { user_turn_count_above: 19 } },
    { name: 'user messages, none', page: { user_turn_count_above: 100 } },
    { name: 'updated, the last hour', page: { updated_after: day(1 / 24) } },
    { name: 'updated, since half a year', page: { updated_after: day(183) } },
    { name: 'updated, since tomorrow', page: { updated_after: day(-1) } },
    { name: 'updated, not for 364 days', page: { updated_before: day(364) } },
    { name: 'updated, not for half a year', page: { updated_before: day(183) } },
    { name: 'updated, on one day', page: { updated_after: day(100), updated_before: day(99) } },
    { name: 'metadata, one', page: { custom_metadata: '{"order":"A-77"}' } },
    { name: 'metadata, few', page: { custom_metadata: '{"plan":"enterprise"}' } },
    { name: 'metadata, most', page: { custom_metadata: '{"plan":"free"}' } },
    { name: 'metadata, none', page: { custom_metadata: '{"plan":"gold"}' } },
    { name: 'metadata, only of long ago', page: { custom_metadata: '{"campaign":"launch"}' } },
    { name: 'end reason, most', page: { parley_end_reason: 'ended_by_agent' } },
    { name: 'end reason, few', page: { parley_end_reason: 'error' } },
    { name: 'turn outcome, few', page: { parley_turn_outcome: 'model_error' } },
    { name: 'turn outcome, none', page: { parley_turn_outcome: 'step_limit' } },
    { name: 'between two days', page: { created_after: day(100), created_before: day(99) } },
    { name: 'status, channel and agent', page: { status: 'failed', channel: 'telephone', agent_id: busiest.agent_id } },
    { name: 'status and user', page: { status: 'failed', user_id: 'grace.3' } },
    { name: 'status and metadata', page: { status: 'failed', custom_metadata: '{"plan":"enterprise"}' } },
    { name: 'filters that exclude each other', page: { channel: 'text', agent_number: '1000042' } },
    { name: 'open and old', page: { status: 'in_progress', created_before: day(30) } },
    { name: 'agents of a restricted key', page: {}, is_narrowed: true },
    { name: 'agents of a restricted key, status', page: { status: 'in_progress' }, is_narrowed: true },
  ]
}
