// The events that record a conversation's changes: one log, numbered without gaps, that streams, webhooks and the console read.
import { accessEventData } from './organizations/events.ts'
import type { Static, TSchema } from 'typebox'
import { Type } from './type.ts'
import { Analysis, EndedBy, MessageReply, messageOrigin } from './conversation.ts'
import { ErrorBody } from './errors.ts'
import { handOffEventData, handOffLiveData } from './hand-off/events.ts'
import { MessageAuthor } from './hand-off/objects.ts'
import { CrawlCounts, KnowledgeReason } from './knowledge/objects.ts'
import { attachers, sourceTypes } from './knowledge/words.ts'
import { Citation, retrievalFields } from './knowledge/retrievals.ts'
import { Id, JsonAny, JsonObject, Timestamp, named, nullable, oneOf } from './schema.ts'
import {
  type EventType,
  type OrganizationEventType,
  analysisStatuses,
  channels,
  conversationStatuses,
  directions,
  disabledReasons,
  endReasons,
  eventTypes,
  messageRoles,
  turnOutcomes,
} from './vocabulary.ts'
import { budgetUnits } from './usage-words.ts'
import { type WidgetLimit, widgetChanges, widgetLimits } from './web-widgets/words.ts'
import { ShownWidget, TurnWidget } from './widgets.ts'

const turn = { turn_id: Id }
const analysis = Type.Object({
  analysis_status: oneOf(analysisStatuses),
  analysis_reason: nullable(Type.String({ description: 'Why the analysis was skipped or failed.' })),
  summary: nullable(Type.String()),
  analysis: Type.Optional({
    ...nullable(Analysis),
    description: 'The result of the run; null without one. Absent in events of earlier versions.',
  }),
})

/** The data of each type of event. */
export const eventData = {
  'conversation.created': Type.Object({
    channel: oneOf(channels),
    direction: Type.Optional(oneOf(directions)),
    user_id: Type.Optional(Type.String()),
    agent_id: Type.Optional(nullable(Id)),
    agent_version_id: Type.Optional(nullable(Id)),
    web_widget_id: Type.Optional(
      nullable(
        Type.String({ description: 'The widget that started it; null: none. Absent in events of earlier versions.' }),
      ),
    ),
    imported: Type.Optional(
      Type.Boolean({ description: 'The conversation was imported; its transcript has no events.' }),
    ),
  }),
  'conversation.started': Type.Object({ status: oneOf(conversationStatuses) }),
  'conversation.ended': Type.Object({
    status: oneOf(conversationStatuses),
    end_reason: oneOf(endReasons),
    ended_by: EndedBy,
    ask_satisfaction: Type.Optional(
      Type.Boolean({
        description: 'Whether clients should ask the end user for a rating. Absent in events of earlier versions.',
      }),
    ),
  }),
  'conversation.analyzed': analysis,
  'conversation.analysis_failed': analysis,
  'conversation.updated': Type.Object({
    custom_metadata: JsonObject,
    content_purged_at: Type.Optional({ ...Timestamp, description: 'The content was purged.' }),
  }),
  'conversation.feedback': Type.Object({
    rating: nullable(
      Type.Unsafe<number | 'up' | 'down'>({
        anyOf: [
          { type: 'integer', minimum: 1, maximum: 5 },
          { type: 'string', enum: ['up', 'down'] },
        ],
        description: 'Stars from 1 to 5, or a thumb; null: none was given.',
      }),
    ),
    data: nullable(
      Type.Unsafe<Record<string, unknown>>({
        ...JsonObject,
        description: 'The answers to the form, by the id of the field; null: none were given.',
      }),
    ),
  }),
  'conversation.deleted': Type.Object({
    deleted_by: Type.Object({ type: Type.String(), id: nullable(Type.String()) }),
  }),
  ...handOffEventData,
  'message.created': Type.Object({
    id: Id,
    role: oneOf(messageRoles),
    content: Type.Array(Type.String()),
    interrupted: Type.Boolean(),
    turn_id: nullable(Id),
    author: Type.Optional({ ...MessageAuthor, description: 'Who wrote it. Absent in events of earlier versions.' }),
    position: Type.Optional(Type.Integer({ description: 'In the transcript. Absent in events of earlier versions.' })),
    ...messageOrigin,
  }),
  'turn.queued': Type.Object(turn),
  'turn.started': Type.Object(turn, {
    description: 'Sent when an attempt starts, and again if that attempt is lost and another one starts.',
  }),
  'turn.completed': Type.Object({
    ...turn,
    citations: Type.Optional(
      Type.Array(Citation, { description: 'The passages that its texts refer to; absent without any.' }),
    ),
  }),
  'turn.failed': Type.Object({ ...turn, outcome: oneOf(turnOutcomes), error: nullable(Type.String()) }),
  'turn.cancelled': Type.Object({ ...turn, outcome: oneOf(turnOutcomes) }),
  'tool_call.completed': Type.Object({
    ...turn,
    call_id: Type.String(),
    name: Type.String(),
    output: JsonAny,
    is_error: Type.Boolean(),
    latency_ms: nullable(Type.Integer({ description: 'Null if the call did not run to its end.' })),
  }),
  'widget.shown': ShownWidget,
  'retrieval.completed': Type.Object(
    { ...turn, ...retrievalFields },
    { description: 'Knowledge bases were searched. The query is in the list of turns.' },
  ),
} as const satisfies Record<EventType, TSchema>

