// What conversations has of an organization that is deleted.
import { type Purge, purgeBelow } from '../database/purge.ts'

export const purges: readonly Purge[] = [
  purgeBelow({
    parent: 'conversations',
    children: [
      ['retrievals', 'conversation_id'],
      ['dataset_retrievals', 'conversation_id'],
      ['earlier_analyses', 'conversation_id'],
      ['answered_widgets', 'conversation_id'],
      ['client_messages', 'conversation_id'],
      ['events', 'conversation_id'],
      ['transcript_items', 'conversation_id'],
      ['turns', 'conversation_id'],
      ['handlings', 'conversation_id'],
      ['conversation_progress', 'conversation_id'],
    ],
  }),
]
