// A client with one method for each operation, named after its id.
import { callOperation } from './call.ts'
import { streamChanges } from './changes.ts'
import * as operations from './generated/operations.ts'
import type { Methods } from './generated/types.ts'
import { type ListId, type RowOf, iterate } from './iterate.ts'
import { streamMessage } from './message-stream.ts'
import { type OperationRef, readOperation } from './operation.ts'
import { streamOrganizationEvents } from './organization-events.ts'
import { streamProgress } from './progress.ts'
import type { CallOptions, ClientOptions, Values } from './request.ts'
import { streamEvents, streamExecution, streamText } from './streams.ts'
import { streamSuggestion } from './suggestion.ts'
import type {
  ConversationChangeEvent,
  ConversationStreamEvent,
  DatasetProgressEvent,
  Input,
  OrganizationStreamEvent,
  Output,
  SuggestionStreamEvent,
  TurnStreamEvent,
  WorkflowStreamEvent,
} from './types.ts'

/**
 * One method for each operation of the API. Each resolves with the parsed response body, or with the response itself if that is a file:
 * its bytes are in `body`, `blob()` and `text()`, its name in `Content-Disposition`. Each throws an `ApiError` if the response is not
 * 2xx, a `ConnectionError` or `TimeoutError` if no complete one arrives, and the signal's reason if it aborts.
 */
export interface Client extends Methods {
  /** What the client was made of. */
  readonly options: ClientOptions
  /** The exact difference between two versions, as data. `streamAgentVersionComparison` describes it in words. */
  compareAgentVersions(
    input: Omit<Input<'compareAgentVersions'>, 'format'>,
    options?: CallOptions,
  ): Promise<Output<'compareAgentVersions'>>
  /**
   * A description of the difference between two versions, in pieces of text as the model writes it. Throws an `ApiError` if the
   * request is refused and a `ConnectionError` if the connection breaks before the end.
   */
  streamAgentVersionComparison(
    input: Omit<Input<'compareAgentVersions'>, 'format'>,
    options?: CallOptions,
  ): AsyncGenerator<string>
  /** The exact difference between two versions, as data. `streamWorkflowVersionComparison` describes it in words. */
  compareWorkflowVersions(
    input: Omit<Input<'compareWorkflowVersions'>, 'format'>,
    options?: CallOptions,
  ): Promise<Output<'compareWorkflowVersions'>>
  /** As `streamAgentVersionComparison`. */
  streamWorkflowVersionComparison(
    input: Omit<Input<'compareWorkflowVersions'>, 'format'>,
    options?: CallOptions,
  ): AsyncGenerator<string>
  /**
   * The events of an execution: those after number `after`, then new ones until it ends. Each arrives once and in order, because the
   * stream reconnects, to any node, with the last number. Throws as `streamConversationEvents`.
   */
  streamExecutionEvents(
    input: Input<'streamExecutionEvents'>,
    options?: CallOptions,
  ): AsyncGenerator<WorkflowStreamEvent>
  /**
   * The events of a conversation: those stored after position `after`, then new ones until the conversation ends. Each stored
   * event arrives once and in order, because the stream reconnects, to any node, with the last position. Returns when the
   * conversation has ended or was deleted. Throws an `ApiError` if the request is refused, the last failure if reconnecting
   * fails for `stream_patience_ms`, and the signal's reason if it aborts.
   */
  streamConversationEvents(
    input: Input<'streamConversationEvents'>,
    options?: CallOptions,
  ): AsyncGenerator<ConversationStreamEvent>
  /**
   * Changes of the organization's conversations, from now on or from position `after`, until the signal aborts. The stream
   * reconnects, to any node, with the last position. Events:
   * - `position`: comes first; a list read after it misses no change.
   * - `change`: a conversation is new or has changed.
   * - `progress`: messages were exchanged in a conversation. Not stored, so a reconnection can miss some.
   * - `presence`, with `with: 'presence'`: who else is there. Not stored either.
   * - `reset`: more was missed than the server keeps; read the list again.
   *
   * Throws the signal's reason if it aborts, an `ApiError` if the request is refused, and the last failure if reconnecting
   * fails for `stream_patience_ms`.
   */
  streamConversationChanges(
    input?: Input<'listConversationChanges'>,
    options?: CallOptions,
  ): AsyncGenerator<ConversationChangeEvent>
  /**
   * The events of the organization after position `after`, by default from the oldest one on, then new ones, until the signal
   * aborts. Each arrives once and in order, because the stream reconnects, to any node, with the last position.
   *
   * Throws the signal's reason if it aborts, an `ApiError` if the request is refused, and the last failure if reconnecting
   * fails for `stream_patience_ms`.
   */
  streamOrganizationEvents(
    input?: Input<'listOrganizationEvents'>,
    options?: CallOptions,
  ): AsyncGenerator<OrganizationStreamEvent>
  /**
   * How far the sources of a dataset are, until the signal aborts. The stream reconnects, to any node, and then begins again:
   * - `snapshot`: comes first, and after each reconnection; the newest attachments, or all of them if `is_complete`.
   * - `attachment`: one is new or has changed; at most once a second for each.
   *
   * Throws the signal's reason if it aborts, an `ApiError` if the request is refused, and the last failure if reconnecting
   * fails for `stream_patience_ms`.
   */
  streamDatasetProgress(
    input: Input<'streamDatasetProgress'>,
    options?: CallOptions,
  ): AsyncGenerator<DatasetProgressEvent>
  /**
   * Sends a message and streams its turn. The last event is `turn.completed`, `turn.failed` or `turn.cancelled`. The reply is
   * the concatenated text of all deltas since the last `turn.restarted`. After a lost connection the message is sent again with
   * its key, which streams the same turn: no text and no tool call comes twice. Throws an `ApiError` if the request is refused, the
   * last failure if reconnecting fails for `stream_patience_ms`, and the signal's reason if it aborts.
   */
  streamConversationMessage(
    input: Input<'sendConversationMessage'>,
    options?: CallOptions,
  ): AsyncGenerator<TurnStreamEvent>
  /**
   * A suggested reply for the person who answers, as the model writes it. Nothing is stored or sent. The last event is
   * `suggestion.completed` with the whole text, or `suggestion.failed`. Throws an `ApiError` if the request is refused, and a
   * `ConnectionError` if the connection breaks before the end.
   */
  suggestReply(input: Input<'suggestReply'>, options?: CallOptions): AsyncGenerator<SuggestionStreamEvent>
  /** The rows of all pages of a list: `for await (const agent of client.iterate('listAgents'))`. */
  iterate<Id extends ListId>(
    operation: Id,
    input?: Omit<Input<Id>, 'cursor'>,
    options?: CallOptions,
  ): AsyncGenerator<RowOf<Id>, void, undefined>
}

