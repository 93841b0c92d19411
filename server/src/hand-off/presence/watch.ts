// Tells streams who is there. Correctness depends on nothing here: what is told lapses, and is read again every few seconds.
import type { Core } from '../../calls/core.ts'
import type { Store } from '../../database/store.ts'
import type { PeopleSeen, PresenceSource } from '../../events/events.ts'
import { signalsOf } from '../../live/signals.ts'
import { topic } from '../../live/topics.ts'
import { readAllPresence, readPresence } from './conversation-rows.ts'
import { listPeople, markPerson } from './rows.ts'
import type { Marked } from './rows.ts'

/** `<organization> <conversation>`: somebody looks at it, types, or has left. */
const shown = topic<string>('presence')
/** An organization: somebody is available or online, or is not any more. */
const people_changed = topic<string>('people')

const conversationKey = signalsOf('presence')
const organizationKey = signalsOf('presences')

export interface PresenceWatch extends PresenceSource {
  tellShown(organization_id: string, conversation_id: string): void
  mark(store: Store, user_id: string, availability: 'away' | 'available' | null): Promise<Marked>
}

export function createPresenceWatch({ live }: Pick<Core, 'live'>): PresenceWatch {
  const { bus, signals } = live
  const ring = (organization_id: string, conversation_id?: string) => {
    if (conversation_id) signals.notify(conversationKey(conversation_id))
    signals.notify(organizationKey(organization_id))
  }
  bus.subscribe(shown, (named) => ring(...(named.split(' ') as [string, string])))
  bus.subscribe(people_changed, (organization_id) => ring(organization_id))
  return {
    conversationKey,
    organizationKey,
    readConversation: readPresence,
    readPeople: readTogether(),
    async mark(store, user_id, availability) {
      const marked = await markPerson(store, user_id, availability)
      if (marked.has_changed) {
        ring(store.organization_id)
        void bus.publish(people_changed, store.organization_id)
      }
      return marked
    },
    tellShown(organization_id, conversation_id) {
      ring(organization_id, conversation_id)
      void bus.publish(shown, `${organization_id} ${conversation_id}`)
    },
  }
}

/** Streams of one organization that ask at the same time share one reading. */
function readTogether(): (store: Store) => Promise<PeopleSeen> {
  const reading = new Map<string, Promise<PeopleSeen>>()
  return (store) => {
    const { organization_id } = store
    let read = reading.get(organization_id)
    if (!read) {
      read = readPeople(store).finally(() => reading.delete(organization_id))
      reading.set(organization_id, read)
    }
    return read
  }
}

async function readPeople(store: Store): Promise<PeopleSeen> {
  const [people, present] = await Promise.all([listPeople(store), readAllPresence(store)])
  return { people, conversations: Map.groupBy(present, ({ conversation_id }) => conversation_id) }
}
