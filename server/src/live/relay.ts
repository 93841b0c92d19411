// Sends the text that a turn on this node generates to the nodes that follow its conversation, in pieces with their offset, so that
// a receiver notices a missing one.
import type { Bus } from './bus.ts'
import type { Clock } from '../base/ports.ts'
import type { LiveTurn } from './live-turn.ts'
import { topic } from './topics.ts'

/** How long text for other nodes is collected, to send many words in one message. */
const relay_ms = 25
/** Characters take at most six bytes each in the message, which has a limit of 7,900. */
const relayed_characters = 1200

/** A piece of a step's text, as sent between nodes. */
export interface Piece {
  conversation_id: string
  turn_id: string
  attempt: number
  kept: number
  saying: number
  offset: number
  text: string
}

export const said = topic<Piece>('said', { encode: JSON.stringify, decode: (text) => JSON.parse(text) as Piece })

export interface Relay {
  /** The conversation's turn has more text. */
  tell(conversation_id: string): void
  /** A new follower needs the text from the start. */
  fromStart(conversation_id: string): void
  forget(conversation_id: string): void
}

export interface RelayOptions {
  bus: Bus
  clock: Clock
  /** Reads the turn on this node of a conversation that another node follows. */
  read: (conversation_id: string) => LiveTurn | null
}

/** `sent` is -1 until the step has been announced. */
interface Sending {
  step: LiveTurn
  sent: number
  stopTimer: (() => void) | null
}

export function createRelay({ bus, clock, read }: RelayOptions): Relay {
  const sending = new Map<string, Sending>()

  function tell(conversation_id: string): void {
    const step = read(conversation_id)
    if (!step) return
    let state = sending.get(conversation_id)
    if (state?.step !== step) {
      sending.set(conversation_id, (state = { step, sent: -1, stopTimer: state?.stopTimer ?? null }))
    }
    state.stopTimer ??= clock.after(relay_ms, () => flush(conversation_id))
  }

  /** An empty piece announces the step. */
  function flush(conversation_id: string): void {
    const state = sending.get(conversation_id)
    if (!state) return
    state.stopTimer = null
    const { text, ...step } = state.step
    for (let offset = Math.max(0, state.sent); offset < text.length || state.sent < 0;) {
      const piece = text.slice(offset, offset + relayed_characters)
      void bus.publish(said, { conversation_id, ...step, offset, text: piece })
      offset += piece.length
      state.sent = offset
    }
  }

  function forget(conversation_id: string): void {
    sending.get(conversation_id)?.stopTimer?.()
    sending.delete(conversation_id)
  }

  return {
    tell,
    fromStart(conversation_id) {
      forget(conversation_id)
      tell(conversation_id)
    },
    forget,
  }
}
