// How much this server has to do: it looks at itself twice a second, counts running turns and waiting calls by organization, and
// refuses calls. `rules/load.ts` decides.
import { createHash } from 'node:crypto'
import type { OperationLoad } from '@parley/contract'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { AppError } from '../base/errors.ts'
import { type Gauges, type Ports, gauges_look_ms } from '../base/ports.ts'
import type { Limits } from '../config/limits.ts'
import type { LongestWaits, Waits } from '../database/waits.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { createCallers } from './callers.ts'
import { loop_delay, memory, running_turns, shed } from './load-metrics.ts'
import { createOwned } from './owned.ts'
import {
  type Occupied,
  type Pressure,
  type Refusable,
  type WhyRefused,
  afterLook,
  holdsTurns,
  isAtEase,
  noPressure,
  ownPressureOf,
  pressureOf,
  retryAfter,
  whyRefused,
  worse,
} from './rules/load.ts'

/** Refused calls are logged together. */
const looks_between_reports = 20
/** Credentials whose organization is remembered. */
const most_known = 10_000
/** Who called within this time may call again in a moment. */
const lately_ms = 1000

/** The credential as the caller sent it, unchecked; null: none. */
export type ReadCredential = () => string | null

export interface Load {
  /** Looks at itself until the result is disposed of. */
  start(): Disposable
  /** Throws `overloaded`. */
  admit(load: OperationLoad, readCredential: ReadCredential): void
  /** The same once the caller is known. */
  admitOwner(load: OperationLoad, readCredential: ReadCredential, owner: string): void
  /** An admitted call waits for a turn or a model. Call the result once when it is over. */
  beginCall(owner: string): () => void
  /** A use of the database waits behind others of its organization. Call the result once when that is over. */
  readonly beginWait: Waits['begin']
  /** Whether another organization has called lately, or has turns that run here. */
  hasOthers(owner: string): boolean
  /** Turns that run here, told by the engine. */
  readonly turns: { enter(owner: string): void; leave(owner: string): void }
  /** Whether turns that nobody waits for stay where they are. */
  readonly holdsTurns: boolean
}

export interface LoadOptions {
  limits: Pick<Limits, 'running_turns' | 'memory_mb' | 'loop_delay_ms' | 'connection_wait_ms'>
  ports: Pick<Ports, 'clock' | 'random' | 'openGauges'>
  waits: Pick<Waits, 'begin' | 'takeLongest'>
  log: Logger
  metrics: Metrics
}

export function createLoad(options: LoadOptions): Load {
  const { limits, ports, metrics } = options
  const most_turns = limits.running_turns
  const running = createOwned()
  const waiting = createOwned()
  const callers = createCallers(ports.clock)
  const owners = new LRUCache<string, string>({ max: most_known })
  const report = createReport(options.log)
  let pressure = noPressure
  const own_pressures = createOwnPressures(limits)

  const isTight = () => !isAtEase(pressure) || own_pressures.some || occupied() >= most_turns
  const occupied = () => Math.max(running.total, waiting.total)

  function occupiedBy(owner: string | null): Occupied {
    const own = owner === null ? null : Math.max(running.of(owner), waiting.of(owner))
    const owners_here = Math.max(running.owners, waiting.owners)
    return { turns: occupied(), owners: owners_here + (own === 0 ? 1 : 0), own }
  }

  function refuse(load: Refusable, reason: WhyRefused): never {
    metrics.count(shed, { load, reason })
    report.add(load)
    throw new AppError('overloaded', undefined, {}, { retry_after: retryAfter(ports.random()) })
  }

  function require(load: Refusable, owner: string | null): void {
    const judged = owner === null ? pressure : worse(pressure, own_pressures.of(owner))
    const reason = whyRefused(load, judged, occupiedBy(owner), most_turns)
    if (reason) refuse(load, reason)
  }

  return {
    start() {
      const gauges = ports.openGauges(() => {
        const { pool, of } = options.waits.takeLongest()
        pressure = afterLook(pressure, measurePressure(options, gauges, pool), gauges_look_ms)
        own_pressures.look(of)
        report.look(pressure)
      })
      showGauges(metrics, gauges, () => running.total)
      return gauges
    },
    admit(load, readCredential) {
      // Most of the time nothing can be refused, and nobody has to be known.
      if (load === 'critical' || !isTight()) return
      const credential = readCredential()
      require(load, credential === null ? null : (owners.get(nameOf(credential)) ?? null))
    },
    admitOwner(load, readCredential, owner) {
      callers.note(owner)
      if (load === 'critical' || !isTight()) return
      const credential = readCredential()
      if (credential !== null) owners.set(nameOf(credential), owner)
      require(load, owner)
    },
    beginCall(owner) {
      waiting.enter(owner)
      return () => waiting.leave(owner)
    },
    beginWait: options.waits.begin,
    hasOthers: (owner) => callers.sinceOthers(owner) < lately_ms || running.total > running.of(owner),
    turns: running,
    get holdsTurns() {
      return holdsTurns(pressure, running.total, most_turns)
    },
  }
}

/** It only says whose share counts, and admits nobody. Not the credential itself, which is kept nowhere. */
const nameOf = (credential: string) => createHash('sha256').update(credential).digest('base64')

function showGauges(metrics: Metrics, gauges: Gauges, countRunning: () => number): void {
  metrics.declare(shed, loop_delay)
  metrics.show(memory, () => [{ labels: {}, value: gauges.memory().used }])
  metrics.show(running_turns, () => [{ labels: {}, value: countRunning() }])
}

/** Of organizations whose uses of the database wait behind each other; the others do not notice. */
function createOwnPressures(limits: LoadOptions['limits']) {
  const pressures = new Map<string, Pressure>()
  return {
    get some() {
      return pressures.size > 0
    },
    of: (owner: string) => pressures.get(owner) ?? noPressure,
    look(waits: LongestWaits['of']): void {
      for (const owner of new Set([...pressures.keys(), ...waits.keys()])) {
        const pressure = ownPressureOf(waits.get(owner) ?? 0, limits)
        const next = afterLook(pressures.get(owner) ?? noPressure, pressure, gauges_look_ms)
        if (isAtEase(next)) pressures.delete(owner)
        else pressures.set(owner, next)
      }
    },
  }
}

function measurePressure({ limits, metrics }: LoadOptions, gauges: Gauges, connection_wait_ms: number): number {
  const loop_delay_ms = gauges.loopDelay()
  metrics.observe(loop_delay, {}, loop_delay_ms / 1000)
  const { used, limit } = gauges.memory()
  const most = limits.memory_mb > 0 ? limits.memory_mb * 1_048_576 : limit
  const measured = {
    loop_delay_ms,
    connection_wait_ms,
    memory_used: most === null ? null : used / most,
  }
  return pressureOf(measured, limits)
}

/** One line when refusals begin, and one every ten seconds with how many there were. */
function createReport(log: Logger) {
  const counts = { bulk: 0, normal: 0 }
  let looks = 0
  return {
    add: (load: Refusable) => void (counts[load] += 1),
    look({ bulk, normal }: Pressure): void {
      const { bulk: lists, normal: others } = counts
      looks = Math.max(0, looks - 1)
      if (looks > 0 || lists + others === 0) return
      const pressed = { is_under_pressure: bulk.is_refused || normal.is_refused }
      log.warn({ lists, others, ...pressed }, 'calls were refused because the server has too much to do')
      Object.assign(counts, { bulk: 0, normal: 0 })
      looks = looks_between_reports
    },
  }
}
