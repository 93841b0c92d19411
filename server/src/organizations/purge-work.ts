// The work that deletes what belonged to a deleted organization, in parts, and after the time of its slug the organization itself.
import { organizationBounds } from '@parley/contract'
import type { Purge } from '../database/purge.ts'
import type { WorkKind, WorkPort } from '../work/port.ts'
import { removeOrganization } from '../access/access.ts'
import { readEnd } from './rows.ts'
import type { Executor } from '../database/database.ts'

export const purge_organization_work = 'purge_organization'

const rows_at_once = 2000
/** Of one run; another follows at once, after other organizations. */
const most_commits = 500
const again_in_ms = 30_000

/** `purges` in the order in which what they delete can go. */
export function purgeWork(database: Executor, purges: () => readonly Purge[]): WorkKind {
  return {
    name: purge_organization_work,
    lease_ms: 15_000,
    delays_ms: [5000, 60_000, 600_000],
    share: { node: 2, organization: 1, owner: 1 },
    // What must not be kept is not given up.
    giveUp: null,
    async run({ subject: id }, port) {
      const { reserved_days } = organizationBounds
      const end = await readEnd(database, id, reserved_days)
      if (!end) return { next: 'done' }
      const due = purges().filter(({ late }) => end.is_over || !late)
      const { is_done, deleted } = await purgeAll(due, port)
      if (!is_done) return { next: { again_in_ms: 0 } }
      // Turns that ran when it was deleted, and files that their store still has.
      if (deleted > 0) return { next: { again_in_ms } }
      if (!end.is_over) return { next: { again_at: end.at } }
      if (end.has_rows_below) return { next: { again_in_ms: 3_600_000 } }
      return { next: 'done', write: (tx) => removeOrganization(tx) }
    },
  }
}

async function purgeAll(purges: readonly Purge[], port: WorkPort): Promise<{ is_done: boolean; deleted: number }> {
  let deleted = 0
  for (const purge of purges) {
    while (await port.commit((tx) => purge.run(tx, rows_at_once))) {
      port.signal.throwIfAborted()
      deleted += 1
      if (deleted >= most_commits) return { is_done: false, deleted }
    }
  }
  return { is_done: true, deleted }
}
