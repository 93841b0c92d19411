// Places that several owners share: how many each may hold, and whose turn it is where some wait. Knows nothing of what a place is.
import type { Clock } from './ports.ts'

export interface FairShareOptions {
  clock: Pick<Clock, 'after'>
  places: number
  /** Places of one owner, however many are free. */
  most_held?: number
  /** Uses of one owner that may wait. */
  most_waiting: number
  /** How long one of them waits. */
  wait_ms: number
}

/** Too many uses of the owner were waiting, or this one waited for too long. */
export class ShareExhausted extends Error {
  constructor() {
    super("the organization's share is in use, and stayed so for too long")
  }
}

export interface FairShare {
  /**
   * Takes a place: at once, and then answers null, or later. Throws or rejects with `ShareExhausted`, or with the reason of the
   * signal, which ends only the wait. Whoever got a place gives it back with `leave`.
   */
  enter: (owner: string, signal?: AbortSignal) => Promise<void> | null
  leave: (owner: string) => void
  /** Works while it holds a place. Rejects as `enter` does, or as the work does. */
  within: <T>(owner: string, work: () => Promise<T>, signal?: AbortSignal) => Promise<T>
}

type Proceed = () => void

/**
 * An owner gets another place only while it holds fewer than are free. So one that is alone takes half of them at most, two take a
 * third each, and one that holds none is served whenever any place is free. Those that wait are served in turn by owner, and
 * oldest first within one.
 */
export function createFairShare(options: FairShareOptions): FairShare {
  const { places, most_held = places, most_waiting } = options
  const held = new Map<string, number>()
  /** In the order in which the owners are served. */
  const queues = new Map<string, Proceed[]>()
  let free = places

  const mayTake = (owner: string) => (held.get(owner) ?? 0) < Math.min(free, most_held)

  function take(owner: string): void {
    held.set(owner, (held.get(owner) ?? 0) + 1)
    free -= 1
  }

  function wait(owner: string, signal?: AbortSignal): Promise<void> {
    const queue = queues.get(owner) ?? []
    if (queue.length >= most_waiting) throw new ShareExhausted()
    queues.set(owner, queue)
    return new Promise((resolve, reject) => {
      const proceed: Proceed = () => {
        stop()
        resolve()
      }
      const stop = onceGivenUp(options, signal, (reason) => {
        queue.splice(queue.indexOf(proceed), 1)
        if (queue.length === 0) queues.delete(owner)
        reject(reason)
      })
      queue.push(proceed)
    })
  }

  function serveNext(): boolean {
    if (free === 0) return false
    for (const [owner, queue] of queues) {
      if (!mayTake(owner)) continue
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
      if (queues.has(owner) || !mayTake(owner)) return wait(owner, signal)
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

/** Calls back when the time of one that waits is over, or its signal ends it. The answer stops that. */
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
