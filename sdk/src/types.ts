// The types of the API by operation, and of the events of its streams.
import type {
  ConversationEvent,
  Inputs,
  ListConversationChangesEvents,
  OrganizationEvent,
  Outputs,
  SendConversationMessageEvents,
  StreamConversationEventsEvents,
  StreamDatasetProgressEvents,
  StreamExecutionEventsEvents,
  SuggestReplyEvents,
} from './generated/types.ts'

export type OperationId = keyof Inputs
/** The input of an operation: its path, query, headers and body in one object. */
export type Input<Id extends OperationId> = Inputs[Id]
/** What an operation answers; a file is the response itself. */
export type Output<Id extends OperationId> = Outputs[Id]

type EventOf<Data> = { [Name in keyof Data]: { event: Name; data: Data[Name] } }[keyof Data]
type NumberedEventOf<Event extends { type: string }> = {
  [Type in Event['type']]: { event: Type; id: number; data: Extract<Event, { type: Type }> }
}[Event['type']]

/** An event of the stream that answers a message. The last one is `turn.completed`, `turn.failed` or `turn.cancelled`. */
export type TurnStreamEvent = EventOf<SendConversationMessageEvents>

/**
 * An event of a conversation's stream: from the log, with its number as `id`, or without one: text that is being generated, who types, who
 * looks.
 */
export type ConversationStreamEvent =
  | NumberedEventOf<ConversationEvent>
  | EventOf<Omit<StreamConversationEventsEvents, ConversationEvent['type']>>

/** An event of the stream of changes. All but `progress` and `presence` have their position as `id`. */
export type ConversationChangeEvent =
  | (EventOf<Omit<ListConversationChangesEvents, 'progress' | 'presence'>> & { id: number })
  | EventOf<Pick<ListConversationChangesEvents, 'progress' | 'presence'>>

/** An event of an organization's stream. Its `id` is the event's `sequence`. */
export type OrganizationStreamEvent = NumberedEventOf<OrganizationEvent>

/** An event of the progress of a dataset's sources. Each new stream begins with a snapshot. */
export type DatasetProgressEvent = EventOf<StreamDatasetProgressEvents>

/** An event of a suggested reply. The last one is `suggestion.completed` or `suggestion.failed`. */
export type SuggestionStreamEvent = EventOf<SuggestReplyEvents>

/** An event of an execution's stream. Its `id` is the event's `sequence`. The last one is of its end. */
export type WorkflowStreamEvent = EventOf<StreamExecutionEventsEvents> & { id: number }
