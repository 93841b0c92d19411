// The work that purges the content of an ended conversation when its time has come. Safe to run twice, and to break off anywhere.
import type { Core } from '../calls/core.ts'
import { changed } from '../live/shared.ts'
import type { WorkKind } from '../work/port.ts'
import { announce } from './commit/follow-up.ts'
import { findPurge, purgePart, purgeRest, purge_work } from './commit/purge.ts'
import type { Conversations } from './services.ts'

export function purgeWork(core: Core, conversations: Conversations): WorkKind {
  return {
    name: purge_work,
    lease_ms: 10_000,
    delays_ms: [5000, 60_000, 600_000],
    share: { node: 4, organization: 2, owner: 2 },
    async run({ subject: id }, port) {
      const found = await port.commit((tx) => findPurge(tx, id))
      if (found === null) return { next: 'done' }
      if (!found.is_due) return { next: { again_at: found.due_at } }
      for (let hasMore = true; hasMore;) {
        port.signal.throwIfAborted()
        hasMore = await port.commit((tx) => purgePart(tx, id))
      }
      return { next: 'done', write: (tx) => purgeRest(tx, conversations.commits, id) }
    },
    // What must not be kept is not given up.
    giveUp: null,
    async settled({ organization_id, subject }) {
      announce(core, subject)
      conversations.watcher.changed(organization_id!)
      await core.live.bus.publish(changed, subject)
    },
  }
}
