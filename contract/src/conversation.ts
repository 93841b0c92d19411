// The conversation resource: statuses, transcript, turns and what the operations return.
import type { Static } from 'typebox'
import { Type } from './type.ts'
import { type FormValues, form_values_type } from './form-values.ts'
import {
  Assignee,
  ConversationQueue,
  ConversationTeam,
  Handling,
  MessageAuthor,
  Satisfaction,
  handledBy,
} from './hand-off/objects.ts'
import { type HandledBy, handOffBounds, handoffReasons, priorities } from './hand-off/words.ts'
import { Citation, Retrieval } from './knowledge/retrievals.ts'
import { Id, JsonAny, JsonObject, Timestamp, named, nullable, oneOf, shownAs } from './schema.ts'
import { UsageCost } from './usage.ts'
import {
  actorTypes,
  analysisStatuses,
  channels,
  concurrencyRules,
  conversationStatuses,
  directions,
  endReasons,
  messageRoles,
  shownItemTypes,
  turnOutcomes,
  turnStatuses,
} from './vocabulary.ts'
import { Widget } from './widgets.ts'

const TurnMetrics = named(
  'TurnMetrics',
  Type.Object({
    model: nullable(Type.String({ description: '`provider/model` that wrote the text.' })),
    ttft_ms: nullable(Type.Integer({ description: 'Milliseconds from the start of the turn until its first text.' })),
    llm_ms: Type.Integer({ description: 'Milliseconds spent in model calls.' }),
    tools_ms: Type.Integer({ description: 'Milliseconds spent in tool calls.' }),
    retrieval_ms: Type.Optional(
      Type.Integer({
        description: 'Milliseconds spent in the search before the first model call; absent if there was none.',
      }),
    ),
    total_ms: Type.Integer({ description: 'Duration of the whole turn in milliseconds.' }),
    input_tokens: nullable(Type.Integer()),
    output_tokens: nullable(Type.Integer()),
    confidence: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description:
          'With `hand_off.low_confidence`: how well a model says that the reply answers; absent until it was rated.',
      }),
    ),
  }),
)
export type TurnMetrics = Static<typeof TurnMetrics>

/** Absent where nothing is cited. */
const citations = Type.Optional(
  Type.Array(Citation, {
    description: 'With `retrieval.citations`: the passages that the text refers to by number; absent without any.',
  }),
)

/** What a message of the end user says about itself; each absent where it was not sent. */
export const messageOrigin = {
  client_id: Type.Optional(Type.String({ description: 'The id that the client gave the message.' })),
  in_reply_to: Type.Optional(Type.String({ description: 'The `call_id` of the widget that it answers.' })),
  values: shownAs(
    form_values_type,
    Type.Optional(Type.Unsafe<FormValues>({ ...JsonObject, description: 'The answers, by the id of the field.' })),
  ),
}

const itemFields = {
  id: Id,
  position: Type.Integer({ description: '0, 1, 2 … without gaps.' }),
  created_at: Timestamp,
  turn_id: nullable(Id),
}

/** One entry of the transcript. `type` determines which optional fields it has. */
export const TranscriptItem = named(
  'TranscriptItem',
  Type.Object({
    ...itemFields,
    type: oneOf(shownItemTypes, '`widget` only for conversation tokens, which see no tool calls.'),
    role: Type.Optional(oneOf(messageRoles, 'Only for messages.')),
    author: Type.Optional({
      ...MessageAuthor,
      description: 'Only for messages: who wrote it. What people write has the role `assistant`.',
    }),
    content: Type.Optional(Type.Array(Type.String(), { description: 'Only for messages.' })),
    interrupted: Type.Optional(Type.Boolean({ description: 'Only for messages: whether the text was cut off.' })),
    metrics: Type.Optional(TurnMetrics),
    citations,
    ...messageOrigin,
    call_id: Type.Optional(
      Type.String({
        description: 'Links a call with its output. Of a widget: what `in_reply_to` of its answer names.',
      }),
    ),
    widget: Type.Optional(Widget),
    name: Type.Optional(Type.String({ description: 'The name of the tool.' })),
    arguments: Type.Optional(JsonObject),
    output: Type.Optional(JsonAny),
    is_error: Type.Optional(Type.Boolean()),
    latency_ms: Type.Optional(nullable(Type.Integer())),
  }),
)
export type TranscriptItem = Static<typeof TranscriptItem>

