// Time that only passes when every task waits: a test of hours takes milliseconds without sleeping.
export interface VirtualTime {
  now(): number
  monotonic(): number
  after(ms: number, call: () => void): () => void
  sleep(ms: number): Promise<void>
  /** How many timers are running. */
  pending(): number
  /** Advances time from one timer to the next until the promise settles. Throws if no timer is left. */
  run<T>(promise: Promise<T>): Promise<T>
}

interface Timer {
  due: number
  call(): void
}

export function createVirtualTime(): VirtualTime {
  let now = 0
  const timers = new Set<Timer>()

  function after(ms: number, call: () => void): () => void {
    const timer = { due: now + ms, call }
    timers.add(timer)
    return () => void timers.delete(timer)
  }

  return {
    now: () => now,
    monotonic: () => now,
    pending: () => timers.size,
    after,
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
    async run(promise) {
      let isSettled = false
      const settle = () => {
        isSettled = true
      }
      promise.then(settle, settle)
      for (;;) {
        // One turn of the event loop: every task that can continue has continued.
        await new Promise((resolve) => setImmediate(resolve))
        if (isSettled) return promise
        const [next] = [...timers].toSorted((a, b) => a.due - b.due)
        if (next === undefined) throw new Error('every task waits, but not for time')
        timers.delete(next)
        now = next.due
        next.call()
      }
    },
  }
}
