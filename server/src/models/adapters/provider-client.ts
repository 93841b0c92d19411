// The HTTP client of the model providers: one pool of connections for all calls, destroyed with its owner.
import { later } from '../../base/later.ts'
import { openAnswer } from './answer-body.ts'
import { createProviderLookup } from './provider-lookup.ts'

export type Fetch = typeof globalThis.fetch

/** Sends JSON. A redirect is returned, not followed: following it would send the key's header to another host. */
export type Post = (url: URL, request: PostRequest) => Promise<PostAnswer>

export interface PostRequest {
  headers: Record<string, string>
  body: string
  signal: AbortSignal
  /** Whether pieces of the answer may be gathered at the moment; absent: never. */
  gathers?: (() => boolean) | undefined
}

export interface PostAnswer {
  status: number
  /** A consumer that stops reading it closes the connection. Null if it is not an event stream. */
  body: AsyncIterable<Uint8Array> | null
}

export interface ProviderClient {
  /** For the provider packages, which use only this. */
  fetch: Fetch
  /** The same for a third of the processor time. */
  post: Post
}

const CONNECT_TIMEOUT_MS = 10_000

/** How long an answer can be, and a line of it. */
export interface AnswerBounds {
  bytes: number
  line_bytes: number
}

/** `traceparentFor`: the header that tells a provider of the trace; null: none. */
export function openProviderClient(
  bounds = streamed,
  traceparentFor: (url: URL) => string | null = () => null,
): ProviderClient & AsyncDisposable {
  let isClosed = false
  const open = later(async () => {
    const opened = await openAgent()
    if (isClosed) await opened.agent.destroy()
    return opened
  })
  return {
    async fetch(input, init) {
      const { agent, request } = await open()
      const traceparent = traceparentFor(new URL(input instanceof Request ? input.url : input))
      const traced = traceparent === null ? init : { ...init, headers: withTrace(init?.headers, traceparent) }
      return boundResponse(await request(input, { ...traced, dispatcher: agent, redirect: 'manual' }), bounds)
    },
    async post(url, { headers: own, body: sent, signal, gathers }) {
      const { origin, pathname, search } = url
      const traceparent = traceparentFor(url)
      const headers = traceparent === null ? own : { ...own, traceparent }
      const { agent } = await open()
      const request = { origin, path: pathname + search, method: 'POST' as const, headers, body: sent }
      const { status, content_type, body } = await openAnswer(agent, request, { signal, gathers })
      if (status >= 200 && status <= 299 && !isPage(content_type)) return { status, body: boundBody(body, bounds) }
      // Read anyway, so that the connection can be reused.
      body.discard()
      return { status, body: null }
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      await open.loaded?.agent.destroy()
    },
  }
}

function withTrace(own: RequestInit['headers'], traceparent: string): Headers {
  const headers = new Headers(own)
  headers.set('traceparent', traceparent)
  return headers
}

async function openAgent() {
  const { Agent, fetch } = await import('undici')
  // One connection per running call, without a limit here: the engine bounds how many turns run. HTTP/1.1, so that one broken
  // connection ends one call.
  const agent = new Agent({ allowH2: false, connect: { timeout: CONNECT_TIMEOUT_MS, lookup: createProviderLookup() } })
  return { agent, request: fetch as unknown as (input: unknown, init: object) => Promise<Response> }
}

/** A base URL of some other service answers with a page, which a parser of event streams would read as an empty stream. */
export function isPage(content_type: string): boolean {
  return /^(text\/html|application\/json)\b/i.test(content_type)
}

/** An event of a stream is read as a whole. */
const streamed: AnswerBounds = { bytes: 256 * 1024 * 1024, line_bytes: 4 * 1024 * 1024 }
const LINE_END = 10

/** Throws once the limit is exceeded. */
function createBound({ bytes, line_bytes }: AnswerBounds): (chunk: Uint8Array) => void {
  let total = 0
  let line = 0
  return (chunk) => {
    const end = chunk.lastIndexOf(LINE_END)
    total += chunk.length
    line = end === -1 ? line + chunk.length : chunk.length - end - 1
    if (total > bytes || line > line_bytes) throw new RangeError('the answer is too long')
  }
}

async function* boundBody(body: AsyncIterable<Uint8Array>, bounds: AnswerBounds): AsyncGenerator<Uint8Array> {
  const check = createBound(bounds)
  for await (const chunk of body) {
    check(chunk)
    yield chunk
  }
}

function boundResponse(answer: Response, bounds: AnswerBounds): Response {
  if (answer.body === null) return answer
  const check = createBound(bounds)
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      check(chunk)
      controller.enqueue(chunk)
    },
  })
  const { status, statusText, headers } = answer
  return new Response(answer.body.pipeThrough(bound), { status, statusText, headers })
}
