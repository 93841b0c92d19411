// Fair shares of what there is little of: so many at once in all and for each owner, and owners who wait are served in turn.
import type { Clock } from '../ports.ts'

export interface ShareBounds {
  at_once: number
  at_once_of_owner: number
  /** Over it an owner's next one is refused at once. */
  waiting_of_owner: number
  wait_ms: number
}

/** Its owner had too many waiting, or it waited too long. */
export class NoTurn extends Error {}

export type TakeTurn = <T>(owner: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>

interface Owner {
  running: number
  /** Each call admits one; in order. */
  waiting: Set<() => void>
}

/** Rejects with `NoTurn`, with the signal's reason, or as the work does. Work that has begun is left to its own signal. */
export function createShares(bounds: ShareBounds, clock: Pick<Clock, 'after'>): TakeTurn {
  // Whoever was served last stands last.
  const owners = new Map<string, Owner>()
  let running = 0

  const mayRun = (owner: Owner) => running < bounds.at_once && owner.running < bounds.at_once_of_owner

  function count(owner: Owner, change: 1 | -1): void {
    running += change
    owner.running += change
  }

  function admitNext(): void {
    for (const [name, owner] of owners) {
      const [admit] = owner.waiting
      if (admit === undefined || !mayRun(owner)) continue
      owner.waiting.delete(admit)
      owners.delete(name)
      owners.set(name, owner)
      count(owner, 1)
      return admit()
    }
  }

  async function wait({ waiting }: Owner, signal: AbortSignal): Promise<void> {
    if (waiting.size >= bounds.waiting_of_owner) throw new NoTurn()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const giveUp = (reason: unknown) => {
      if (waiting.delete(resolve)) reject(reason)
    }
    const onAbort = () => giveUp(signal.reason)
    waiting.add(resolve)
    signal.addEventListener('abort', onAbort)
    const clear = clock.after(bounds.wait_ms, () => giveUp(new NoTurn()))
    try {
      await promise
    } finally {
      clear()
      signal.removeEventListener('abort', onAbort)
    }
  }

  return async (name, signal, work) => {
    signal.throwIfAborted()
    const owner = owners.get(name) ?? { running: 0, waiting: new Set() }
    owners.set(name, owner)
    try {
      if (mayRun(owner)) count(owner, 1)
      else await wait(owner, signal)
      try {
        return await work()
      } finally {
        count(owner, -1)
        admitNext()
      }
    } finally {
      if (owner.running === 0 && owner.waiting.size === 0) owners.delete(name)
    }
  }
}
