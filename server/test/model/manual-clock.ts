// A node's time, controlled by a test: nothing is due until the test says so, and a dead node is never called again. Exempt are the
// pauses of a call whose idempotency key a transaction holds: the database decides when they occur.
import type { Clock } from '../../src/base/ports.ts'
import { backoff } from '../../src/base/retry.ts'
import { key_pauses } from '../../src/idempotency/key-queue.ts'

interface Timer {
  ms: number
  call: () => void
}

const of_keys = new Set([1, 2, 3, 4, 5, 6].map((tries) => backoff(tries, key_pauses)))
/** The last one is also the interval at which waiting calls look by themselves, which a test does control. */
of_keys.delete(key_pauses.longest_ms)

export class ManualClock implements Clock {
  readonly now = Date.now
  readonly #timers = new Set<Timer>()
  #passed_ms = 0
  #isOver = false

  readonly monotonic = (): number => this.#passed_ms

  readonly after = (ms: number, call: () => void): (() => void) => {
    if (this.#isOver || of_keys.has(ms)) {
      const immediate = setImmediate(call)
      return () => clearImmediate(immediate)
    }
    const timer = { ms, call }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** How many timers wait for this many milliseconds. */
  count(ms: number): number {
    let count = 0
    for (const timer of this.#timers) if (timer.ms === ms) count += 1
    return count
  }

  /** Fires the timers of this length; with `pass`, that time has passed. Returns how many there were. */
  fire(isMeant: number | ((ms: number) => boolean), { pass = false } = {}): number {
    const due = [...this.#timers].filter(({ ms }) => (typeof isMeant === 'number' ? ms === isMeant : isMeant(ms)))
    if (pass) this.#passed_ms += Math.max(0, ...due.map(({ ms }) => ms))
    for (const timer of due) {
      this.#timers.delete(timer)
      timer.call()
    }
    return due.length
  }

  /** Fires every timer of the node, now and from now on, so that the rest of its work ends. */
  end(): void {
    this.#isOver = true
    this.#passed_ms = Number.MAX_SAFE_INTEGER
    this.fire(() => true)
  }
}
