// A typed client over the contract: one method for each operation, named by its id. No code is generated.
import {
  type ConversationChangeEvent,
  type ConversationStreamEvent,
  type Input,
  type Operation,
  type OperationId,
  type Operations,
  type Output,
  type TurnStreamEvent,
  operations,
} from '@parley/contract'
import { type CallOptions, type ClientOptions, type Values, readBody, sendRequest } from './request.ts'
import { streamChanges } from './changes.ts'
import { randomUuid } from './random-uuid.ts'
import { default_retries, mayPass, pause, pauseAfter } from './retry.ts'
import { streamEvents, streamMessage, streamText } from './streams.ts'

type Call<Id extends OperationId> =
  Record<never, never> extends Input<Id>
    ? (input?: Input<Id>, options?: CallOptions) => Promise<Output<Id>>
    : (input: Input<Id>, options?: CallOptions) => Promise<Output<Id>>

/** `finishOpenIdSignIn` is where the identity provider sends the browser itself. */
type NotAsItIs = 'streamConversationEvents' | 'compareAgentVersions' | 'finishOpenIdSignIn'

/** One method for each operation of the contract. Each throws an `ApiError` for an answer that is not 2xx. */
export type Client = { [Id in Exclude<OperationId, NotAsItIs>]: Call<Id> } & {
  /** The exact difference between two versions; as a text by the model it is `streamAgentVersionComparison`. */
  compareAgentVersions(
    input: Omit<Input<'compareAgentVersions'>, 'format'>,
    options?: CallOptions,
  ): Promise<Output<'compareAgentVersions'>>
  /** The difference as the model describes it, piece by piece as it is written. Throws a TypeError when it breaks off. */
  streamAgentVersionComparison(
    input: Omit<Input<'compareAgentVersions'>, 'format'>,
    options?: CallOptions,
  ): AsyncGenerator<string>
  /**
   * The events of a conversation from `after` on, then what happens, until it ends: each stored one once, in order, whatever
   * connections are lost on the way (it resumes with the last number, on any node). Ends without an error when the
   * conversation has ended; throws an `ApiError` for a refusal, and the last failure when `retries` in a row fail.
   */
  streamConversationEvents(
    input: Input<'streamConversationEvents'>,
    options?: CallOptions,
  ): AsyncGenerator<ConversationStreamEvent>
  /**
   * The conversations of the organization that are new or change, from now on or after a position, for as long as it is read:
   * it resumes whatever connections are lost on the way, on any node. First comes `position`, once the feed is followed: what is
   * listed after that misses nothing. `progress` tells beside the changes where messages were exchanged; it alone may be missed, between
   * two connections. `reset` asks to list anew: more was missed than is kept. Ends when the signal aborts, by
   * throwing its reason; throws an `ApiError` for a refusal, and the last failure when `stream_patience_ms` is over.
   */
  streamConversationChanges(
    input?: Input<'listConversationChanges'>,
    options?: CallOptions,
  ): AsyncGenerator<ConversationChangeEvent>
  /**
   * Sends a message and tells the course of its turn; the last event is `turn.completed`, `turn.failed` or `turn.cancelled`.
   * Joined, the deltas since the last `turn.restarted` are the reply. A lost connection throws: with an `idempotency_key` the
   * call can be repeated, and tells the turn from the start.
   */
  streamConversationMessage(
    input: Input<'sendConversationMessage'>,
    options?: CallOptions,
  ): AsyncGenerator<TurnStreamEvent>
}

export function createClient(options: ClientOptions): Client {
  const calls = Object.values(operations).map((operation) => [operation.id, createCall(options, operation)])
  return {
    ...Object.fromEntries(calls),
    streamConversationEvents: (input: Values, call: CallOptions = {}) => streamEvents(options, input, call),
    streamConversationChanges: (input: Values = {}, call: CallOptions = {}) => streamChanges(options, input, call),
    streamConversationMessage: (input: Values, call: CallOptions = {}) => streamMessage(options, input, call),
    streamAgentVersionComparison: (input: Values, call: CallOptions = {}) =>
      streamText(options, operations.compareAgentVersions, input, call),
  } as Client
}

function createCall(client: ClientOptions, operation: Operation) {
  const takesKey = operation.headers?.properties['idempotency_key'] !== undefined
  const isRepeatable = operation.method === 'GET' || takesKey || operation.changes_nothing === true
  const fixed = operation.answer?.kind === 'text' ? { format: 'json' } : {}
  const retries = isRepeatable ? (client.retries ?? default_retries) : 0
  return async (input: Values = {}, call: CallOptions = {}): Promise<unknown> => {
    const keyed = retries > 0 && takesKey ? { idempotency_key: randomUuid(), ...input } : input
    const repeated = { ...keyed, ...fixed }
    for (let failures = 0; ; failures += 1) {
      try {
        return await readBody(await sendRequest(client, operation, repeated, call))
      } catch (error) {
        call.signal?.throwIfAborted()
        if (failures >= retries || !mayPass(error)) throw error
        await pause(pauseAfter(failures, error), call.signal)
      }
    }
  }
}

export { ApiError, type CallOptions, type ClientOptions } from './request.ts'
export type {
  ConversationChangeEvent,
  ConversationStreamEvent,
  Input,
  OperationId,
  Operations,
  Output,
  TurnStreamEvent,
}
export { randomUuid } from './random-uuid.ts'
