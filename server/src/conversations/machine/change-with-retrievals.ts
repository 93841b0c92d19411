// A change takes along what was asked of knowledge bases before it. Pure.
import type { JsonObject } from '../../base/json.ts'
import type { Change } from './change.ts'
import { type NewRetrieval, eventOfRetrieval } from './retrievals.ts'

/** The change with the searches before it. */
export function withRetrievals(change: Change, retrievals: NewRetrieval[] = []): Change {
  if (retrievals.length === 0) return change
  const events = retrievals.map((one) => ({
    type: 'retrieval.completed' as const,
    data: eventOfRetrieval(one.turn_id, one) as unknown as JsonObject,
  }))
  return { ...change, retrievals: [...retrievals, ...change.retrievals], events: [...events, ...change.events] }
}
