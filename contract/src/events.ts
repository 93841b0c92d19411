// The events that a conversation's changes leave behind, for streams, webhooks and the console.

export const eventTypes = [
  'conversation.created',
  'conversation.started',
  'conversation.ended',
  'conversation.analyzed',
  'conversation.analysis_failed',
  'conversation.updated',
  'conversation.deleted',
  'message.created',
  'turn.queued',
  'turn.started',
  'turn.completed',
  'turn.failed',
  'turn.cancelled',
  'tool_call.completed',
] as const
export type EventType = (typeof eventTypes)[number]
