// The signals that stop the server.
import type { EventEmitter } from 'node:events'

/** Ctrl-C in a terminal reaches all programs there, and npm passes it on to the one that it started: these two are one wish. */
const same_wish_ms = 500

export interface SignalPorts {
  signals: Pick<EventEmitter, 'on'>
  monotonic: () => number
  exit: (code: number) => void
}

/** The first signal starts an orderly shutdown; a second one ends the process immediately. */
export function untilSignal({ signals, monotonic, exit }: SignalPorts): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  let first_at: number | null = null
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    signals.on(signal, () => {
      if (first_at !== null && monotonic() - first_at > same_wish_ms) exit(1)
      first_at ??= monotonic()
      resolve(signal)
    })
  }
  return promise
}
