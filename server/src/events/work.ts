// The work of the organizations' events: none waits for its number for long, and none is kept for ever.
import type { Database } from '../database/database.ts'
import { openReservedStore } from '../database/store.ts'
import { everyMinute } from '../work/every-minute.ts'
import type { WorkKind } from '../work/port.ts'
import { findWaitingOrganizations, forgetOrganizationEvents, numberOrganizationEvents } from './organization-events.ts'

/** As long as deliveries: how long a reader may be away. */
const kept_days = 30
/** Each minute. */
const organizations_at_once = 1000
const events_forgotten_at_once = 50_000

export function eventsWork(database: Database): WorkKind {
  return everyMinute('maintain_organization_events', () => maintainOrganizationEvents(database))
}

export async function maintainOrganizationEvents(database: Database): Promise<void> {
  for (const organization_id of await findWaitingOrganizations(database, organizations_at_once)) {
    await numberOrganizationEvents(openReservedStore(database, organization_id))
  }
  await forgetOrganizationEvents(database, kept_days, events_forgotten_at_once)
}
