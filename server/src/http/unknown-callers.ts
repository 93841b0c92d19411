// What callers without a valid credential may cost, counted by their network and in memory. A valid credential always gets through.
import { type Presented, createCredentialCheck } from '../access/access.ts'
import { networkOf } from '../calls/attempts.ts'
import type { Executor } from '../database/database.ts'
import { AppError } from '../base/errors.ts'
import type { Clock } from '../base/ports.ts'
import { type RateDecision, createBuckets } from '../calls/rate-limit.ts'

export interface UnknownCallers {
  /** Counts a call that needs no credential. */
  take(address: string): RateDecision
  /** Counts what such a call turned out to cost beyond that. */
  charge(address: string, cost: number): void
  /**
   * Counts a failed authentication. Of a network with too many of them, what is presented is looked up only once it is known to
   * exist, and that is asked for all such callers together.
   */
  authenticate<T>(address: string, attempt: Attempt<T>): Promise<T>
}

interface Attempt<T> {
  authenticate(): Promise<T>
  /** What would have to be looked up; null: nothing. */
  readPresented(): Presented | null
}

/** Credentials that have been good since their network had too many failures: they do not wait for the others. */
const most_known = 10_000

export function createUnknownCallers(
  { database, clock }: { database: Executor; clock: Pick<Clock, 'after' | 'monotonic'> },
  per_minute: number,
): UnknownCallers {
  const networks = createBuckets(per_minute)
  const isKnown = createCredentialCheck({ database, clock })
  const known = new Set<string>()
  const look = (address: string) => networks.look(networkOf(address), Math.floor(clock.monotonic()), 1)

  /** What it is remembered by, should it be good. */
  async function requireKnown(presented: Presented | null): Promise<string | null> {
    if (presented === null) return null
    const name = nameOf(presented)
    if (!known.has(name) && !(await isKnown(presented))) throw new AppError('unauthorized')
    return name
  }

  function remember(name: string): void {
    known.delete(name)
    known.add(name)
    for (const oldest of known)
      if (known.size > most_known) known.delete(oldest)
      else break
  }

  function take(address: string): RateDecision {
    const level = look(address)
    return level.write(level.hasRoom)
  }

  return {
    take,
    charge: (address, cost) => networks.charge(networkOf(address), Math.floor(clock.monotonic()), cost),
    async authenticate(address, { authenticate, readPresented }) {
      const name = look(address).hasRoom ? null : await requireKnown(readPresented())
      try {
        const caller = await authenticate()
        if (name !== null) remember(name)
        return caller
      } catch (error) {
        if (name !== null) known.delete(name)
        if (error instanceof AppError && error.error === 'unauthorized' && readPresented() !== null) take(address)
        throw error
      }
    },
  }
}

function nameOf({ key_id, is_key, secret_hash }: Presented): string {
  return `${is_key} ${key_id} ${secret_hash.toString('base64')}`
}
