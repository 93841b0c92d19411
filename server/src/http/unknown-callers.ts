// Limits the cost of callers without a valid credential, by their network and in memory. A valid credential is never refused here.
import { type Presented, createCredentialCheck } from '../access/access.ts'
import { networkOf } from '../calls/attempts.ts'
import type { Executor } from '../database/database.ts'
import { AppError } from '../base/errors.ts'
import type { Clock } from '../base/ports.ts'
import { type RateDecision, createBuckets } from '../calls/rate-limit.ts'

/** Counts requests of a network. */
export interface AddressLimiter {
  take(address: string): RateDecision
}

export interface UnknownCallers extends AddressLimiter {
  /** Counts the additional cost of such a call. */
  charge(address: string, cost: number): void
  /**
   * Counts a failed authentication. For a network with too many of them, a credential is looked up only after a check that it
   * exists, which is made for all such callers together.
   */
  authenticate<T>(address: string, attempt: Attempt<T>): Promise<T>
}

interface Attempt<T> {
  authenticate(): Promise<T>
  /** The credential to look up; null if none. */
  readPresented(): Presented | null
}

/** Credentials that were valid after their network had too many failures; they do not wait for the others. */
const most_known = 10_000

export function createAddressLimiter(clock: Pick<Clock, 'monotonic'>, per_minute: number): AddressLimiter {
  const networks = createBuckets(per_minute)
  return {
    take(address) {
      const level = networks.look(networkOf(address), Math.floor(clock.monotonic()), 1)
      return level.write(level.hasRoom)
    },
  }
}

export function createUnknownCallers(
  { database, clock }: { database: Executor; clock: Pick<Clock, 'after' | 'monotonic'> },
  per_minute: number,
): UnknownCallers {
  const networks = createBuckets(per_minute)
  const isKnown = createCredentialCheck({ database, clock })
  const known = new Set<string>()
  const look = (address: string) => networks.look(networkOf(address), Math.floor(clock.monotonic()), 1)

  /** The key to remember it by if it is valid. */
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
