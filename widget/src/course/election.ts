// Which of several tabs reads the stream, and what it passes on to the others. Pure; its effects are in `reader.ts`.
import { type StreamEvent, type View, hear } from './view.ts'

/** What tabs tell each other of one conversation. */
export type TabMessage =
  /** `after` is the number of the last stored event before these. */
  | { type: 'events'; conversation_id: string; after: number; events: readonly StreamEvent[] }
  /** A tab that lacks what comes after this number asks the one that reads. */
  | { type: 'want'; conversation_id: string; after: number }

export interface Log {
  conversation_id: string
  view: View
  /** The stored events, for tabs that come later. */
  events: readonly StreamEvent[]
}

export const emptyLog = (conversation_id: string, view: View): Log => ({ conversation_id, view, events: [] })

/** Adds what the stream of this tab has brought. */
export function readInto(log: Log, events: readonly StreamEvent[]): Log {
  let { view } = log
  const stored: StreamEvent[] = []
  for (const event of events) {
    if (event.id !== undefined && event.id > view.last) stored.push(event)
    view = hear(view, event)
  }
  return { ...log, view, events: stored.length > 0 ? [...log.events, ...stored] : log.events }
}

/**
 * Adds what another tab passes on. If something before it is missing here, nothing is added and `want` asks for it: the numbers that a
 * visitor sees have gaps, so that each message says what it follows.
 */
export function takeIn(
  log: Log,
  message: Extract<TabMessage, { type: 'events' }>,
): { log: Log; want: TabMessage | null } {
  const { conversation_id, after, events } = message
  if (conversation_id !== log.conversation_id) return { log, want: null }
  if (after > log.view.last) return { log, want: { type: 'want', conversation_id, after: log.view.last } }
  return { log: readInto(log, events), want: null }
}

/** What the reading tab answers to one that asks, with the text that is being written. */
export function answerWant(log: Log, want: Extract<TabMessage, { type: 'want' }>): TabMessage | null {
  if (want.conversation_id !== log.conversation_id) return null
  const events = log.events.filter(({ id }) => id! > want.after)
  const said = Object.entries(log.view.said).map(([turn_id, text]) => ({
    event: 'message.snapshot',
    data: { turn_id, text },
  }))
  return { type: 'events', conversation_id: log.conversation_id, after: want.after, events: [...events, ...said] }
}

/** Whether this tab should hold the lock: it is seen, or was a moment ago. */
export const hidden_at_most_ms = 60_000
export function shouldRead(hidden_since: number | null, now: number): boolean {
  return hidden_since === null || now - hidden_since < hidden_at_most_ms
}

const first_pause_ms = 250
const longest_pause_ms = 10_000

/** Before the stream is opened again: 250 ms to 12.5 s, with jitter, so that many readers do not come back at once. */
export function pauseBeforeOpen(failures: number, asked_ms: number | null, random: number): number {
  const pause = Math.min(longest_pause_ms, first_pause_ms * 2 ** Math.min(failures, 10)) * (1 + random / 4)
  return Math.max(pause, asked_ms ?? 0)
}
