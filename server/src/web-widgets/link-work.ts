// The metadata of a guest’s conversations once the site has signed them: each is changed under its own lock, by leased work, so that it
// happens however many there are and whatever server dies meanwhile.
import type { Core } from '../calls/core.ts'
import { type Conversations, announce, changeMetadata } from '../conversations/conversations.ts'
import { AppError } from '../base/errors.ts'
import { type RootStore, type TransactionStore, openReservedStore } from '../database/store.ts'
import { addWork } from '../work/add.ts'
import type { WorkKind } from '../work/port.ts'
import { readGuestConversations, readLinkedUser } from './link-rows.ts'
import { signedLater } from './rules/start.ts'

const name = 'link_web_widget_guest'
const page_size = 100

/** In the commit of the link, or of a start of a guest who is linked. */
export function addLinkWork(
  tx: TransactionStore,
  { id, organization_id }: { id: string; organization_id: string },
  guest_id: string,
): void {
  addWork(tx, name, { organization_id, owner: id, subject: guest_id }, { urgent: true })
}

export function linkWork(core: Core, conversations: Conversations): WorkKind {
  return {
    name,
    lease_ms: 10_000,
    delays_ms: [1000, 5000, 30_000, 300_000],
    share: { node: 4, organization: 2, owner: 1 },
    async run({ organization_id, owner: widget_id, subject: guest_id }, { signal }) {
      const store = openReservedStore(core.database, organization_id!)
      const user_id = await readLinkedUser(store, widget_id, guest_id)
      if (user_id === null) return { next: 'done' }
      let after: string | null = null
      for (;;) {
        const ids: string[] = await readGuestConversations(store, { widget_id, guest_id }, after, page_size)
        for (const id of ids) {
          signal.throwIfAborted()
          await markVerified(store, core, conversations, id, user_id)
        }
        after = ids.at(-1) ?? null
        if (ids.length < page_size) return { next: 'done' }
      }
    },
    giveUp: null,
  }
}

/** Its content may have been purged or deleted meanwhile; then there is nothing to say. */
async function markVerified(store: RootStore, core: Core, conversations: Conversations, id: string, user_id: string) {
  try {
    await changeMetadata(store, conversations.commits, id, (metadata) => signedLater(metadata, user_id))
  } catch (error) {
    if (error instanceof AppError && (error.error === 'content_purged' || error.error === 'not_found')) return
    throw error
  }
  announce(core, id)
  conversations.watcher.changed(store.organization_id)
}
