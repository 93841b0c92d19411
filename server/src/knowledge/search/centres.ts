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
  known(): ReadonlyMap<number, Centre>
  /** `mean`: in base64; null for zero, and for those of `known`, which others may have pushed out meanwhile. */
  keep(read: { number: number; mean: string | null }, known: ReadonlyMap<number, Centre>): Centre
}

export function createCentres(): Centres {
  const kept = new LRUCache<number, Centre>({ max: most_kept })
  return {
    known: () => new Map(kept.entries()),
    keep({ number, mean }, known) {
      const before = kept.get(number) ?? known.get(number)
      const centre = before ?? { number, mean: mean === null ? null : readVector(Buffer.from(mean, 'base64')) }
      kept.set(number, centre)
      return centre
    },
  }
}
