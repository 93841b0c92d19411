// Maintains the feeds of changes: numbers changes that wait, and deletes old ones.
import type { Database } from '../database/database.ts'
import { openReservedStore } from '../database/store.ts'
import { findWaitingFeeds, forgetChanges, numberChanges } from './queries.ts'

/** How long a reader may be away. */
const kept_days = 7
/** Per minute. */
const feeds_at_once = 1000
const changes_forgotten_at_once = 100_000

export async function maintainChanges(database: Database): Promise<void> {
  try {
    for (const organization_id of await findWaitingFeeds(database, feeds_at_once)) {
      await numberChanges(openReservedStore(database, organization_id))
    }
  } finally {
    // Also if an organization's changes cannot be numbered: the others' old ones do not pile up.
    await forgetChanges(database, kept_days, changes_forgotten_at_once)
  }
}
