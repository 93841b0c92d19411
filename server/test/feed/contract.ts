// What contract.test.ts knows of the operations of the feed.
import type { changeOperations } from '@parley/contract'
import type { EntriesOf } from '../contract/entries.ts'

export const entries: EntriesOf<typeof changeOperations> = {
  listConversationChanges: { input: () => ({ after: 0 }), outsider: 'own', narrowed: 'own' },
}
