// One run of leased work on this node: from its lease to the commit that ends it. Everything that it writes is fenced by the
// lease.
import type { Logger } from 'pino'
import type { Gate } from '../base/gate.ts'
import type { Ports } from '../base/ports.ts'
import type { Database, Executor, Pipeline } from '../database/database.ts'
import { CommitInDoubt, isUnavailable } from '../database/failures.ts'
import { type TransactionStore, openReservedStore } from '../database/store.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Traces } from '../telemetry/traces.ts'
import { jobs } from './metrics.ts'
import { LeaseLost, type Outcome, type WorkItem, type WorkKind, type WorkPort } from './port.ts'
import {
  type Leased,
  endWork,
  giveBackWork,
  lockAndRenewWork,
  lockWork,
  markFailing,
  markStuck,
  retryWork,
} from './queries.ts'
import { endOthers, takeOthers } from './others.ts'
import type { UnderWay } from './rules/shares.ts'
import { isBeyondTries, judgeOutcome } from './rules/verdict.ts'

const default_drain_ms = 5000

/** Writes to an unavailable database: as long as a lease may last. */
const max_write_tries = 32
const write_retry_ms = 250

/** Tries beyond the last one to give the work up while the database is unavailable. */
const max_tries_to_give_up = 8

/** Reasons that users may read. */
const lost_at_each_try = 'Every attempt failed because its server stopped. Request it again.'
const failed_inside = 'The server failed with an internal error.'
const not_stored = 'The result could not be stored.'

export interface RunOptions {
  database: Database
  ports: Ports
  log: Logger
  metrics: Pick<Metrics, 'count'>
  traces: Pick<Traces, 'outside'>
  kind: WorkKind
  admit: Gate
}

export class Run {
  readonly work: Leased
  readonly lease_ms: number
  readonly drain_ms: number
  readonly share: UnderWay
  /** True: there may be something to do at once. Never rejects. */
  readonly over: Promise<boolean>
  isOver = false
  readonly #options: RunOptions
  readonly #item: WorkItem
  readonly #log: Logger
  readonly #halt = new AbortController()
  readonly #stopping = new AbortController()
  #isStopped = false
  #writing = 0
  #writes = 0
  #renewed_at: number

  constructor(options: RunOptions, work: Leased) {
    this.#options = options
    this.work = work
    this.lease_ms = options.kind.lease_ms
    this.drain_ms = options.kind.drain_ms ?? default_drain_ms
    this.#renewed_at = options.ports.clock.monotonic()
    const { organization_id, owner, subject, tries, is_failing } = work
    this.#item = { organization_id, owner, subject, tries }
    this.share = { organization: organization_id ?? no_organization, owner, is_failing }
    this.#log = options.log.child({ work: work.kind, owner, subject })
    // Whatever made this node look for work has nothing to do with it.
    this.over = options.traces.outside(() => this.#carry()).finally(() => (this.isOver = true))
  }

  /** Changes with every write, and is null during one: the write has the lease locked. */
  get write_mark(): number | null {
    return this.#writing === 0 ? this.#writes : null
  }

  /** `at` null: it was not found. `mark` is the one from before the renewal. */
  noteRenewal(at: number | null, mark: number | null): void {
    if (at !== null) this.#renewed_at = at
    else if (mark !== null && mark === this.write_mark) this.#lose()
  }

  noteFailedRenewal(at: number): void {
    if (this.write_mark !== null && at - this.#renewed_at > this.lease_ms) this.#lose()
  }

  #lose(): void {
    this.#halt.abort(new LeaseLost())
  }

  /** The process will stop soon. */
  announceStop(): void {
    this.#stopping.abort()
  }

  /** The process is stopping. */
  halt(): void {
    this.#isStopped = true
    this.#halt.abort(new Error('the server is shutting down'))
  }

  async giveBack(): Promise<void> {
    try {
      await this.#options.admit(() => giveBackWork(this.#options.database, this.work))
    } catch (error) {
      this.#log.warn({ err: error }, 'could not give work back; another node takes it when its lease runs out')
    }
  }

  async #carry(): Promise<boolean> {
    try {
      const outcome = await this.#work()
      if (outcome === null) return this.#count('given_back', false)
      await this.#options.ports.reached?.('work.done')
      return await this.#finish(outcome)
    } catch (error) {
      // Its lease runs out, and any node repeats it.
      this.#count(error instanceof LeaseLost ? 'lost' : 'failed', false)
      if (error instanceof LeaseLost) this.#log.warn('another node took the work over')
      else this.#log[isUnavailable(error) ? 'warn' : 'error']({ err: error }, 'could not end work')
      return false
    }
  }