export const EndedBy = named(
  'EndedBy',
  Type.Object({
    type: oneOf(actorTypes),
    id: nullable(Type.String()),
    name: nullable(Type.String()),
    reason: nullable(Type.String({ description: 'The reason that the caller gave to `end`.' })),
  }),
)
export type EndedBy = Static<typeof EndedBy>

const safeFields = {
  id: Id,
  organization_id: Id,
  direction: oneOf(directions),
  channel: oneOf(channels),
  status: oneOf(conversationStatuses),
  user_id: Type.String({ description: "The caller's own id for the end user." }),
  agent_id: nullable(Id),
  agent_version_id: nullable(Id),
  agent_number: nullable(Type.String()),
  web_widget_id: nullable(Type.String()),
  trunk_id: nullable(Type.String()),
  duration: nullable(
    Type.Integer({
      description: 'Whole seconds from `created_at` to `ended_at`; null while the conversation is active.',
    }),
  ),
  user_turn_count: Type.Integer({ description: 'The number of accepted messages from the end user.' }),
  created_at: Timestamp,
  updated_at: Timestamp,
  agent: nullable(Type.Object({ id: Id, name: nullable(Type.String()) })),
  ended_at: nullable(Timestamp),
  end_reason: nullable(oneOf(endReasons)),
  ended_by: nullable(EndedBy),
  last_activity_at: Timestamp,
  analysis_status: oneOf(analysisStatuses),
  analysis_reason: nullable(Type.String({ description: 'Why the analysis was skipped or failed.' })),
  handled_by: handledBy,
  assignee: Type.Unsafe<Assignee | null>({
    ...nullable(Assignee),
    description: 'Who holds it; while it waits, to whom it is offered; null: nobody.',
  }),
  team: Type.Unsafe<ConversationTeam | null>({
    ...nullable(ConversationTeam),
    description: 'The team that it was handed to; null: none.',
  }),
  handoff_reason: nullable(oneOf(handoffReasons, 'Why it left its agent; null: it never has.')),
  priority: oneOf(priorities),
  tags: Type.Array(Type.String(), { maxItems: handOffBounds.tags }),
  handling: Type.Unsafe<Handling | null>({
    ...nullable(Handling),
    description: 'The times of its hand-off; null before the first.',
  }),
  queue: Type.Optional(ConversationQueue),
  content_purged_at: Type.Optional({
    ...Timestamp,
    description:
      'Set when the content was purged, `retention.content_days` after the end. The transcript and the sensitive fields are empty then; status, times, counts and reasons stay.',
  }),
}

/** What a model has answered about a transcript. */
export const Analysis = named(
  'Analysis',
  Type.Object({
    run: Type.Integer({
      minimum: 1,
      maximum: 1_000_000_000,
      description: '1 for the run at the end of the conversation; each further run adds 1.',
    }),
    finished_at: Timestamp,
    summary: nullable(Type.String({ description: 'Null if none was requested, or if it failed.' })),
    outcome: nullable(Type.String({ description: 'The name of one of the options of `outcome`.' })),
    extracted: nullable(
      Type.Unsafe<Record<string, unknown>>({
        ...JsonObject,
        description:
          'The fields of `extract`: valid against its schema, at most 64 KiB. Text that the conversation must not keep is replaced afterwards.',
      }),
    ),
    success: nullable(Type.Boolean({ description: 'The answer to the question of `success`.' })),
    success_reason: nullable(Type.String({ description: 'Why, in the words of the model; at most 500 characters.' })),
    models: Type.Array(Type.String(), {
      description:
        'The models that answered, as `provider/model`: usually one; two if a fallback wrote the summary or the other answers.',
    }),
    duration_ms: nullable(Type.Integer({ description: 'From the start of the run to its last answer.' })),
    input_tokens: nullable(
      Type.Integer({ description: 'Of all its model calls; null if a provider does not report them.' }),
    ),
    output_tokens: nullable(Type.Integer()),
  }),
)
export type Analysis = Static<typeof Analysis>

const sensitive = 'Only with `conversations:read_sensitive`; absent without it.'

