// For tests: the locks that the tabs of a browser share. A tab that is killed lets go of its own.

interface Waiting {
  tab: object
  wake: () => void
}

export function createLocks() {
  const locks = new Map<string, Waiting[]>()
  const release = (name: string, lock: Waiting) => {
    const waiting = locks.get(name)!.filter((each) => each !== lock)
    locks.set(name, waiting)
    waiting[0]?.wake()
  }
  return {
    async run(tab: object, name: string, signal: AbortSignal, run: () => Promise<void>): Promise<void> {
      const waiting = locks.get(name) ?? []
      locks.set(name, waiting)
      const mine: Waiting = { tab, wake: () => {} }
      waiting.push(mine)
      if (waiting[0] !== mine) {
        await new Promise<void>((resolve) => {
          mine.wake = resolve
          signal.addEventListener('abort', () => resolve())
        })
      }
      if (!signal.aborted) await run()
      release(name, mine)
    },
    releaseAll(tab: object): void {
      for (const [name, waiting] of locks) for (const lock of waiting) if (lock.tab === tab) release(name, lock)
    },
  }
}
