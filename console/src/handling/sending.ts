// The way of a text from the composer to the server. It stays in its field until it is stored, and can be sent again: with the same key
// while it is unknown whether it was stored, with a new one after it was refused. Pure.
import type { TranscriptItem } from '@parley/contract'
import type { Outgoing } from './drafts.ts'

export interface Fault {
  /** Null if nothing answered. */
  code: string | null
  message: string
}

export type Sending =
  | { state: 'idle' }
  | { state: 'sending'; sent: Outgoing }
  /** No answer came, so it may be stored. */
  | { state: 'unsure'; sent: Outgoing; fault: Fault | null }
  /** Nothing was stored. */
  | { state: 'refused'; fault: Fault }

export type SendingEvent =
  | { type: 'sent'; sent: Outgoing }
  | { type: 'stored'; key: string }
  | { type: 'lost'; key: string; fault: Fault }
  | { type: 'refused'; key: string; fault: Fault }
  /** The text was changed, or is to be sent as a new one. */
  | { type: 'edited' }

export const idle: Sending = { state: 'idle' }

/** After a reload, the fate of what was on its way is unknown. */
export const resumed = (sent: Outgoing | null): Sending =>
  sent === null ? idle : { state: 'unsure', sent, fault: null }

export function changeSending(sending: Sending, event: SendingEvent): Sending {
  if (event.type === 'sent') {
    // One at a time; the same again only while its fate is unknown.
    const isFree = sending.state === 'idle' || sending.state === 'refused'
    const isSame = sending.state === 'unsure' && sending.sent.key === event.sent.key
    return isFree || isSame ? { state: 'sending', sent: event.sent } : sending
  }
  if (event.type === 'edited') return sending.state === 'sending' ? sending : idle
  // An answer to what was given up changes nothing.
  if (keyOf(sending) !== event.key) return sending
  switch (event.type) {
    case 'stored':
      return idle
    case 'lost':
      return { state: 'unsure', sent: outgoingOf(sending)!, fault: event.fault }
    case 'refused':
      return { state: 'refused', fault: event.fault }
  }
}

/** What is on its way or may be stored; kept with the draft. */
export function outgoingOf(sending: Sending): Outgoing | null {
  return sending.state === 'sending' || sending.state === 'unsure' ? sending.sent : null
}

const keyOf = (sending: Sending) => outgoingOf(sending)?.key ?? null

/** While its fate is unknown, a text cannot be changed: it would be another one under the same key. */
export const isLocked = ({ state }: Sending) => state === 'sending' || state === 'unsure'

/** Whether the transcript shows what was sent, so that its lost answer does not matter. */
export function isShownStored(
  { request }: Outgoing,
  items: readonly TranscriptItem[],
  user_id: string | null,
): boolean {
  const { text, seen_position } = request
  const seen = typeof seen_position === 'number' ? seen_position : -1
  return items.some(
    (item) =>
      item.type === 'message' &&
      item.position > seen &&
      item.author?.type === 'user' &&
      item.author.id === user_id &&
      item.content?.join('') === text,
  )
}

/** The last position of a transcript; −1 if it is empty. */
export function lastPosition(items: readonly TranscriptItem[]): number {
  return items.reduce((last, { position }) => Math.max(last, position), -1)
}
