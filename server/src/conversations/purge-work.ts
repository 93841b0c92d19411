// The work that purges the content of an ended conversation when its time has come. Safe to run twice, and to break off anywhere.
import type { Core } from '../calls/core.ts'
import { changed } from '../live/shared.ts'
import type { WorkKind } from '../work/port.ts'
import { announce } from './commit/follow-up.ts'
import { reach } from './commit/pause-points.ts'
import { beginPurge, findPurge, findRemoval, purgePart, purge_work, removal_work } from './commit/purge.ts'
import type { Conversations } from './services.ts'

const settings = {
  lease_ms: 10_000,
  delays_ms: [5000, 60_000, 600_000],
  share: { node: 4, organization: 2, owner: 2 },
  // What must not be kept is not given up.
  giveUp: null,
}

export function purgeWork(core: Core, conversations: Conversations): WorkKind {
  return {
    ...settings,
    name: purge_work,
    async run(item, port) {
      const found = await port.commit((tx) => findPurge(tx, item.subject))
      if (found === null) return { next: 'done' }
      if (!found.is_due) return { next: { again_at: found.due_at } }
      return { next: 'done', write: (tx) => beginPurge(tx, conversations.commits, item) }
    },
    async settled({ organization_id, subject }) {
      await reach(core.ports, 'purge.committed')
      announce(core, subject)
      conversations.watcher.changed(organization_id!)
      await core.live.bus.publish(changed, subject)
    },
  }
}

/** What the first commit of a purge has left. */
export const removalWork: WorkKind = {
  ...settings,
  name: removal_work,
  async run({ subject: id }, port) {
    for (let hasMore = true; hasMore;) {
      port.signal.throwIfAborted()
      hasMore = await port.commit(async (tx) => {
        const purged_before = await findRemoval(tx, id)
        return purged_before !== null && purgePart(tx, id, purged_before)
      })
    }
    return { next: 'done' }
  },
}
