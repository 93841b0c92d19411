// What tells this process what happens on other nodes, and them what happens here. Correctness never depends on it.
import type { Bus } from './bus.ts'
import type { LiveTurns } from './live-turns.ts'
import type { Signals } from './signals.ts'

export interface Live {
  readonly bus: Bus
  readonly signals: Signals
  /** What running turns are saying just now. */
  readonly turns: LiveTurns
}
