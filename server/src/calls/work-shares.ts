// How many calls of one organization are carried out at once on this node. JavaScript does one thing at a time: without this, a call
// stands behind all that others have sent before it. Calls that wait for a model or for events hold no place.
import type { Operation } from '@parley/contract'
import { type FairShareOptions, createFairShare } from '../base/fair-share.ts'
import type { Clock } from '../base/ports.ts'

/** Of one owner: as many as look-ups that wait for the database. */
const most_waiting = 10_000
const wait_ms = 10_000
/** A lone organization holds half of them: enough to keep a processor and a database busy. */
const most_places = 16
/** However few connections there are: a call that waits for a lock is not to keep every other one of its organization. */
const least_places = 4
/** So many connections are left to an organization whose calls hold all of their places. */
const spare_connections = 2
/** Of operations that cost more than one request. */
const costly_places = 4
/** Imports and the like, each of which takes seconds: others of the same organization do not wait for them. */
const long = { places: 4, most_waiting: 64, wait_ms: 120_000 }

export interface WorkShares {
  /** Runs `work` once the owner has a place. Rejects with `ShareExhausted` where that takes too long. */
  within<T>(operation: Operation, owner: string | null, work: () => Promise<T>): Promise<T>
}

/** `connections`: those of the database that organizations share. */
export function createWorkShares(clock: Pick<Clock, 'after'>, connections: number): WorkShares {
  const create = (options: Omit<FairShareOptions, 'clock'>) => createFairShare({ ...options, clock })
  const places = Math.max(least_places, Math.min(most_places, connections - spare_connections))
  const usual = create({ places, most_waiting, wait_ms })
  const costly = create({ places: costly_places, most_waiting, wait_ms })
  const parts = create(long)
  return {
    async within(operation, owner, work) {
      // What signs in waits for the check of a password, which has a queue of its own.
      if (owner === null || operation.waits || operation.answer?.kind === 'events' || operation.sign_in) return work()
      if (operation.in_parts) return parts.within(owner, work)
      return ((operation.cost ?? 1) > 1 ? costly : usual).within(owner, work)
    },
  }
}
