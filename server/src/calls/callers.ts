// When which organization called last, as far as it says whether one is alone here.
import type { Clock } from '../base/ports.ts'

export interface Callers {
  note(owner: string): void
  /** Milliseconds since anybody but this owner called; infinite: nobody has. */
  sinceOthers(owner: string): number
}

/** Costs the same however many there are: it is asked at every call. */
export function createCallers({ monotonic }: Pick<Clock, 'monotonic'>): Callers {
  let [last, last_at] = ['', -Infinity]
  /** The last call of anybody but the last caller. */
  let before_at = -Infinity
  return {
    note(owner) {
      if (owner !== last) before_at = last_at
      last = owner
      last_at = monotonic()
    },
    sinceOthers: (owner) => monotonic() - (owner === last ? before_at : last_at),
  }
}
