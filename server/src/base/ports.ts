// Time, ids, randomness and what the process measures of itself, which the server takes from its environment. Tests replace them.
import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'

export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. */
  now(): number
  /** Milliseconds on a monotonic clock. */
  monotonic(): number
  /** Calls back once after `ms`. Returns a function that cancels the timer. */
  after(ms: number, call: () => void): () => void
}

/** What this process measures of itself. */
export interface Gauges extends Disposable {
  /** Mean delay of the event loop since the last call, in milliseconds. */
  loopDelay(): number
  memory(): {
    /** Bytes that are resident. */
    used: number
    /** Bytes that the system lets the process have; null: it says nothing of it. */
    limit: number | null
  }
}

export interface Ports {
  clock: Clock
  /** A new UUIDv7, greater than every one before it of this process. */
  newId(): string
  randomBytes(size: number): Buffer
  /** A number from 0 to 1, for jitter. */
  random(): number
  /** Calls back twice a second, until the result is disposed of. */
  openGauges(look: () => void): Gauges
  /** Called when a pause point is reached, in tests of races and crashes. Null: never. */
  reached: ((point: string) => void | Promise<void>) | null
  /** With `reached`: changes that one statement can write are written by it, which has no pause points within. Absent: they are transactions. */
  one_statement?: boolean
  /** What a password's hash costs, other than what it should: for tests with many passwords. */
  password_cost?: { ln: number; r: number; p: number }
}

export const systemPorts: Ports = {
  clock: {
    now: Date.now,
    monotonic: () => performance.now(),
    after(ms, call) {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    },
  },
  newId: () => v7(),
  randomBytes,
  random: Math.random,
  openGauges: openProcessGauges,
  reached: null,
}

export const gauges_look_ms = 500
/** How often the event loop is looked at. */
const loop_look_ms = 20

function openProcessGauges(look: () => void): Gauges {
  // Not before: a start does not need it.
  const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks')
  const delays = monitorEventLoopDelay({ resolution: loop_look_ms })
  delays.enable()
  const timer = setInterval(look, gauges_look_ms)
  let before = { looks: 0, ms: 0 }
  const limit = readMemoryLimit()
  return {
    loopDelay() {
      // Not reset: it would leave out the first delay after that.
      const now = { looks: delays.count, ms: delays.count === 0 ? 0 : (delays.count * delays.mean) / 1e6 }
      const looks = now.looks - before.looks
      // Without any look since the last call the loop stood still until now, which the next call tells.
      const mean_ms = looks === 0 ? 0 : (now.ms - before.ms) / looks
      before = now
      return Math.max(0, mean_ms - loop_look_ms)
    },
    memory() {
      return { used: process.memoryUsage.rss(), limit }
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      delays.disable()
    },
  }
}

/** Of the control group. */
function readMemoryLimit(): number | null {
  // Without a limit it is 0, or more than the machine has.
  const limit = process.constrainedMemory()
  return limit > 0 && limit < Number.MAX_SAFE_INTEGER ? limit : null
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a text is a valid id. Invalid ids are reported as not found. */
export function isUuid(text: string): boolean {
  return uuid.test(text)
}
