// A change takes along what was asked of knowledge bases before it. Pure.
import type { JsonObject } from '../../base/json.ts'
import type { Change } from './change.ts'
import { type Found, eventOfRetrieval } from './retrievals.ts'

/** The change with the searches before it. */
export function withRetrievals(change: Change, { retrievals = [], unshown = [] }: Found): Change {
  if (retrievals.length + unshown.length === 0) return change
  const events = retrievals.map((one) => ({
    type: 'retrieval.completed' as const,
    data: eventOfRetrieval(one.turn_id, one) as unknown as JsonObject,
  }))
  return {
    ...change,
    retrievals: [...retrievals, ...change.retrievals],
    unshown: [...unshown, ...change.unshown],
    events: [...events, ...change.events],
  }
}
