// The work of the statistics: what was counted is added up, each minute.
import type { Executor } from '../database/database.ts'
import { everyMinute } from '../work/every-minute.ts'
import type { WorkKind } from '../work/port.ts'
import { foldStatistics } from './fold.ts'

/** Of 10,000 rows each. */
const folds_at_once = 100

export function statisticsWork(database: Executor): WorkKind {
  return everyMinute('fold_statistics', async () => void (await foldStatistics(database, folds_at_once)))
}
