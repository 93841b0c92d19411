// What analysis adds to the commit that ends a conversation: the job that writes its summary.
import type { CommitAddition } from '../conversations/conversations.ts'
import { postAnalysis } from '../jobs/enqueue.ts'

export const analysisAtEnd: CommitAddition = {
  on: ['ended'],
  write(tx, { state: { id: conversation_id, organization_id }, change }) {
    if (change.end?.analysis.status === 'queued') postAnalysis(tx, { organization_id, conversation_id })
  },
}
