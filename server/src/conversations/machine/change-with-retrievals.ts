// A change takes along what was asked of knowledge bases and of the model before it. Pure.
import type { JsonObject } from '../../base/json.ts'
import type { Change } from './change.ts'
import { type Found, eventOfRetrieval } from './retrievals.ts'

/** The change with the searches and calls before it. */
export function withRetrievals(change: Change, { retrievals = [], unshown = [], model_calls = [] }: Found): Change {
  if (retrievals.length + unshown.length + model_calls.length === 0) return change
  const events = retrievals.map((one) => ({
    type: 'retrieval.completed' as const,
    data: eventOfRetrieval(one.turn_id, one) as unknown as JsonObject,
  }))
  return {
    ...change,
    retrievals: [...retrievals, ...change.retrievals],
    unshown: [...unshown, ...change.unshown],
    calls: [...model_calls, ...change.calls],
    events: [...events, ...change.events],
  }
}
