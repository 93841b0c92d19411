// The work of signing in, each minute: ends what has expired, and deletes what is over.
import type { Database } from '../../database/database.ts'
import { everyMinute } from '../../work/every-minute.ts'
import type { WorkKind } from '../../work/port.ts'
import { deleteFullBuckets } from '../../calls/attempts.ts'
import { expireViews } from '../view-rows.ts'
import { endExpiredInvitations } from './invitation-queries.ts'
import { deleteExpiredSessions } from './sessions.ts'

const deleted_at_once = 10_000
/** Each has an event. */
const ended_at_once = 1000

export function signInWork(database: Database, idle_minutes: number): WorkKind {
  return everyMinute('clean_up_sign_in', async () => {
    await deleteExpiredSessions(database, idle_minutes, deleted_at_once)
    await database.transaction((tx) => endExpiredInvitations(tx, ended_at_once))
    await database.transaction((tx) => expireViews(tx, ended_at_once))
    await deleteFullBuckets(database)
  })
}
