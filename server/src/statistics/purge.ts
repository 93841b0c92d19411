// What statistics has of an organization that is deleted.
import { type Purge, purgeTable } from '../database/purge.ts'

export const purges: readonly Purge[] = [purgeTable('statistics_deltas'), purgeTable('statistics')]