const workflow = { workflow_id: Id, name: Type.String(), version: Type.Integer() }
const web_widget = { web_widget_id: Id, name: Type.String() }
const decimal = Type.String({ description: 'Decimal text.' })
const budget = {
  budget_id: Id,
  name: Type.String(),
  agent_id: nullable(Id),
  unit: oneOf(budgetUnits),
  amount: decimal,
  spent: decimal,
  period_start: nullable(Timestamp),
  period_end: nullable(Timestamp),
}
const dataset = { dataset_id: Id, name: Type.String() }
const space = {
  embedding_model: Type.String(),
  embedding_dimension: nullable(Type.Integer({ description: 'Null: the model’s own, which nobody has learned yet.' })),
}
const source = { source_id: Id, type: oneOf(sourceTypes), name: Type.String() }
const crawl = { source_id: Id, name: Type.String(), crawl_id: Id }
const attachment = {
  dataset_source_id: Id,
  dataset_id: Id,
  source_id: Id,
  name: Type.String({ description: 'Of the source.' }),
}

/** The data of each type of event of an organization. */
export const organizationEventData = {
  ...accessEventData,
  'webhook.disabled': Type.Object({ webhook_id: Id, url: Type.String(), reason: oneOf(disabledReasons) }),
  'dataset.created': Type.Object(dataset),
  'dataset.updated': Type.Object(dataset),
  'dataset.deleted': Type.Object({
    ...dataset,
    sources: Type.Integer({ description: 'How many were attached; they have no events of their own.' }),
  }),
  'dataset.reembedded': Type.Object({ ...dataset, ...space, chunks: Type.Integer() }),
  'dataset.reembedding_failed': Type.Object({ ...dataset, ...space, reason: KnowledgeReason }),
  'source.created': Type.Object(source),
  'source.updated': Type.Object(source),
  'source.deleted': Type.Object(source),
  'source.crawled': Type.Object({ ...crawl, counts: CrawlCounts }),
  'source.crawl_failed': Type.Object({ ...crawl, counts: CrawlCounts, reason: KnowledgeReason }),
  'dataset_source.created': Type.Object({ ...attachment, attached_by: oneOf(attachers) }),
  'dataset_source.ready': Type.Object({
    ...attachment,
    revision: Type.Integer({ description: 'Of the source’s content.' }),
    chunks: Type.Integer(),
  }),
  'dataset_source.failed': Type.Object({ ...attachment, reason: KnowledgeReason, tries: Type.Integer() }),
  'dataset_source.deleted': Type.Object(attachment),
  'web_widget.created': Type.Object({ ...web_widget, agent_id: Id }),
  'web_widget.updated': Type.Object({
    ...web_widget,
    changed: Type.Array(oneOf(widgetChanges), { description: 'What changed.' }),
  }),
  'web_widget.deleted': Type.Object(web_widget),
  'web_widget.limit_reached': Type.Object(
    {
      ...web_widget,
      limit: oneOf(Object.keys(widgetLimits) as WidgetLimit[]),
      day: Type.String({ description: 'In UTC, such as 2026-01-31.' }),
    },
    { description: 'Once for each limit and day.' },
  ),
  'workflow.published': Type.Object(workflow),
  'workflow.went_live': Type.Object({
    ...workflow,
    replaced: nullable(Type.Integer({ description: 'The version that was live before; null: none.' })),
  }),
  'workflow.went_offline': Type.Object(workflow),
  'workflow_trigger.skipped': Type.Object({
    ...workflow,
    trigger_id: Id,
    step_id: Type.String(),
    reason: Type.String({ description: 'Why it did not start an execution.' }),
  }),
  'budget.warned': Type.Object({
    ...budget,
    warn_at: Type.Number({ description: 'The share of the amount that was reached.' }),
  }),
  'budget.stopped': Type.Object(budget, { description: 'It is used up, and it stops what uses it.' }),
  'budget.resumed': Type.Object(budget, { description: 'What it stopped goes on.' }),
} as const satisfies Record<OrganizationEventType, TSchema>

