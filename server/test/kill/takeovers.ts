// Measures how long turns are nobody's: from the death of their node until another attempt has them, or they are over.
import { setTimeout as pass } from 'node:timers/promises'
import type pg from 'pg'
import { readRunning } from './read-stored.ts'

const look_ms = 100

export interface Takeovers {
  /** A node died, or was stopped; it may have any of these ids. */
  died(ids: Iterable<string>): void
  /** It goes on. */
  revived(ids: Iterable<string>): void
  /** Turns that have been seen without a node so far. */
  readonly count: number
  readonly longest_ms: number
  /** Turns that are without a node now. */
  readonly open: number
  stop(): Promise<void>
}

export function watchTakeovers(pool: pg.Pool): Takeovers {
  const died_at = new Map<string, number>()
  const open = new Map<string, number>()
  let count = 0
  let longest_ms = 0
  const over = new AbortController()

  async function look(): Promise<void> {
    const running = await readRunning(pool)
    const now = performance.now()
    const lost = new Map(running.filter((turn) => died_at.has(turn.node_id)).map((turn) => [turn.lease, turn.node_id]))
    for (const [lease, node_id] of lost) {
      if (!open.has(lease)) count += 1
      open.set(lease, died_at.get(node_id)!)
    }
    for (const [lease, since] of open) {
      longest_ms = Math.max(longest_ms, now - since)
      if (!lost.has(lease)) open.delete(lease)
    }
  }

  async function watch(): Promise<void> {
    while (!over.signal.aborted) {
      await look()
      await pass(look_ms)
    }
  }

  const watching = watch()
  return {
    died(ids) {
      for (const id of ids) died_at.set(id, performance.now())
    },
    revived(ids) {
      for (const id of ids) died_at.delete(id)
    },
    get count() {
      return count
    },
    get longest_ms() {
      return longest_ms
    },
    get open() {
      return open.size
    },
    async stop() {
      over.abort()
      await watching
    },
  }
}
