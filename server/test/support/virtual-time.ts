// Time that only passes when every task waits: a test of hours takes milliseconds, and nothing sleeps.
export interface VirtualTime {
  now(): number
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** How many sleeps have not ended. */
  pending(): number
  /** Lets time jump from one sleep's end to the next until the promise settles. Throws when nothing is left to wait for. */
  run<T>(promise: Promise<T>): Promise<T>
}

interface Sleeper {
  due: number
  wake(): void
}

export function createVirtualTime(): VirtualTime {
  let now = 0
  const sleepers = new Set<Sleeper>()
  return {
    now: () => now,
    pending: () => sleepers.size,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const abort = () => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        }
        const sleeper = {
          due: now + ms,
          wake() {
            sleepers.delete(sleeper)
            signal.removeEventListener('abort', abort)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal.addEventListener('abort', abort, { once: true })
      }),
    async run(promise) {
      let isSettled = false
      const settle = () => {
        isSettled = true
      }
      promise.then(settle, settle)
      for (;;) {
        // A turn of the event loop: every task that can go on has gone on.
        await new Promise((resolve) => setImmediate(resolve))
        if (isSettled) return promise
        const [next] = [...sleepers].toSorted((a, b) => a.due - b.due)
        if (next === undefined) throw new Error('Everything waits, and not for time')
        now = next.due
        next.wake()
      }
    },
  }
}
