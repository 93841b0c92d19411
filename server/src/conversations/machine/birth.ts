// A conversation as it is stored when it is created. Pure.
import type { ConversationRecord, NewConversation } from './rows.ts'

/** As a reader finds it. */
export function recordAtBirth(
  stored: NewConversation,
  {
    organization_id,
    created_at,
    agent_name,
  }: Pick<ConversationRecord, 'organization_id' | 'created_at' | 'agent_name'>,
): ConversationRecord {
  const { id, direction, channel, status, user_id, agent_id, agent_version_id, agent_number } = stored
  const { web_widget_id, trunk_id, initial_context, custom_metadata, recording_details } = stored
  const { content_fingerprint, redaction } = stored
  return {
    ...{
      id,
      organization_id,
      direction,
      channel,
      status,
      user_id,
      agent_id,
      agent_name,
      agent_version_id,
      agent_number,
    },
    ...{ web_widget_id, trunk_id, initial_context, custom_metadata, recording_details },
    ...{ created_at, updated_at: created_at, last_activity_at: created_at, ended_at: null, duration: null },
    ...{ user_turn_count: 0, end_reason: null, ended_by: null },
    ...{ analysis_status: 'none', analysis_reason: null, summary: null, analysis: null },
    ...{ content_fingerprint, content_purged_at: null, redaction, is_ending: false },
    ...{ handled_by: 'agent', handling: null, satisfaction: null },
  }
}
