// One connection to a conversation's event stream, until it ends, breaks, or is silent for too long.
import { createEventReader } from '../base/event-reader.ts'
import type { Ports } from './ports.ts'
import type { StreamEvent } from './view.ts'

interface Given {
  ports: Ports
  conversation_id: string
  token: string
  /** The number of the last event that is known. */
  last: number
  signal: AbortSignal
  /** Takes what cuts the connection. */
  hold: (cut: () => void) => void
  opened: () => void
  /** Something has arrived, if only a comment. */
  heard: (events: StreamEvent[]) => void
}

/** The server sends a comment every 15 s. */
const silent_at_most_ms = 40_000

/** Answers what the server said; null: nothing, or the connection broke. */
export async function readStream(given: Given): Promise<{ status: number; retry_after_ms: number } | null> {
  const { ports, conversation_id, token, last, signal } = given
  const own = new AbortController()
  const abort = () => own.abort()
  signal.addEventListener('abort', abort)
  given.hold(abort)
  let stopWatching = ports.after(silent_at_most_ms, abort)
  const hear = (events: StreamEvent[]) => {
    stopWatching()
    stopWatching = ports.after(silent_at_most_ms, abort)
    given.heard(events)
  }
  try {
    const { status, ok, body, headers } = await ports.fetch(`/core/conversations/${conversation_id}/events`, {
      signal: own.signal,
      credentials: 'omit',
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: 'text/event-stream',
        ...(last > 0 ? { 'Last-Event-ID': String(last) } : {}),
      },
    })
    if (ok && body && status !== 204) {
      given.opened()
      await readBody(body, hear)
    }
    return { status, retry_after_ms: Number(headers.get('retry-after') ?? 0) * 1000 }
  } catch {
    return null
  } finally {
    stopWatching()
    abort()
    signal.removeEventListener('abort', abort)
  }
}

async function readBody(body: ReadableStream<Uint8Array>, hear: (events: StreamEvent[]) => void): Promise<void> {
  const events = createEventReader()
  const decoder = new TextDecoder()
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    hear(events.feed(decoder.decode(value, { stream: true })).map(parseEvent))
  }
}

function parseEvent({ event, id, data }: { event: string; id?: string; data: string }): StreamEvent {
  let value: unknown = null
  try {
    value = JSON.parse(data)
  } catch {
    // An event that cannot be read says nothing; its number still counts.
  }
  return { event, data: value, ...(id === undefined ? {} : { id: Number(id) }) }
}