export type OrganizationEventData<T extends OrganizationEventType> = Static<(typeof organizationEventData)[T]>

const eventFields = {
  id: Id,
  conversation_id: Id,
  sequence: Type.Integer({ description: '1, 2, 3 … within the conversation, without gaps.' }),
  occurred_at: Timestamp,
}

interface EventFields {
  id: string
  conversation_id: string
  sequence: number
  occurred_at: string
}

/** An event of the log; `data` depends on `type`. */
export type ConversationEvent = {
  [T in EventType]: EventFields & { type: T; data: Static<(typeof eventData)[T]> }
}[EventType]

export const ConversationEvent = named(
  'ConversationEvent',
  Type.Unsafe<ConversationEvent>({
    oneOf: eventTypes.map((type) => Type.Object({ ...eventFields, type: Type.Literal(type), data: eventData[type] })),
  }),
)

const text = Type.Object({ ...turn, text: Type.String() })
const attempt = Type.Object({ ...turn, attempt: Type.Integer({ description: 'Starts at 1.' }) })
const call = { ...turn, call_id: Type.String(), name: Type.String(), arguments: JsonObject }

/** The data of a message's turn stream by the name of the event. The last event is `turn.completed`, `.failed` or `.cancelled`. */
export const turnStreamData = {
  'turn.started': attempt,
  'message.delta': text,
  'tool_call.started': Type.Object(call),
  'tool_call.completed': Type.Object({
    ...call,
    output: JsonAny,
    is_error: Type.Boolean(),
    latency_ms: nullable(Type.Integer()),
  }),
  'retrieval.completed': Type.Object({ ...turn, ...retrievalFields }),
  widget: TurnWidget,
  'turn.restarted': attempt,
  'turn.completed': MessageReply,
  'turn.failed': ErrorBody,
  'turn.cancelled': ErrorBody,
} as const satisfies Record<string, TSchema>

/** An event of the stream that responds to a message. */
export type TurnStreamEvent = {
  [E in keyof typeof turnStreamData]: { event: E; data: Static<(typeof turnStreamData)[E]> }
}[keyof typeof turnStreamData]

/** Unnumbered events between the stored events of a conversation's stream. */
export const liveData = {
  'message.snapshot': text,
  'message.delta': text,
  ...handOffLiveData,
} as const satisfies Record<string, TSchema>

/** An event of a conversation's stream: from the log, with its number as `id`, or a live one without a number. */
export type ConversationStreamEvent =
  | { [T in EventType]: { event: T; id: number; data: Extract<ConversationEvent, { type: T }> } }[EventType]
  | { [E in keyof typeof liveData]: { event: E; data: Static<(typeof liveData)[E]> } }[keyof typeof liveData]
