// Recurring work of no organization: once a minute, on one node.
import { type Executor, acrossOrganizations } from '../database/database.ts'
import type { WorkKind } from './port.ts'

const minute_ms = 60_000

/** `work` may be aborted anywhere and run again. */
export function everyMinute(name: string, work: (signal: AbortSignal) => Promise<void>): WorkKind {
  return {
    name,
    lease_ms: 10_000,
    delays_ms: [5000, 15_000, minute_ms],
    share: { node: 1, organization: 1, owner: 1 },
    async run(_item, { signal }) {
      await work(signal)
      return { next: { again_in_ms: minute_ms } }
    },
    giveUp: null,
    standing: true,
  }
}

const armStatement = acrossOrganizations(
  'the work of the server itself',
  'arm_work',
  `insert into work_arrivals (kind, owner, subject, due_at)
   select name, 'all', '', clock_timestamp() + interval '1 minute' from unnest($1::text[]) name`,
)

/** Makes standing work due from now on. If it is already waiting, it is due sooner, so nothing changes. */
export async function armWork(database: Executor, kinds: readonly WorkKind[]): Promise<void> {
  const names = kinds.filter(({ standing }) => standing).map(({ name }) => name)
  if (names.length > 0) await database.query(armStatement, [names])
}
