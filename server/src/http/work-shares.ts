// How many calls of one organization are carried out at once on this node. JavaScript does one thing at a time: without this, a call
// stands behind all that others have sent before it. Calls that wait for a model or for events hold no place.
import type { Operation } from '@parley/contract'
import type { Principal } from '../access/authenticate.ts'
import { createFairShare } from '../fair-share.ts'
import type { Clock } from '../ports.ts'

/** A lone organization holds half of them: enough to keep a processor and a database busy. */
const places = 16
/** Of operations that cost more than one request. */
const costly_places = 4
/** Calls of one organization that wait for a place. */
const most_waiting = 1000
const wait_ms = 10_000

export interface WorkShares {
  /** Runs `work` once its caller has a place. Rejects with `ShareExhausted` where that takes too long. */
  within<T>(operation: Operation, principal: Principal | null, work: () => Promise<T>): Promise<T>
}

export function createWorkShares(clock: Pick<Clock, 'after'>): WorkShares {
  const usual = createFairShare({ places, most_waiting, wait_ms, clock })
  const costly = createFairShare({ places: costly_places, most_waiting, wait_ms, clock })
  return {
    async within(operation, principal, work) {
      const owner = ownerOf(principal)
      if (owner === null || operation.waits) return work()
      return ((operation.cost ?? 1) > 1 ? costly : usual).within(owner, work)
    },
  }
}

/** Null: whoever has no credential has bounds of their own. */
function ownerOf(principal: Principal | null): string | null {
  switch (principal?.kind) {
    case 'member':
      return principal.access.organization_id
    case 'user':
      return principal.user.id
    case 'session':
      return principal.session.id
    default:
      return null
  }
}
