// What contract.test.ts knows of the operations of analysis.
import type { analysisOperations } from '@parley/contract'
import type { EntriesOf } from '../contract/entries.ts'
import { endedConversation } from '../conversations/contract.ts'

export const entries: EntriesOf<typeof analysisOperations> = {
  analyzeConversation: { input: endedConversation, outsider: 'not found', narrowed: 'not found' },
  listConversationAnalyses: { input: endedConversation, outsider: 'not found', narrowed: 'not found' },
}
