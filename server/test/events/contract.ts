// What contract.test.ts knows of the operations of events.
import type { conversationOperations, organizationEventOperations } from '@parley/contract'
import type { EntriesOf } from '../contract/entries.ts'
import { endedConversation } from '../conversations/contract.ts'

type Operations = Pick<typeof conversationOperations, 'streamConversationEvents'> & typeof organizationEventOperations

export const entries: EntriesOf<Operations> = {
  // The stream of a conversation that has ended closes by itself.
  streamConversationEvents: { input: endedConversation, outsider: 'not found', narrowed: 'not found' },
  listOrganizationEvents: { input: () => ({ after: 0 }), outsider: 'own' },
}
