// What contract.test.ts knows of the operations of events.
import type { conversationOperations } from '@parley/contract'
import type { EntriesOf } from '../contract/entries.ts'
import { endedConversation } from '../conversations/contract.ts'

export const entries: EntriesOf<Pick<typeof conversationOperations, 'streamConversationEvents'>> = {
  // The stream of a conversation that has ended closes by itself.
  streamConversationEvents: { input: endedConversation, outsider: 'not found', narrowed: 'not found' },
}
