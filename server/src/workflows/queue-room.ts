// Whether an organization may have another execution in the queue. Counted at most once a second on a node, since a long queue takes long
// to count; what this node adds meanwhile counts, too.
import { LRUCache } from 'lru-cache'
import { AppError } from '../base/errors.ts'
import type { Clock } from '../base/ports.ts'
import type { Store } from '../database/store.ts'
import { countQueued } from './rows/executions.ts'

const counted_ms = 1000
const retry_after_seconds = 10
const most_organizations = 10_000

export interface QueueRoom {
  /** Before each new execution. False: the queue is full. */
  has(store: Store): Promise<boolean>
  /** Throws `too_many_executions`. */
  require(store: Store): Promise<void>
}

export function createQueueRoom(clock: Pick<Clock, 'monotonic'>, most: number): QueueRoom {
  const counts = new LRUCache<string, { at: number; queued: number }>({ max: most_organizations })

  async function has(store: Store): Promise<boolean> {
    const known = counts.get(store.organization_id)
    const now = clock.monotonic()
    const isFresh = known !== undefined && now - known.at < counted_ms
    const entry = isFresh ? known : { at: now, queued: await countQueued(store, most) }
    if (!isFresh) counts.set(store.organization_id, entry)
    entry.queued += 1
    return entry.queued <= most
  }

  return {
    has,
    async require(store) {
      if (await has(store)) return
      throw new AppError('too_many_executions', undefined, {}, { retry_after: retry_after_seconds })
    },
  }
}
