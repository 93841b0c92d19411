// Adds to the commit that ends a conversation the work that writes its summary.
import { type CommitAddition, addAnalysis } from '../conversations/conversations.ts'

export const analysisAtEnd: CommitAddition = {
  on: ['ended'],
  write(tx, { state, change }) {
    if (change.end?.analysis.status === 'queued') addAnalysis(tx, state)
  },
}
