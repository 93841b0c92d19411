// A typed client for the contract: one method for each operation, named after its id. No code is generated.
import {
  type ConversationChangeEvent,
  type ConversationStreamEvent,
  type DatasetProgressEvent,
  type Input,
  type Operation,
  type OperationId,
  type Operations,
  type OrganizationStreamEvent,
  type Output,
  type SuggestionStreamEvent,
  type TurnStreamEvent,
  operations,
} from '@parley/contract'
import { type CallOptions, type ClientOptions, type Values, readBody, sendRequest } from './request.ts'
import { streamChanges } from './changes.ts'
import { streamOrganizationEvents } from './organization-events.ts'
import { streamProgress } from './progress.ts'
import { randomUuid } from './random-uuid.ts'
import { default_retries, isRetryable, pause, pauseAfter } from './retry.ts'
import { streamEvents, streamMessage, streamSuggestion, streamText } from './streams.ts'

type Call<Id extends OperationId> =
  Record<never, never> extends Input<Id>
    ? (input?: Input<Id>, options?: CallOptions) => Promise<Answer<Id>>
    : (input: Input<Id>, options?: CallOptions) => Promise<Answer<Id>>

/** A file is not read: the response has its bytes in `body`, `blob()` and `text()`, and its name in `Content-Disposition`. */
type Answer<Id extends OperationId> = Operations[Id] extends { answer: { kind: 'file' } } ? Response : Output<Id>

/** Operations without a plain method: four have stream methods, and the identity provider calls `finishOpenIdSignIn`. */
type WithoutPlainMethod =
  | 'streamConversationEvents'
  | 'streamDatasetProgress'
  | 'compareAgentVersions'
  | 'suggestReply'
  | 'finishOpenIdSignIn'

/**
 * One method for each operation of the contract. Each resolves with the parsed response body, or with the response itself if that
 * is a file, and throws an `ApiError` if the response is not 2xx, or a `TypeError` if there is no response.
 */
export type Client = { [Id in Exclude<OperationId, WithoutPlainMethod>]: Call<Id> } & {
  /** The exact difference between two versions, as data. `streamAgentVersionComparison` describes it in words. */
  compareAgentVersions(
    input: Omit<Input<'compareAgentVersions'>, 'format'>,
    options?: CallOptions,
  ): Promise<Output<'compareAgentVersions'>>
  /**
   * A description of the difference between two versions, in pieces of text as the model writes it. Throws an `ApiError` if the
   * request is refused and a `TypeError` if the connection breaks before the end.
   */
  streamAgentVersionComparison(
    input: Omit<Input<'compareAgentVersions'>, 'format'>,
    options?: CallOptions,
  ): AsyncGenerator<string>
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
   * the concatenated text of all deltas since the last `turn.restarted`. Does not reconnect: throws a `TypeError` if the
   * connection breaks. Calling it again with the same `idempotency_key` streams the same turn from its start.
   */
  streamConversationMessage(
    input: Input<'sendConversationMessage'>,
    options?: CallOptions,
  ): AsyncGenerator<TurnStreamEvent>
  /**
   * A suggested reply for the person who answers, as the model writes it. Nothing is stored or sent. The last event is
   * `suggestion.completed` with the whole text, or `suggestion.failed`. Throws an `ApiError` if the request is refused, and a
   * `TypeError` if the connection breaks.
   */
  suggestReply(input: Input<'suggestReply'>, options?: CallOptions): AsyncGenerator<SuggestionStreamEvent>
}

export function createClient(options: ClientOptions): Client {
  const calls = Object.values(operations).map((operation) => [operation.id, createCall(options, operation)])
  return {
    ...Object.fromEntries(calls),
    streamConversationEvents: (input: Values, call: CallOptions = {}) => streamEvents(options, input, call),
    streamConversationChanges: (input: Values = {}, call: CallOptions = {}) => streamChanges(options, input, call),
    streamOrganizationEvents: (input: Values = {}, call: CallOptions = {}) =>
      streamOrganizationEvents(options, input, call),
    streamDatasetProgress: (input: Values, call: CallOptions = {}) => streamProgress(options, input, call),
    streamConversationMessage: (input: Values, call: CallOptions = {}) => streamMessage(options, input, call),
    suggestReply: (input: Values, call: CallOptions = {}) => streamSuggestion(options, input, call),
    streamAgentVersionComparison: (input: Values, call: CallOptions = {}) =>
      streamText(options, operations.compareAgentVersions, input, call),
  } as Client
}

function createCall(client: ClientOptions, operation: Operation) {
  const takesKey = operation.headers?.properties['idempotency_key'] !== undefined
  const isSafeToRetry = operation.method === 'GET' || takesKey || operation.changes_nothing === true
  const fixed = operation.answer?.kind === 'text' ? { format: 'json' } : {}
  const retries = isSafeToRetry ? (client.retries ?? default_retries) : 0
  return async (input: Values = {}, call: CallOptions = {}): Promise<unknown> => {
    const keyed = retries > 0 && takesKey ? { idempotency_key: randomUuid(), ...input } : input
    const repeated = { ...keyed, ...fixed }
    for (let failures = 0; ; failures += 1) {
      try {
        const response = await sendRequest(client, operation, repeated, call)
        return operation.answer?.kind === 'file' ? response : await readBody(response)
      } catch (error) {
        call.signal?.throwIfAborted()
        if (failures >= retries || !isRetryable(error)) throw error
        await pause(pauseAfter(failures, error), call.signal)
      }
    }
  }
}

export { ApiError, type CallOptions, type ClientOptions } from './request.ts'
export type {
  ConversationChangeEvent,
  ConversationStreamEvent,
  DatasetProgressEvent,
  Input,
  OperationId,
  Operations,
  Output,
  TurnStreamEvent,
}
export { randomUuid } from './random-uuid.ts'
