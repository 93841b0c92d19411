// The work of webhooks: each minute, removes old deliveries and rows of deleted endpoints.
import type { Executor } from '../database/database.ts'
import { everyMinute } from '../work/every-minute.ts'
import type { WorkKind } from '../work/port.ts'
import { cleanUp } from './lanes.ts'

/** A node makes far fewer deliveries a minute. */
const deliveries_deleted_at_once = 50_000

export function webhooksWork(database: Executor): WorkKind {
  return everyMinute('clean_up_webhooks', () => cleanUp(database, deliveries_deleted_at_once))
}