/** Every reader gets the required fields; the optional ones need `conversations:read_sensitive`. */
export const Conversation = named(
  'Conversation',
  Type.Object({
    ...safeFields,
    cost: Type.Optional({
      ...UsageCost,
      description: 'Of all calls of providers for it. Only where one conversation is read, and not for its own token.',
    }),
    summary: Type.Optional(nullable(Type.String({ description: sensitive }))),
    analysis: Type.Optional({
      ...nullable(Analysis),
      description: `The newest run that gave a result; \`listConversationAnalyses\` has the earlier ones. ${sensitive}`,
    }),
    initial_context: Type.Optional(nullable(Type.String({ description: sensitive }))),
    handoff_text: Type.Optional(
      nullable(Type.String({ description: `What was said when a person was last asked for. ${sensitive}` })),
    ),
    satisfaction: Type.Optional({
      ...nullable(Satisfaction),
      description: `The end user’s rating; null: none. ${sensitive}`,
    }),
    custom_metadata: Type.Optional(Type.Unsafe<Record<string, unknown>>({ ...JsonObject, description: sensitive })),
    recording_details: Type.Optional(
      nullable(Type.Unsafe<Record<string, unknown>>({ ...JsonObject, description: sensitive })),
    ),
    conversation: Type.Optional(
      Type.Object(
        {
          items: Type.Array(TranscriptItem),
          next_position: Type.Optional(
            Type.Integer({
              description: 'Set if the response does not include all items: repeat the call with it as `items_from`.',
            }),
          ),
        },
        { description: `The transcript, oldest first. ${sensitive}` },
      ),
    ),
    conversation_omitted: Type.Optional(
      Type.Literal(true, {
        description:
          'Only in lists with `include=conversation`: this transcript, or that of a newer conversation, does not fit into the page. Read the conversation to get it.',
      }),
    ),
    sensitive_omitted: Type.Optional(
      Type.Literal(true, {
        description:
          'Only in lists: the rows before have reached the size limit, so the sensitive fields are omitted. Read the conversation to get them.',
      }),
    ),
  }),
)
export type Conversation = Static<typeof Conversation>

export const ToolCallRecord = named(
  'ToolCall',
  Type.Object({
    call_id: Type.String(),
    name: Type.String(),
    arguments: JsonObject,
    output: JsonAny,
    is_error: Type.Boolean(),
  }),
)

export const MessageReply = named(
  'MessageReply',
  Type.Object({
    conversation_id: Id,
    reply: Type.String(),
    tool_calls: Type.Array(ToolCallRecord, {
      description:
        'Each tool call with its result. Always empty for a conversation token, which cannot see tool calls.',
    }),
    widgets: Type.Optional(
      Type.Array(Widget, {
        description: 'Only with `rich`: the widgets that the agent showed, in order; may be empty.',
      }),
    ),
    citations,
    turn_id: Id,
    handled_by: Type.Unsafe<HandledBy>({
      ...handledBy,
      description:
        'Who handles the conversation now. Outside `agent` the message was given to people: `reply` is empty, or has what people wrote with `hand_off.relay_in_reply`.',
    }),
  }),
)
export type MessageReply = Static<typeof MessageReply>

export const Turn = named(
  'Turn',
  Type.Object({
    turn_id: Id,
    status: oneOf(turnStatuses),
    outcome: nullable(oneOf(turnOutcomes)),
    user_message_ids: Type.Array(Id),
    agent_version_id: nullable(Id),
    concurrency: oneOf(concurrencyRules),
    attempts: Type.Integer(),
    steps: Type.Integer({ description: 'The number of finished steps.' }),
    queued_at: Timestamp,
    started_at: nullable(Timestamp),
    finished_at: nullable(Timestamp),
    input_tokens: nullable(Type.Integer()),
    output_tokens: nullable(Type.Integer()),
    error: nullable(Type.String({ description: 'What went wrong, for people.' })),
    cost: Type.Optional({ ...UsageCost, description: 'Of the calls of models that it made. Only in lists.' }),
    retrievals: Type.Optional(
      Type.Array(Retrieval, {
        description: 'What was asked of knowledge bases, in order; absent if nothing was. Only in lists.',
      }),
    ),
  }),
)
export type Turn = Static<typeof Turn>

/** Must have exactly these four fields (end-conversation.yaml, `EndConversationResponse`). */
export const EndConversationResponse = named(
  'EndConversationResponse',
  Type.Object(
    {
      conversation_id: Type.String(),
      status: oneOf(conversationStatuses, 'Always `completed`.'),
      duration: nullable(Type.Integer({ description: 'Wall-clock seconds.' })),
      summary: nullable(Type.String({ description: 'The summary, if there is one.' })),
    },
    { additionalProperties: false },
  ),
)

export const ImportError = named(
  'ImportError',
  Type.Object({
    index: Type.Integer({ description: 'Index in `conversations`, starting at 0.' }),
    id: nullable(Type.String()),
    path: Type.String(),
    message: Type.String(),
  }),
)
