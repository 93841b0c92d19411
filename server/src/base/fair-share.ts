// Shares a number of places between owners: how many each can hold, and whose turn is next. Independent of what a place is.
import type { Clock } from './ports.ts'

export interface FairShareOptions {
  clock: Pick<Clock, 'after'>
  places: number
  /** The most places of one owner, however many are free. */
  most_held?: number
  /** The most uses of one owner that can wait. */
  most_waiting: number
  /** How long a use waits. */
  wait_ms: number
  /** A use begins to wait; its result is called when that is over. */
  onWait?: (owner: string) => () => void
}

/** Too many uses of the owner are waiting, or this one waited too long. */
export class ShareExhausted extends Error {
  constructor() {
    super("no place of this organization's share became free in time; retry later")
  }
}

export interface FairShare {
  /**
   * Takes a place: returns null if it has one at once, otherwise a promise. Throws or rejects with `ShareExhausted`, or with the
   * reason of the signal, which only ends the wait. Each place must be returned with `leave`.
   */
  enter: (owner: string, signal?: AbortSignal) => Promise<void> | null
  leave: (owner: string) => void
  /** Runs `work` while holding a place. Rejects as `enter` or `work` does. */
  within: <T>(owner: string, work: () => Promise<T>, signal?: AbortSignal) => Promise<T>
}

type Proceed = () => void

/**
 * An owner gets another place only while it holds fewer than are free. So a single owner gets at most half of them, two get a
 * third each, and an owner that holds none gets a place whenever one is free. Waiting owners take turns, oldest use first within
 * an owner.
 */
export function createFairShare(options: FairShareOptions): FairShare {
  const { places, most_held = places, most_waiting } = options
  const held = new Map<string, number>()
  /** In the order in which the owners are served. */
  const queues = new Map<string, Proceed[]>()
  let free = places

  const canTake = (owner: string) => (held.get(owner) ?? 0) < Math.min(free, most_held)

  function take(owner: string): void {
    held.set(owner, (held.get(owner) ?? 0) + 1)
    free -= 1
  }

  function wait(owner: string, signal?: AbortSignal): Promise<void> {
    const queue = queues.get(owner) ?? []
    if (queue.length >= most_waiting) throw new ShareExhausted()
    queues.set(owner, queue)
    const endWait = options.onWait?.(owner)
    return new Promise((resolve, reject) => {
      const proceed: Proceed = () => {
        stop()
        endWait?.()
        resolve()
      }
      const stop = onceGivenUp(options, signal, (reason) => {
        queue.splice(queue.indexOf(proceed), 1)
        if (queue.length === 0) queues.delete(owner)
        endWait?.()
        reject(reason)
      })
      queue.push(proceed)
    })
  }

  function serveNext(): boolean {
    if (free === 0) return false
    for (const [owner, queue] of queues) {
      if (!canTake(owner)) continue
      take(owner)
      const proceed = queue.shift()!
      queues.delete(owner)
      if (queue.length > 0) queues.set(owner, queue)
      proceed()
      return true
    }
    return false
  }

  const share: Pick<FairShare, 'enter' | 'leave'> = {
    enter(owner, signal) {
      signal?.throwIfAborted()
      if (queues.has(owner) || !canTake(owner)) return wait(owner, signal)
      take(owner)
      return null
    },
    leave(owner) {
      const left = held.get(owner)! - 1
      if (left > 0) held.set(owner, left)
      else held.delete(owner)
      free += 1
      while (serveNext());
    },
  }
  return { ...share, within: createWithin(share) }
}

function createWithin({ enter, leave }: Pick<FairShare, 'enter' | 'leave'>): FairShare['within'] {
  return async (owner, work, signal) => {
    const turn = enter(owner, signal)
    if (turn) await turn
    try {
      return await work()
    } finally {
      leave(owner)
    }
  }
}

/** Calls back when the waiting time is over or the signal aborts. Returns a function that cancels both. */
function onceGivenUp(
  { clock, wait_ms }: FairShareOptions,
  signal: AbortSignal | undefined,
  giveUp: (reason: unknown) => void,
): () => void {
  const stop = () => {
    stopClock()
    signal?.removeEventListener('abort', onAbort)
  }
  const end = (reason: unknown) => {
    stop()
    giveUp(reason)
  }
  const onAbort = () => end(signal!.reason)
  const stopClock = clock.after(wait_ms, () => end(new ShareExhausted()))
  signal?.addEventListener('abort', onAbort)
  return stop
}
