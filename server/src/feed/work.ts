// The work of the feeds: numbers changes that wait, and deletes old ones.
import type { Database } from '../database/database.ts'
import { everyMinute } from '../work/every-minute.ts'
import type { WorkKind } from '../work/port.ts'
import { maintainChanges } from './maintain.ts'

export function feedWork(database: Database): WorkKind {
  return everyMinute('tend_changes', () => maintainChanges(database))
}
