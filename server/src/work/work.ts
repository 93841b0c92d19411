// Carries out leased work on this node: finds what is due, runs it under a lease that it renews, writes its result.
// Correctness rests on the leases in the database; no other node depends on what is in memory here. Knows no room.
import type { Logger } from 'pino'
import type { Ports } from '../base/ports.ts'
import type { Database } from '../database/database.ts'
import { isUnavailable } from '../database/failures.ts'
import type { Live } from '../live/live.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Traces } from '../telemetry/traces.ts'
import { work_added } from './add.ts'
import { armWork } from './every-minute.ts'
import { type Looks, createLooks } from './looks.ts'
import { jobs } from './metrics.ts'
import type { WorkKind } from './port.ts'
import {
  type DueWork,
  type HeldLease,
  type LeasedPool,
  type Reviewed,
  freeWorkOf,
  leaseWork,
  mergeWork,
  renewLeases,
  writeReview,
} from './queries.ts'
import { measureCapacity, mayHoldOthersBack, poolsOf } from './rules/shares.ts'
import { Run } from './run.ts'
import { type Gate, createGate } from '../base/gate.ts'

/** Per look. */
const max_leased_at_once = 32

/** Simultaneous transactions: work must leave connections for turns. */
const max_writes_at_once = 4

/** How long runs that were stopped may take to notice it. */
const halt_ms = 2000

export interface WorkOptions {
  database: Database
  live: { bus: Pick<Live['bus'], 'subscribe'>; presence: Pick<Live['presence'], 'whenGone'> }
  node: { readonly id: string }
  ports: Ports
  log: Logger
  metrics: Metrics
  traces: Traces
  kinds: readonly WorkKind[]
}

export interface Work {
  start(): Promise<void>
  /** Starts nothing new, waits briefly for current runs, stops the rest and gives its leases back. */
  stop(): Promise<void>
}

export function createWork(options: WorkOptions): Work {
  return new NodeWork(options)
}

class NodeWork implements Work {
  readonly #options: WorkOptions
  readonly #kinds: Map<string, WorkKind>
  readonly #names: string[]
  /** Kinds that are reviewed before they run. */
  readonly #timers: string[]
  readonly #runs = new Map<number, Run>()
  readonly #admit = createGate(max_writes_at_once)
  /** Of kinds with a gate of their own. */
  readonly #gates: Map<string, Gate>
  readonly #looks: Looks
  readonly #renew_ms: number
  #renewing: Promise<void> = Promise.resolve()
  #stopRenewing = () => {}
  #isStopping = false

