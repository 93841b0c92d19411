// Makes a transaction see all that was counted before it, and all that is counted after it see what it writes.
import { limitLockWait, statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'

const lock_ms = 5000

const lockEntriesStatement = statement(
  'lock_usage',
  'lock table usage_entries in share mode -- organization_id: of all',
)
const lockStatisticsStatement = statement(
  'lock_statistics',
  'lock table statistics in share mode -- organization_id: of all',
)

/**
 * Waits until what is being counted is committed. Others that count wait until this transaction ends, so it must be short: they take the
 * state of the database that they see after they have their lock.
 */
export async function lockUsage(tx: TransactionStore): Promise<void> {
  await limitLockWait(tx, lock_ms)
  await tx.query(lockEntriesStatement, [])
}

/** The same for messages and conversations. */
export async function lockActivity(tx: TransactionStore): Promise<void> {
  await limitLockWait(tx, lock_ms)
  await tx.query(lockStatisticsStatement, [])
}
