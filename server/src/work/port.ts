// What a room says of its leased work, and what it is given while it works: types only.
import type { Logger } from 'pino'
import type { TransactionStore } from '../database/store.ts'

/** Names one piece of work; whoever adds it again while it waits adds nothing. */
export interface WorkKey {
  /** Null: it serves all organizations, or none. */
  organization_id: string | null
  /** Whose share of the organization's places it takes: an agent, an endpoint. An id or a word without spaces. */
  owner: string
  subject: string
}

export interface WorkItem extends WorkKey {
  /** With this one. */
  tries: number
}

/** How many are under way at once. Nobody takes more than is left; what failed last has smaller places of its own. */
export interface Share {
  node: number
  organization: number
  owner: number
}

export interface WorkKind {
  /** Unique, and stored: it never changes. */
  name: string
  /** Renewed every third of it. When it has run out, another node takes the work over. */
  lease_ms: number
  /** Between tries, moved by chance. One more try than there are delays. */
  delays_ms: readonly number[]
  share: Share
  /** One piece of it, of no organization, is there from the first start on. */
  standing?: true
  /** No transaction is open meanwhile (T12). Safe to run twice: what an earlier run has written is there. */
  run(item: WorkItem, port: WorkPort): Promise<Outcome>
  /** The room's own row becomes failed, with the reason. Null: it is tried for ever, with the last delay. */
  giveUp: ((tx: TransactionStore, item: WorkItem, why: string) => Promise<void>) | null
  /** Once its end is committed, after success or failure: wakes who waits for it. */
  settled?(item: WorkItem): Promise<void>
}

export interface WorkPort {
  /** Aborts when the lease is lost, or the process stops. */
  signal: AbortSignal
  log: Logger
  /** One transaction, fenced by the lease: throws `LeaseLost` when another node has the work by now. */
  commit<T>(write: (tx: TransactionStore) => Promise<T>): Promise<T>
}

export interface Outcome {
  /**
   * Done; due again at a time, or so long from now by the database's clock; or failed, for a reason that users may read. A retry
   * comes after the kind's delay, or after `after_ms`.
   */
  next: 'done' | { again_at: string } | { again_in_ms: number } | { retry: string; after_ms?: number }
  /** One commit with the end of the work, fenced by the lease. */
  write?(tx: TransactionStore): Promise<void>
}

/** Another node has the work by now; what this one has done does not count. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease of the work was lost')
  }
}