  constructor(options: WorkOptions) {
    this.#options = options
    this.#kinds = new Map(options.kinds.map((kind) => [kind.name, kind]))
    options.metrics.declare(jobs)
    const own = options.kinds.filter(({ writes_at_once }) => writes_at_once !== undefined)
    this.#gates = new Map(own.map(({ name, writes_at_once }) => [name, createGate(writes_at_once!)]))
    if (this.#kinds.size < options.kinds.length) throw new Error('two kinds of work have the same name')
    this.#names = [...this.#kinds.keys()]
    this.#timers = options.kinds.filter(({ review }) => review).map(({ name }) => name)
    this.#renew_ms = Math.min(...options.kinds.map(({ lease_ms }) => lease_ms)) / 3
    this.#looks = createLooks(options.ports.clock, () => this.#look())
  }

  async start(): Promise<void> {
    const { database, kinds, live } = this.#options
    if (kinds.length === 0) return
    await armWork(database, kinds)
    live.bus.subscribe(work_added, () => this.#looks.call())
    live.presence.whenGone(async (node_ids) => {
      await freeWorkOf(database, node_ids)
      this.#looks.call()
    })
    this.#looks.look()
    this.#renewLater()
  }

  async #look(): Promise<boolean> {
    const { ports, log } = this.#options
    try {
      await ports.reached?.('work.look')
      return await this.#lease()
    } catch (error) {
      log[isUnavailable(error) ? 'debug' : 'warn']({ err: error }, 'could not look for work; retrying')
      return false
    }
  }

  async #lease(): Promise<boolean> {
    const { database, ports, node } = this.#options
    const { is_any_ready, has_more, timers } = await mergeWork(database, this.#names, this.#timers)
    const is_any_due = timers.length > 0 && (await this.#review(timers))
    if (!is_any_ready && !is_any_due) return has_more
    const pools = this.#measure()
    const most = Math.min(
      max_leased_at_once,
      pools.reduce((sum, pool) => sum + pool.free, 0),
    )
    if (most === 0) return has_more
    const leased = await leaseWork(database, pools, most, ports.newId(), node.id)
    await ports.reached?.('work.leased')
    for (const work of leased) {
      const admit = this.#gates.get(work.kind) ?? this.#admit
      const run = new Run({ ...this.#options, kind: this.#kinds.get(work.kind)!, admit }, work)
      this.#runs.set(work.lease, run)
      void run.over.then((goes_on) => this.#end(run, goes_on))
    }
    return has_more || leased.length === most
  }

  /** Puts off timers that have fired too early. Returns whether any was due. */
  async #review(due: DueWork[]): Promise<boolean> {
    const { database, log } = this.#options
    let is_any_due = false
    for (const [name, items] of Map.groupBy(due, ({ kind }) => kind)) {
      const times = await this.#kinds.get(name)!.review!(database, items).catch((error: unknown) => {
        if (isUnavailable(error)) throw error
        // Its runs find out what is wrong; other work goes on.
        log.error({ err: error, kind: name }, 'could not review timers')
        return new Map<string, string | null>()
      })
      const reviewed = items.map((item): Reviewed => {
        const next = times.get(item.subject)
        return { ...item, ready: next === undefined, next: next ?? null }
      })
      is_any_due = (await this.#writeReview(name, reviewed)) || is_any_due
    }
    return is_any_due
  }

  /** One time that cannot be stored must not hold up the others: then all of them run. Returns whether any was due. */
  async #writeReview(kind: string, reviewed: Reviewed[]): Promise<boolean> {
    const { database, log } = this.#options
    const all_ready = reviewed.map((item) => ({ ...item, ready: true, next: null }))
    for (const written of [reviewed, all_ready]) {
      try {
        await writeReview(database, written)
        return written.some(({ ready }) => ready)
      } catch (error) {
        if (isUnavailable(error)) throw error
        log.error({ err: error, kind }, 'could not write the review of timers')
      }
    }
    return false
  }

  /** The free places of each kind. */
  #measure(): LeasedPool[] {
    return [...this.#kinds.values()].flatMap((kind) => {
      const { pools, busy } = measureCapacity(poolsOf(kind.share), this.#underWay(kind.name))
      const common = { kind: kind.name, lease_ms: kind.lease_ms, busy_owners: busy }
      return pools.filter(({ free }) => free > 0).map((pool) => ({ ...pool, ...common }))
    })
  }

  #underWay(kind: string) {
    return [...this.#runs.values()].filter(({ work }) => work.kind === kind).map((run) => run.share)
  }

  #end(run: Run, goes_on: boolean): void {
    const { name, share } = this.#kinds.get(run.work.kind)!
    const may_wait = mayHoldOthersBack(poolsOf(share), run.share, this.#underWay(name))
    this.#runs.delete(run.work.lease)
    if (!this.#isStopping && (goes_on || may_wait)) this.#looks.look()
  }

  #renewLater(): void {
    this.#stopRenewing = this.#options.ports.clock.after(this.#renew_ms, () => {
      this.#renewing = this.#renew().finally(() => {
        if (!this.#isStopping || this.#runs.size > 0) this.#renewLater()
      })
    })
  }

  async #renew(): Promise<void> {
    const { database, ports, log } = this.#options
    const runs = [...this.#runs.values()]
    if (runs.length === 0) return
    const begun_at = ports.clock.monotonic()
    const marks = new Map(runs.map((run) => [run, run.write_mark]))
    const held = runs.map(({ work, lease_ms }): HeldLease => ({ ...work, lease_ms }))
    try {
      const renewed = await renewLeases(database, held)
      for (const run of runs) {
        run.noteRenewal(renewed.has(run.work.lease) ? begun_at : null, marks.get(run) ?? null)
      }
    } catch (error) {
      log[isUnavailable(error) ? 'debug' : 'warn']({ err: error }, 'could not renew leases of work; retrying')
      for (const run of runs) run.noteFailedRenewal(begun_at)
    }
  }

  async stop(): Promise<void> {
    const { clock } = this.#options.ports
    this.#isStopping = true
    await this.#looks.stop()
    const runs = [...this.#runs.values()]
    const over = Promise.all(runs.map((run) => run.over))
    for (const run of runs) run.announceStop()
    const wait = (ms: number) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const stopTimer = clock.after(ms, resolve)
      return Promise.race([over, promise]).finally(stopTimer)
    }
    let waited_ms = 0
    for (const drain_ms of [...new Set(runs.map((run) => run.drain_ms))].toSorted((one, other) => one - other)) {
      await wait(drain_ms - waited_ms)
      waited_ms = drain_ms
      for (const run of runs) if (run.drain_ms <= drain_ms) run.halt()
    }
    await wait(halt_ms)
    // Their writes are refused from now on, if any follow.
    await Promise.all(runs.filter(({ isOver }) => !isOver).map((run) => run.giveBack()))
    this.#stopRenewing()
    await this.#renewing
    this.#stopRenewing()
  }
}
