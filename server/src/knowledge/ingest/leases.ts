// The leases of ingestion: how long they last, and what happens when the node that has one stops.
import type { TransactionStore } from '../../database/store.ts'
import { LeaseLost, type WorkPort } from '../../work/port.ts'

export const lease_ms = 30_000

/** Its own tries end first (rules/tries.ts); these are for when even their count cannot be stored. */
export const spare_delays_ms = [5000, 30_000, ...Array.from({ length: 22 }, () => 120_000)]

/** A try that ends because the process stops does not count: undoes that, if there is still time, and throws the error. */
export async function beforeGivingBack(
  port: WorkPort,
  error: unknown,
  uncount: (tx: TransactionStore) => Promise<void>,
): Promise<void> {
  if (!port.signal.aborted || port.signal.reason instanceof LeaseLost || error instanceof LeaseLost) return
  await port
    .commit(uncount)
    .catch((cause: unknown) => port.log.warn({ err: cause }, 'a try that was broken off counts'))
  throw error
}
