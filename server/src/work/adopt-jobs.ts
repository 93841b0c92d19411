// Takes over jobs that servers from before leased work have queued and not done in time. Such servers may run beside this one.
import { type Executor, acrossOrganizations } from '../database/database.ts'
import { everyMinute } from './every-minute.ts'
import type { WorkKind } from './port.ts'

const adoptStatement = acrossOrganizations('over all organizations', 'adopt_jobs', 'select adopt_jobs()')

export function adoptingWork(database: Executor): WorkKind {
  return everyMinute('adopt_jobs', async () => void (await database.query(adoptStatement, [])))
}
