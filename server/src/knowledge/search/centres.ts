// The centres of spaces that this process has read; they never change.
import { LRUCache } from 'lru-cache'
import { readVector } from '../rules/signs.ts'

export interface Centre {
  number: number
  /** Null: zero. */
  mean: Float32Array | null
}

/** A centre has up to 16 KiB. */
const most_kept = 500

export interface Centres {
  /** Those whose means need not be read again. */
  known(): number[]
  /** `mean`: in base64, null for a known one and for zero. */
  keep(read: { number: number; mean: string | null }): Centre
}

export function createCentres(): Centres {
  const kept = new LRUCache<number, Centre>({ max: most_kept })
  return {
    known: () => [...kept.keys()],
    keep({ number, mean }) {
      const known = kept.get(number)
      if (known) return known
      const centre = { number, mean: mean === null ? null : readVector(Buffer.from(mean, 'base64')) }
      kept.set(number, centre)
      return centre
    },
  }
}
