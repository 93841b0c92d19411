// Why a request to an MCP server failed: one sentence for the model and the log, without headers or bodies.
import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client'
import { OutboundError } from '../../outbound/client.ts'
import type { Clock } from '../../base/ports.ts'
import type { Redactor } from '../../secrets/rules/redact.ts'
import { describeTemplateFault } from '../../templates/faults.ts'
import { TemplateError } from '../../templates/templates.ts'
import { makeStorable } from '../../base/text.ts'

/** Its message may quote the server; show it with `explain`. */
export class McpFailure extends Error {
  readonly isTimeout: boolean
  /** What the guarded client said; null: the request got further. */
  readonly outbound: OutboundError | null
  /** Of the HTTP response, if it was an error; null: unknown. */
  readonly status: number | null
  /** Whether the server has answered the request itself, with a refusal. */
  readonly isRefusal: boolean

  constructor(
    message: string,
    isTimeout = false,
    known: { outbound?: OutboundError; status?: number; isRefusal?: boolean } = {},
  ) {
    super(message)
    this.isTimeout = isTimeout
    this.outbound = known.outbound ?? null
    this.status = known.status ?? null
    this.isRefusal = known.isRefusal ?? false
  }
}

const max_message_characters = 2000
const max_causes = 8

/** Turns what the SDK throws into one of our own messages. */
export function describeFailure(error: unknown): McpFailure {
  if (error instanceof McpFailure) return error
  const outbound = findOutbound(error)
  if (outbound) return new McpFailure(`${outbound.message}.`, outbound.kind === 'timeout', { outbound })
  if (error instanceof TemplateError) return new McpFailure(describeTemplateFault(error))
  if (error instanceof SdkHttpError) {
    const refusal = readRefusal(error)
    const message = refusal ? `The server refused: ${refusal.message}` : `The server answered ${error.status}.`
    return new McpFailure(message, false, { status: error.status })
  }
  if (error instanceof ProtocolError) {
    return new McpFailure(`The server refused: ${error.message}`, false, { isRefusal: true })
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.ConnectionClosed) {
    return new McpFailure('The connection was lost.')
  }
  return new McpFailure('The response of the server does not follow the MCP protocol.')
}

/** The JSON-RPC error in a response with an error status, if it has one. */
export function readRefusal({ data }: SdkHttpError): { message: string; answers_request: boolean } | null {
  const { text } = data as { text?: unknown }
  if (typeof text !== 'string') return null
  try {
    const { id, error } = JSON.parse(text) as { id?: unknown; error?: { message?: unknown } }
    if (typeof error?.message !== 'string') return null
    // Our requests have numbers; an error that answers none of them has another id, or no id.
    return { message: error.message, answers_request: typeof id === 'number' }
  } catch {
    return null
  }
}

/** Cut off only after secrets were removed: half a secret would not be recognized. */
export function explain({ message }: McpFailure, redactor: Redactor): string {
  const read = message.slice(0, max_message_characters + redactor.margin_bytes)
  return makeStorable(redactor.redactCut(read, read !== message).slice(0, max_message_characters))
}

/** The client wraps what its `fetch` throws in errors of its own. */
function findOutbound(error: unknown): OutboundError | null {
  let found = error
  for (let depth = 0; depth < max_causes && found instanceof Error; depth += 1) {
    if (found instanceof OutboundError) return found
    found = found.cause
  }
  return null
}

/** Throws the signal's reason when it is aborted, and an `McpFailure` for everything else. */
export async function withinTime<T>(
  { clock, timeout_ms, signal }: { clock: Pick<Clock, 'after'>; timeout_ms: number; signal: AbortSignal },
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const stop = AbortSignal.any([signal, late.signal])
  const stopped = Promise.withResolvers<never>()
  stopped.promise.catch(() => {})
  const onStop = () => stopped.reject(stop.reason)
  stop.addEventListener('abort', onStop)
  const clear = clock.after(timeout_ms, () =>
    late.abort(new McpFailure(`The server did not answer within ${timeout_ms} ms.`, true)),
  )
  try {
    stop.throwIfAborted()
    // The race covers work that ignores the signal.
    return await Promise.race([stopped.promise, work(stop)])
  } catch (error) {
    signal.throwIfAborted()
    if (late.signal.aborted) throw late.signal.reason
    throw describeFailure(error)
  } finally {
    clear()
    stop.removeEventListener('abort', onStop)
  }
}
