// Exchanges live information between this process and other nodes. Correctness never depends on it.
import type { Bus } from './bus.ts'
import type { Presence } from './presence.ts'
import type { LiveTurns } from './live-turns.ts'
import type { Signals } from './signals.ts'

export interface Live {
  readonly bus: Bus
  readonly signals: Signals
  /** The text that running turns are generating. */
  readonly turns: LiveTurns
  /** Which nodes live. */
  readonly presence: Presence
}
