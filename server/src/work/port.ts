// What a room declares about its leased work, and what it gets while it works: types only.
import type { Logger } from 'pino'
import type { Executor } from '../database/database.ts'
import type { TransactionStore } from '../database/store.ts'

/** Names one piece of work; adding it again while it waits adds nothing. */
export interface WorkKey {
  /** Null: it serves all organizations, or none. */
  organization_id: string | null
  /** Whose share of the organization's places it uses: an agent, an endpoint. An id or a word without spaces. */
  owner: string
  subject: string
}

export interface WorkItem extends WorkKey {
  /** Including this one. */
  tries: number
}

/** How many run at once. None takes more than is left; work whose last try failed has smaller places of its own. */
export interface Share {
  node: number
  organization: number
  owner: number
}

export interface WorkKind {
  /**
   * Unique, and stored: it never changes, nor does what its owners and subjects mean. Another meaning is another kind, `<name>_2`, which nodes
   * of the release before leave alone; the first is carried out as long as rows have it.
   */
  name: string
  /** Renewed every third of it. When it has run out, another node takes the work over. */
  lease_ms: number
  /** Between tries, with jitter. There is one more try than delays. */
  delays_ms: readonly number[]
  share: Share
  /** How long its runs may go on when the process stops. Default: 5 s. */
  drain_ms?: number
  /** How many of its writes go to the database at once. Default: four, together with those of other kinds. */
  writes_at_once?: number
  /** One piece of it, of no organization, exists from the first start on. */
  standing?: true
  /** No transaction is open meanwhile (T12). Safe to run twice: what an earlier run wrote is there. */
  run(item: WorkItem, port: WorkPort): Promise<Outcome>
  /** Marks the room's own row as failed, with the reason. Null: it is retried forever, with the last delay. */
  giveUp: ((tx: TransactionStore, item: WorkItem, why: string) => Promise<void>) | null
  /**
   * Of timers that may fire too early: looks up together when each of many is due, so that those cost no run each. Locks nothing,
   * since `run` decides. By subject: a time before which nothing can be due; null: it is over. One that is missing is due now.
   */
  review?(database: Executor, items: readonly WorkKey[]): Promise<Map<string, string | null>>
  /** Called once its end is committed, after success or failure: wakes those who wait for it. */
  settled?(item: WorkItem): Promise<void>
}

export interface WorkPort {
  /** Aborts if the lease is lost or the process stops. */
  signal: AbortSignal
  /** Aborts when the process is about to stop: a run of many pieces begins no further one. */
  stopping: AbortSignal
  log: Logger
  /** One transaction, fenced by the lease: throws `LeaseLost` if another node has taken the work over. */
  commit<T>(write: (tx: TransactionStore) => Promise<T>): Promise<T>
  /**
   * Takes along what else of this kind is due in the organization, at most so many, in one transaction with its end. `act` gets the
   * subjects and returns when each that it acted on is due next, null: never; the others keep runs of their own. Returns how many it got.
   */
  takeAlong(
    most: number,
    act: (tx: TransactionStore, subjects: string[]) => Promise<Map<string, string | null>>,
  ): Promise<number>
}

export interface Outcome {
  /**
   * Done; due again at a time, or after a time by the database's clock; or failed, for a reason that users may read. A retry
   * follows after the kind's delay, or after `after_ms`.
   */
  next: 'done' | { again_at: string } | { again_in_ms: number } | { retry: string; after_ms?: number }
  /** One commit with the end of the work, fenced by the lease. */
  write?(tx: TransactionStore): Promise<void>
}

/** Another node has taken the work over; what this one did does not count. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease of the work was lost')
  }
}