const refs: Readonly<Record<string, OperationRef>> = operations

export function createClient(options: ClientOptions): Client {
  const calls = Object.entries(refs).map(([id, ref]) => {
    const operation = readOperation(ref)
    return [id, (input: Values = {}, call?: CallOptions) => callOperation(options, operation, input, call)]
  })
  return {
    ...Object.fromEntries(calls),
    options,
    iterate: (id: ListId, input?: never, call?: CallOptions) =>
      iterate(options, refs[id] as OperationRef<ListId>, input, call),
    streamConversationEvents: (input: Values, call: CallOptions = {}) => streamEvents(options, input, call),
    streamExecutionEvents: (input: Values, call: CallOptions = {}) => streamExecution(options, input, call),
    streamConversationChanges: (input: Values = {}, call: CallOptions = {}) => streamChanges(options, input, call),
    streamOrganizationEvents: (input: Values = {}, call: CallOptions = {}) =>
      streamOrganizationEvents(options, input, call),
    streamDatasetProgress: (input: Values, call: CallOptions = {}) => streamProgress(options, input, call),
    streamConversationMessage: (input: Values, call: CallOptions = {}) => streamMessage(options, input, call),
    suggestReply: (input: Values, call: CallOptions = {}) => streamSuggestion(options, input, call),
    streamAgentVersionComparison: (input: Values, call: CallOptions = {}) =>
      streamText(options, operations.compareAgentVersions, input, call),
    streamWorkflowVersionComparison: (input: Values, call: CallOptions = {}) =>
      streamText(options, operations.compareWorkflowVersions, input, call),
  } as Client
}
