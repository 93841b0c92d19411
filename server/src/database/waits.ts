// How long uses of the database wait: for a connection of the pool, for a place of their organization's share, for a group of commits or
// look-ups that has room.
import type pg from 'pg'
import type { Clock } from '../base/ports.ts'

/** The longest waits in milliseconds, also of those that are not over. */
export interface LongestWaits {
  /** For a connection of the pool, while all were used. To open one takes as long as the database and the way to it want. */
  pool: number
  /** Behind other uses of the same owner, by owner; an owner that did not wait is absent. */
  of: ReadonlyMap<string, number>
}

export interface Waits {
  /** A use of the owner begins to wait. Call the result once when that is over. */
  begin(owner: string): () => void
  /** Measures every wait for a connection from now on. `most`: how many connections it has. */
  watch(pool: pg.Pool, most: number): void
  /** Since the last call. */
  takeLongest(): LongestWaits
}

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void

/** When each began to wait, oldest first; and the longest wait that is over. */
interface Seen {
  waiting: Set<{ since: number }>
  longest: number
}

/** Called with how long each use waited for its connection, and behind others of its owner if it did. */
export interface WaitListeners {
  onConnected?: (ms: number) => void
  onShared?: (ms: number) => void
}

export function createWaits(
  clock: Pick<Clock, 'monotonic'>,
  { onConnected = () => {}, onShared = () => {} }: WaitListeners = {},
): Waits {
  const pool_seen: Seen = { waiting: new Set(), longest: 0 }
  const owners = new Map<string, Seen>()

  function stopwatch(): () => number {
    const since = clock.monotonic()
    return () => clock.monotonic() - since
  }

  function beginIn(seen: Seen): () => number {
    const one = { since: clock.monotonic() }
    seen.waiting.add(one)
    return () => {
      seen.waiting.delete(one)
      const ms = clock.monotonic() - one.since
      if (ms > seen.longest) seen.longest = ms
      return ms
    }
  }

  function takeFrom(seen: Seen): number {
    const [oldest] = seen.waiting
    const ms = Math.max(seen.longest, oldest ? clock.monotonic() - oldest.since : 0)
    seen.longest = 0
    return ms
  }

  return {
    begin(owner) {
      let seen = owners.get(owner)
      if (!seen) owners.set(owner, (seen = { waiting: new Set(), longest: 0 }))
      const end = beginIn(seen)
      return () => onShared(end())
    },
    watch(pool, most) {
      const connect = pool.connect.bind(pool)
      // Queries of the pool itself take a connection in the same way.
      const connectMeasured = (callback?: Connected) => {
        const isFull = pool.totalCount >= most && pool.idleCount <= pool.waitingCount
        const end = isFull ? beginIn(pool_seen) : stopwatch()
        if (!callback) return connect().finally(() => onConnected(end()))
        return connect((...connected) => {
          onConnected(end())
          callback(...connected)
        })
      }
      pool.connect = connectMeasured as typeof pool.connect
    },
    takeLongest() {
      const of = new Map<string, number>()
      for (const [owner, seen] of owners) {
        of.set(owner, takeFrom(seen))
        if (seen.waiting.size === 0) owners.delete(owner)
      }
      return { pool: takeFrom(pool_seen), of }
    },
  }
}
