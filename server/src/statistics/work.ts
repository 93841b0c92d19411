// The work of statistics: adds up new counts each minute.
import type { Executor } from '../database/database.ts'
import { everyMinute } from '../work/every-minute.ts'
import type { WorkKind } from '../work/port.ts'
import { foldStatistics } from './fold.ts'

/** Folds of 10,000 rows each. */
const folds_at_once = 100

export function statisticsWork(database: Executor): WorkKind {
  return everyMinute('fold_statistics', async () => void (await foldStatistics(database, folds_at_once)))
}
