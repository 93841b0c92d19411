// The HTTP client of the model providers: one pool of connections for every call, destroyed with its owner.
import { Agent, fetch as undiciFetch } from 'undici'

export type Fetch = typeof globalThis.fetch

export interface ProviderFetch extends AsyncDisposable {
  fetch: Fetch
}

const CONNECT_TIMEOUT_MS = 10_000

export function createProviderFetch(): ProviderFetch {
  // A connection per running call, without a limit here: the engine bounds how many turns run. HTTP/1.1, so that one broken
  // connection ends one call.
  const agent = new Agent({ allowH2: false, connect: { timeout: CONNECT_TIMEOUT_MS } })
  const request = undiciFetch as unknown as (input: unknown, init: object) => Promise<Response>
  return {
    // A redirect is answered as it is: following it would hand the key's header to another host.
    fetch: async (input, init) => boundAnswer(await request(input, { ...init, dispatcher: agent, redirect: 'manual' })),
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}

/** Of an answer, and of one line of it: an event of a stream is read as a whole. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024
const MAX_LINE_BYTES = 4 * 1024 * 1024
const LINE_END = 10

function boundAnswer(answer: Response): Response {
  if (answer.body === null) return answer
  let total = 0
  let line = 0
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const end = chunk.lastIndexOf(LINE_END)
      total += chunk.length
      line = end === -1 ? line + chunk.length : chunk.length - end - 1
      if (total > MAX_ANSWER_BYTES || line > MAX_LINE_BYTES) controller.error(new RangeError('the answer is too long'))
      else controller.enqueue(chunk)
    },
  })
  const { status, statusText, headers } = answer
  return new Response(answer.body.pipeThrough(count), { status, statusText, headers })
}
