// The work on events of organizations, once a minute: numbers those that nobody has read, and deletes old ones.
import type { Database } from '../database/database.ts'
import { openReservedStore } from '../database/store.ts'
import { everyMinute } from '../work/every-minute.ts'
import type { WorkKind } from '../work/port.ts'
import { findWaitingOrganizations, forgetOrganizationEvents, numberOrganizationEvents } from '../organization-events/organization-events.ts'

/** As long as deliveries. A reader can be away for this time. */
const kept_days = 30
/** Per minute. */
const organizations_at_once = 1000
const events_forgotten_at_once = 50_000

export function eventsWork(database: Database): WorkKind {
  return everyMinute('maintain_organization_events', () => maintainOrganizationEvents(database))
}

export async function maintainOrganizationEvents(database: Database): Promise<void> {
  try {
    for (const organization_id of await findWaitingOrganizations(database, organizations_at_once)) {
      await numberOrganizationEvents(openReservedStore(database, organization_id))
    }
  } finally {
    // Also if an organization's events cannot be numbered: the others' old ones do not pile up.
    await forgetOrganizationEvents(database, kept_days, events_forgotten_at_once)
  }
}
