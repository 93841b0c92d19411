// Reports stuck work, and retries it after an hour: nobody has to look for it.
import type { Logger } from 'pino'
import type { Clock } from '../base/ports.ts'
import type { Executor } from '../database/database.ts'
import { everyMinute } from './every-minute.ts'
import type { WorkKind } from './port.ts'
import { countStuckWork, requeueStuckWork } from './queries.ts'

const retried_after_ms = 3_600_000
const most_retried = 100

export function stuckWork(database: Executor, clock: Pick<Clock, 'now'>, log: Pick<Logger, 'error'>): WorkKind {
  return everyMinute('watch_stuck_work', async () => {
    for (const { kind, count, since } of await countStuckWork(database)) {
      log.error(
        { kind, count, since },
        'work is stuck: it failed, and could not be marked as failed; retried after an hour',
      )
      if (clock.now() - Date.parse(since) > retried_after_ms) await requeueStuckWork(database, kind, most_retried)
    }
  })
}
