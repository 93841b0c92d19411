// Places that several owners share: how many each may hold, and whose turn it is where some wait. Knows nothing of what a place is.
import { ShareExhausted } from './failures.ts'

export interface FairShareOptions {
  places: number
  /** Uses of one owner that may wait. */
  most_waiting: number
  /** How long one of them waits. */
  wait_ms: number
}

export interface FairShare {
  /**
   * Takes a place: at once, and then answers null, or later. Throws or rejects with `ShareExhausted`. Whoever got a place gives it
   * back with `leave`.
   */
  enter(owner: string): Promise<void> | null
  leave(owner: string): void
}

interface Waiting {
  proceed(): void
  patience: NodeJS.Timeout
}

/**
 * An owner gets another place only while it holds fewer than are free. So one that is alone takes half of them at most, two take a
 * third each, and one that holds none is served whenever any place is free. Those that wait are served in turn by owner, and
 * oldest first within one.
 */
export function createFairShare({ places, most_waiting, wait_ms }: FairShareOptions): FairShare {
  const held = new Map<string, number>()
  /** In the order in which the owners are served. */
  const queues = new Map<string, Waiting[]>()
  let free = places

  const mayTake = (owner: string) => (held.get(owner) ?? 0) < free

  function take(owner: string): void {
    held.set(owner, (held.get(owner) ?? 0) + 1)
    free -= 1
  }

  function wait(owner: string): Promise<void> {
    const queue = queues.get(owner) ?? []
    if (queue.length >= most_waiting) throw new ShareExhausted()
    queues.set(owner, queue)
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        queue.splice(queue.indexOf(one), 1)
        if (queue.length === 0) queues.delete(owner)
        reject(new ShareExhausted())
      }
      const one: Waiting = { proceed: resolve, patience: setTimeout(giveUp, wait_ms) }
      queue.push(one)
    })
  }

  function serveNext(): boolean {
    if (free === 0) return false
    for (const [owner, queue] of queues) {
      if (!mayTake(owner)) continue
      take(owner)
      const next = queue.shift()!
      queues.delete(owner)
      if (queue.length > 0) queues.set(owner, queue)
      clearTimeout(next.patience)
      next.proceed()
      return true
    }
    return false
  }

  return {
    enter(owner) {
      if (queues.has(owner) || !mayTake(owner)) return wait(owner)
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
}
