// What a model does for the person who answers: a suggested reply, and the brief of a conversation. Neither writes anything.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { ErrorBody } from '../errors.ts'
import { defineOperation } from '../operation.ts'
import { JsonAny, Timestamp, named, nullable, oneOf } from '../schema.ts'
import { answering, conversationPath, handOffTag } from './operations.ts'
import { confidences, handOffBounds, moodLevels } from './words.ts'

const tag = handOffTag

/** The last event is `suggestion.completed` or `suggestion.failed`. */
export const suggestionStreamData = {
  'suggestion.delta': Type.Object({ text: Type.String() }),
  'suggestion.completed': Type.Object({ text: Type.String({ description: 'All deltas, joined.' }) }),
  'suggestion.failed': ErrorBody,
}

/** An event of the stream of a suggestion. */
export type SuggestionStreamEvent = {
  [E in keyof typeof suggestionStreamData]: { event: E; data: Static<(typeof suggestionStreamData)[E]> }
}[keyof typeof suggestionStreamData]

export const suggestionOperations = {
  suggestReply: defineOperation({
    id: 'suggestReply',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/suggestions',
    tag,
    summary: 'Have the agent’s model suggest a reply',
    description:
      'A draft for the person who answers: nothing is stored or sent. The model may search the knowledge bases and has no other tools. At most 20 a minute for each credential; a newer suggestion for the same caller and conversation stops the older one.',
    access: answering,
    narrowed: true,
    audit: false,
    waits: true,
    changes_nothing: true,
    params: conversationPath,
    body: Type.Object({
      instructions: Type.Optional(
        nullable(
          Type.String({ maxLength: handOffBounds.instructions, description: 'What the reply should say, or how.' }),
        ),
      ),
    }),
    body_optional: true,
    success: { status: 200, description: 'Server-sent events.' },
    answer: { kind: 'events', data: suggestionStreamData },
    errors: ['not_found', 'conversation_has_no_agent', 'rate_limited', 'unavailable'],
  }),
}

export const AgentAssistBrief = named(
  'AgentAssistBrief',
  Type.Object({
    header: Type.Object({
      caller_name: Type.String({ description: '`Unknown Caller` if nothing says it.' }),
      phone_number: Type.String(),
      call_duration_seconds: Type.Integer(),
      sentiment: Type.Object({ label: Type.String(), level: oneOf(moodLevels) }),
    }),
    transfer_reason: Type.String(),
    call_summary: Type.Array(Type.String(), { description: '3 to 5 sentences.' }),
    information_collected: Type.Array(Type.Object({ key: Type.String(), value: JsonAny }), {
      description: 'Only values that the transcript or the metadata have.',
    }),
    suggested_next_steps: Type.Array(Type.Object({ action: Type.String(), confidence: oneOf(confidences) }), {
      description: '1 to 3.',
    }),
    transcript: Type.Array(
      Type.Object({
        role: Type.String(),
        speaker: Type.String(),
        text: Type.String(),
        timestamp: Timestamp,
        marker: nullable(Type.String({ description: 'What is special about it, such as the request for a person.' })),
      }),
    ),
    compliance_flags: Type.Array(Type.String()),
  }),
)
export type AgentAssistBrief = Static<typeof AgentAssistBrief>

const mayRead = ['conversations:reply', 'conversations:read_sensitive'] as const
const described =
  'Written afresh from the transcript and never stored. Values that neither the transcript nor the metadata have are dropped. Without a model, or if its answer is not usable twice, rules extract it. At most 10 a minute for each credential. `conversations:reply` is enough to read it: it includes what one has to answer.'

export const briefOperations = {
  getConversationBrief: defineOperation({
    id: 'getConversationBrief',
    method: 'GET',
    path: '/core/conversations/{conversation_id}/brief',
    tag,
    summary: 'Read a brief of a conversation',
    description: described,
    access: mayRead,
    narrowed: true,
    not_for_views: true,
    audit: false,
    waits: true,
    params: conversationPath,
    success: { status: 200, description: 'The brief.', schema: AgentAssistBrief },
    errors: ['not_found', 'model_timed_out'],
  }),
  getAgentAssistBrief: defineOperation({
    id: 'getAgentAssistBrief',
    method: 'GET',
    path: '/core/agent-assist/{phone_number}',
    tag,
    summary: 'Read a brief of the newest conversation with a phone number',
    description: `Of the newest conversation whose \`user_id\` is the number, exactly, or else has the same 7 to 15 digits. ${described}`,
    access: mayRead,
    narrowed: true,
    not_for_views: true,
    audit: false,
    waits: true,
    params: Type.Object({ phone_number: Type.String() }),
    success: { status: 200, description: 'The brief.', schema: AgentAssistBrief },
    errors: ['brief_not_found', 'model_timed_out'],
  }),
}
