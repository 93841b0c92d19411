// Measures how long turns have no node: from the death of their node until another attempt runs them, or they are over.
import { setTimeout as pass } from 'node:timers/promises'
import type pg from 'pg'
import { steadyTime } from '../support/steady-time.ts'
import { readRunning } from './read-stored.ts'

const look_ms = 100
const slowest_kept = 5

export interface Takeover {
  turn_id: string
  /** All of it, and the part of it in which at least one node served: without one, no takeover is possible. */
  waited_ms: number
  served_ms: number
  /** How many nodes served, and since when: `0:2 3100:1 …`, in ms from the death. */
  serving: string
}

export interface Takeovers {
  /** A node died, or was stopped; it may have any of these ids. */
  died(ids: Iterable<string>): void
  /** It continues. */
  revived(ids: Iterable<string>): void
  /** Turns that have been seen without a node so far. */
  readonly count: number
  /** The slowest first, by `served_ms`. */
  readonly slowest: readonly Takeover[]
  stop(): Promise<void>
}

export function watchTakeovers(pool: pg.Pool, countServing: () => number): Takeovers {
  const died_at = new Map<string, number>()
  const open = new Map<string, { turn_id: string; since: number; unserved_ms: number; serving: [number, number][] }>()
  const over = new AbortController()
  let slowest: Takeover[] = []
  let count = 0
  let looked_at = steadyTime()

  function close(lease: string, now: number): void {
    const { turn_id, since, unserved_ms, serving: changes } = open.get(lease)!
    const waited_ms = Math.round(now - since)
    const serving = changes.map(([at, nodes]) => `${Math.round(at - since)}:${nodes}`).join(' ')
    const takeover = { turn_id, waited_ms, served_ms: Math.round(waited_ms - unserved_ms), serving }
    slowest = [...slowest, takeover].toSorted((a, b) => b.served_ms - a.served_ms).slice(0, slowest_kept)
    open.delete(lease)
  }

  async function look(): Promise<void> {
    const running = await readRunning(pool)
    const now = steadyTime()
    const lost = new Map(running.filter((turn) => died_at.has(turn.node_id)).map((turn) => [turn.lease, turn]))
    for (const [lease, { turn_id, node_id }] of lost) {
      if (open.has(lease)) continue
      open.set(lease, { turn_id, since: died_at.get(node_id)!, unserved_ms: 0, serving: [] })
      count += 1
    }
    for (const [lease, takeover] of open) {
      const nodes = countServing()
      if (takeover.serving.at(-1)?.[1] !== nodes) takeover.serving.push([now, nodes])
      if (nodes === 0) takeover.unserved_ms += Math.min(now - looked_at, now - takeover.since)
      if (!lost.has(lease)) close(lease, now)
    }
    looked_at = now
  }

  async function watch(): Promise<void> {
    while (!over.signal.aborted) {
      await look()
      await pass(look_ms)
    }
    for (const lease of open.keys()) close(lease, steadyTime())
  }

  const watching = watch()
  // Reported by `stop`.
  watching.catch(() => {})
  return {
    died(ids) {
      for (const id of ids) died_at.set(id, steadyTime())
    },
    revived(ids) {
      for (const id of ids) died_at.delete(id)
    },
    get count() {
      return count
    },
    get slowest() {
      return slowest
    },
    async stop() {
      over.abort()
      await watching
    },
  }
}
