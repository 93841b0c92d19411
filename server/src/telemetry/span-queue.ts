// Spans that wait to be sent: so many at most, a part of them at a time. What does not fit, or cannot be sent, is dropped and counted.
import type { Clock } from '../base/ports.ts'

export interface SpanQueueOptions<Span> {
  clock: Pick<Clock, 'after'>
  /** Rejects if they could not be sent. */
  send: (spans: Span[]) => Promise<void>
  onDropped: (count: number) => void
  most?: number
}

const most_waiting = 2048
/** Sent together; as many that wait are sent at once. */
const most_sent = 512
export const wait_ms = 5000

export interface SpanQueue<Span> {
  add(span: Span): void
  /** Sends what waits. */
  flush(): Promise<void>
  /** The same for the last time: what is added from then on is dropped. */
  close(): Promise<void>
}

export function createSpanQueue<Span>(options: SpanQueueOptions<Span>): SpanQueue<Span> {
  const { clock, send, onDropped, most = most_waiting } = options
  const waiting: Span[] = []
  let sending: Promise<void> | null = null
  let stopTimer: (() => void) | null = null
  let isClosed = false

  async function sendAll(): Promise<void> {
    while (waiting.length > 0) {
      const spans = waiting.slice(0, most_sent)
      await send(spans).catch(() => onDropped(spans.length))
      // Until then they take their places.
      waiting.splice(0, spans.length)
    }
    // At once: what is added next starts a timer.
    sending = null
  }

  function flush(): Promise<void> {
    stopTimer?.()
    stopTimer = null
    if (waiting.length > 0) sending ??= sendAll()
    return sending ?? Promise.resolve()
  }

  return {
    add(span) {
      if (isClosed || waiting.length >= most) return onDropped(1)
      waiting.push(span)
      if (waiting.length >= most_sent) void flush()
      else if (!sending) stopTimer ??= clock.after(wait_ms, () => void flush())
    },
    flush,
    close() {
      isClosed = true
      return flush()
    },
  }
}
