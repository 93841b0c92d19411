// Time, ids and randomness, which the server takes from its environment. Tests replace them.
import { randomBytes, randomUUIDv7 } from 'node:crypto'

export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. */
  now(): number
  /** Milliseconds on a monotonic clock. */
  monotonic(): number
  /** Calls back once after `ms`. Returns a function that cancels the timer. */
  after(ms: number, call: () => void): () => void
}

export interface Ports {
  clock: Clock
  /** A new UUIDv7. */
  newId(): string
  randomBytes(size: number): Buffer
  /** A number from 0 to 1, for jitter. */
  random(): number
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
  newId: randomUUIDv7,
  randomBytes,
  random: Math.random,
  reached: null,
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a text is a valid id. Invalid ids are reported as not found. */
export function isUuid(text: string): boolean {
  return uuid.test(text)
}
