// A node's time, controlled by a test: nothing is due until the test says so, and a dead node is never called again.
import type { Clock } from '../../src/base/ports.ts'

interface Timer {
  ms: number
  call: () => void
}

export class ManualClock implements Clock {
  readonly now = Date.now
  readonly #timers = new Set<Timer>()
  #passed_ms = 0
  #isOver = false

  readonly monotonic = (): number => this.#passed_ms

  readonly after = (ms: number, call: () => void): (() => void) => {
    const timer = { ms, call }
    if (this.#isOver) setImmediate(call)
    else this.#timers.add(timer)
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
