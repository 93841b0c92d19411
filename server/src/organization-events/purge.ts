// The events of an organization that is deleted.
import { type Purge, purgeTable } from '../database/purge.ts'

export const purges: readonly Purge[] = [purgeTable('organization_events'), purgeTable('organization_event_feeds')]
