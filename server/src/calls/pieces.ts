// Work that keeps the event loop busy for milliseconds at a time: large bodies and answers, rows of an import, comparisons. One piece runs
// at a time, organizations take turns, and where others call too, most of the time stays theirs.
import { createFairShare } from '../base/fair-share.ts'
import type { Clock } from '../base/ports.ts'

export interface Pieces {
  /** Resolves when a piece of the owner may run, up to its next wait. Rejects with `ShareExhausted` if that takes too long. */
  begin(owner: string): Promise<void>
}

/** Each may hold a body of a request. */
const most_waiting = 256
const wait_ms = 60_000
/** Beside others, a piece is followed by this many times its length without another one. */
const pause_factor = 3

export interface PiecesOptions {
  clock: Pick<Clock, 'after' | 'monotonic'>
  /** Whether somebody else has called lately, or waits for a turn. */
  hasOthers(owner: string): boolean
}

export function createPieces({ clock, hasOthers }: PiecesOptions): Pieces {
  const share = createFairShare({ clock, places: 1, most_waiting, wait_ms })
  return {
    async begin(owner) {
      const turn = share.enter(owner)
      if (turn) await turn
      const since = clock.monotonic()
      // After the piece, whose end is its next wait.
      setImmediate(() => {
        const ms = clock.monotonic() - since
        if (hasOthers(owner)) clock.after(Math.ceil(ms * pause_factor), () => share.leave(owner))
        else share.leave(owner)
      })
    },
  }
}
