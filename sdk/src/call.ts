// One call of an operation, repeated where that has one effect.
import { ApiError, isApiError, isUnanswered } from './errors.ts'
import { type Operation, type OperationRef, readOperation } from './operation.ts'
import { randomUuid } from './random-uuid.ts'
import { type CallOptions, type ClientOptions, type Values, exchange, readBody } from './request.ts'
import { default_retries, longest_asked_ms, pause, pauseAfter } from './retry.ts'
import type { Input, OperationId, Output } from './types.ts'
import { isStream } from './upload.ts'

/** What `call` and `iterate` take as a client: its options, or a client that was made of them. */
export type Caller = ClientOptions | { readonly options: ClientOptions }

export type CallArguments<Id extends OperationId> =
  Record<never, never> extends Input<Id>
    ? [input?: Input<Id>, options?: CallOptions]
    : [input: Input<Id>, options?: CallOptions]

/**
 * Calls one operation, without the others: `call({ base_url, token }, operations.endConversation, { conversation_id })`. A bundle then
 * has the code of one call only.
 *
 * Throws an `ApiError` if the response is not 2xx, a `ConnectionError` or `TimeoutError` if no complete one arrives, and the signal's reason if it
 * aborts.
 */
export function call<Id extends OperationId>(
  client: Caller,
  operation: OperationRef<Id>,
  ...[input, options]: CallArguments<Id>
): Promise<Output<Id>> {
  return callOperation(optionsOf(client), readOperation(operation), (input ?? {}) as Values, options) as Promise<
    Output<Id>
  >
}

export function optionsOf(client: Caller): ClientOptions {
  return 'options' in client ? client.options : client
}

export async function callOperation(
  client: ClientOptions,
  operation: Operation,
  input: Values,
  options: CallOptions = {},
): Promise<unknown> {
  const { is } = operation
  const repeated = {
    ...(is('keyed') ? { idempotency_key: randomUuid() } : {}),
    ...withoutUndefined(input),
    ...(is('text') ? { format: 'json' } : {}),
  }
  const read = is('file') ? (response: Response) => Promise.resolve(response) : readBody
  const retries = isStream(input['file']) ? 0 : (client.retries ?? default_retries)
  for (let failures = 0; ; failures += 1) {
    try {
      return await exchange(client, operation, repeated, options, (response) => read(response))
    } catch (error) {
      options.signal?.throwIfAborted()
      if (failures >= retries || !isRepeatable(operation, error, client)) throw error
      await pause(pauseAfter(failures, error), options.signal)
    }
  }
}

/** Whether nothing was done, or doing it twice has one effect. */
function isRepeatable(
  { method, is }: Operation,
  error: unknown,
  { max_retry_after_ms = longest_asked_ms }: ClientOptions,
): boolean {
  if (isUnanswered(error)) return method === 'GET' || is('keyed') || is('changes_nothing')
  if (!(error instanceof ApiError)) return false
  if (error.retry_after !== null && error.retry_after * 1000 > max_retry_after_ms) return false
  if (error.status === 503 || (error.status === 429 && isApiError(error, 'rate_limited'))) return true
  return isApiError(error, 'outcome_unknown') && is('keyed')
}

function withoutUndefined(input: Values): Values {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}
