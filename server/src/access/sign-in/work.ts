// The work of signing in: deletes expired rows each minute.
import type { Executor } from '../../database/database.ts'
import { everyMinute } from '../../work/every-minute.ts'
import type { WorkKind } from '../../work/port.ts'
import { deleteFullBuckets } from '../../calls/attempts.ts'
import { deleteExpired } from './sessions.ts'

export function signInWork(database: Executor, idle_minutes: number): WorkKind {
  return everyMinute('clean_up_sign_in', async () => {
    await deleteExpired(database, idle_minutes)
    await deleteFullBuckets(database)
  })
}
