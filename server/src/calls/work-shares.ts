// Limits how many calls of an organization run at once on this node. JavaScript has a single thread, so without a limit a call would
// wait behind all earlier calls of others. Calls that wait for a model or for events use no place.
import type { Operation } from '@parley/contract'
import { type FairShareOptions, createFairShare } from '../base/fair-share.ts'
import type { Clock } from '../base/ports.ts'

/** Waiting calls of one owner: as many as look-ups that wait for the database. */
const most_waiting = 10_000
const wait_ms = 10_000
/** A single organization can use half of them, which is enough to keep a processor and a database busy. */
const most_places = 16
/** The minimum, so that one call that waits for a lock does not block all others of its organization. */
const least_places = 4
/** Connections that an organization still has when its calls use all their places. */
const spare_connections = 2
/** Places for operations that cost more than one request, and for large answers, which bounds what they hold in memory. */
const costly_places = 4
/** Imports and other calls that take seconds; other calls of the organization do not wait for them. */
const long = { places: 4, most_waiting: 64, wait_ms: 120_000 }

export interface WorkShares {
  /**
   * Runs `work` once the owner has a free place. Rejects with `ShareExhausted` if that takes too long. `input` decides whether the
   * call is large.
   */
  within<T>(operation: Operation, owner: string | null, work: () => Promise<T>, input?: object): Promise<T>
}

/** `connections`: the number of database connections that organizations share. */
export function createWorkShares(clock: Pick<Clock, 'after'>, connections: number): WorkShares {
  const create = (options: Omit<FairShareOptions, 'clock'>) => createFairShare({ ...options, clock })
  const places = Math.max(least_places, Math.min(most_places, connections - spare_connections))
  const usual = create({ places, most_waiting, wait_ms })
  const costly = create({ places: costly_places, most_waiting, wait_ms })
  const parts = create(long)
  return {
    async within(operation, owner, work, input = {}) {
      // Operations for signing in wait for the check of a password, which has its own queue.
      if (owner === null || operation.waits || operation.answer?.kind === 'events' || operation.sign_in) return work()
      if (operation.in_parts) return parts.within(owner, work)
      return ((operation.cost ?? 1) > 1 || isLarge(operation, input) ? costly : usual).within(owner, work)
    },
  }
}

function isLarge({ large_with }: Operation, input: object): boolean {
  return large_with !== undefined && Object.hasOwn(input, large_with)
}