  /** Null: it was aborted, and another try will do it. */
  async #work(): Promise<Outcome | null> {
    const { kind } = this.#options
    if (isBeyondTries(this.#tried())) return { next: { retry: lost_at_each_try } }
    const { signal } = this.#halt
    const port: WorkPort = {
      signal,
      stopping: this.#stopping.signal,
      log: this.#log,
      commit: (write) => this.#commit(write),
      takeAlong: (most, act) => this.#takeAlong(most, act),
    }
    try {
      const outcome = await kind.run(this.#item, port)
      const isBrokenOff = signal.aborted && typeof outcome.next === 'object' && 'retry' in outcome.next
      return isBrokenOff ? await this.#breakOff() : outcome
    } catch (error) {
      if (error instanceof LeaseLost) throw error
      if (signal.aborted) return this.#breakOff()
      this.#log[isUnavailable(error) ? 'warn' : 'error']({ err: error }, 'work failed')
      return { next: { retry: failed_inside } }
    }
  }

  async #breakOff(): Promise<null> {
    if (!this.#isStopped) throw new LeaseLost()
    await this.giveBack()
    return null
  }

  #tried() {
    const { delays_ms, giveUp } = this.#options.kind
    return { delays_ms, is_endless: giveUp === null, tries: this.#item.tries }
  }

  /** One commit with everything that the outcome writes. */
  async #finish(outcome: Outcome): Promise<boolean> {
    const { ports, kind } = this.#options
    const verdict = judgeOutcome(outcome.next, this.#tried(), ports.random())
    if (verdict.type === 'give_up') return this.#giveUp(verdict.why)
    let goes_on: boolean
    try {
      goes_on = await this.#write(async (tx, store) => {
        if (outcome.write) await outcome.write(store())
        if (verdict.type !== 'retry') return endWork(tx, this.work, verdict.type === 'again' ? verdict : null, true)
        await retryWork(tx, this.work, verdict.after_ms)
        return false
      })
    } catch (error) {
      if (isUnavailable(error) || error instanceof LeaseLost || !outcome.write) throw error
      this.#log.error({ err: error }, 'could not store the result of work')
      return this.#finish({ next: { retry: not_stored } })
    }
    if (verdict.type !== 'retry') await this.#settle(kind)
    return this.#count(verdict.type, goes_on)
  }

  async #giveUp(why: string): Promise<boolean> {
    const { kind, database } = this.#options
    this.#log.warn({ reason: why, tries: this.#item.tries }, 'gave work up')
    let goes_on: boolean
    try {
      goes_on = await this.#write(async (tx, store) => {
        await kind.giveUp!(store(), this.#item, why)
        const is_due = await endWork(tx, this.work, null, false)
        await markFailing(tx, this.work)
        return is_due
      })
    } catch (error) {
      const isLast = this.#item.tries > kind.delays_ms.length + max_tries_to_give_up
      if (error instanceof LeaseLost || (isUnavailable(error) && !isLast)) throw error
      this.#log.error({ err: error }, 'work is stuck: could not give it up')
      await this.#options.admit(() => markStuck(database, this.work))
      return this.#count('stuck', false)
    }
    await this.#settle(kind)
    return this.#count('given_up', goes_on)
  }

  #count<T>(outcome: string, result: T): T {
    this.#options.metrics.count(jobs, { kind: this.work.kind, outcome })
    return result
  }

  async #settle(kind: WorkKind): Promise<void> {
    try {
      await kind.settled?.(this.#item)
    } catch (error) {
      this.#log.warn({ err: error }, 'could not notify those who wait for work that it is over')
    }
  }

  async #takeAlong(most: number, act: Parameters<WorkPort['takeAlong']>[1]): Promise<number> {
    const { kind } = this.work
    return this.#transaction(async (tx, store) => {
      const others = await takeOthers(tx, this.work, most)
      if (others.length === 0) return 0
      const times = await act(
        store(),
        others.map(({ subject }) => subject),
      )
      const acted = others.filter(({ subject }) => times.has(subject))
      await endOthers(
        tx,
        acted.map((other) => ({ ...other, kind, next: times.get(other.subject)! })),
      )
      return others.length
    })
  }

  async #commit<T>(write: (tx: TransactionStore) => Promise<T>): Promise<T> {
    return this.#transaction((_tx, store) => write(store()))
  }

  /** Repeated while the database is unavailable. A commit in doubt whose row is then not found to be due has succeeded. */
  async #write(write: (tx: Executor, store: () => TransactionStore) => Promise<boolean>): Promise<boolean> {
    let isInDoubt = false
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#transaction(write)
      } catch (error) {
        if (error instanceof LeaseLost && isInDoubt) return true
        if (!isUnavailable(error) || tries >= max_write_tries) throw error
        if (error instanceof CommitInDoubt) isInDoubt = true
        await new Promise<void>((resolve) => this.#options.ports.clock.after(write_retry_ms, resolve))
      }
    }
  }

  #transaction<T>(write: (tx: Executor, store: () => TransactionStore) => Promise<T>): Promise<T> {
    const { admit, database, ports } = this.#options
    const { organization_id } = this.work
    return admit(async () => {
      const begun_at = ports.clock.monotonic()
      // One that writes without a pause always has its row locked when the node renews its leases.
      const renews = begun_at - this.#renewed_at > this.lease_ms / 2
      const fenced = async (tx: Executor & Pipeline, store: () => TransactionStore) => {
        const isHeld = renews ? lockAndRenewWork(tx, this.work, this.lease_ms) : lockWork(tx, this.work)
        if (!(await isHeld)) throw new LeaseLost()
        return write(tx, store)
      }
      this.#writing += 1
      this.#writes += 1
      try {
        const written =
          organization_id === null
            ? await database.transaction((tx) => fenced(tx, noStore))
            : await openReservedStore(database, organization_id).transaction((tx) => fenced(tx, () => tx))
        if (renews) this.#renewed_at = begun_at
        return written
      } finally {
        this.#writing -= 1
      }
    })
  }
}

const no_organization = '00000000-0000-0000-0000-000000000000'

function noStore(): never {
  throw new Error('work without an organization has no store to write to')
}
