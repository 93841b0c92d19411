// The texts about passages, what was asked of knowledge bases, and what a search had to do without.
import type { Degradation, RetrievalKind, RetrievalMode, RetrievalOutcome, RetrievalReason } from '@parley/contract'
import { formatCount } from '../base/format.ts'

const modes: Record<RetrievalMode, string> = { hybrid: 'hybrid', full_text: 'words', vector: 'vectors' }

const degradations: Record<Degradation, string> = {
  embedding_timeout: 'The embedding model did not answer in time, so only words were searched.',
  embedding_failed: 'The embedding model failed, so only words were searched.',
  vectors_incomplete: 'Some passages have no vector yet. They were found by words only.',
  full_text_timeout: 'The search for words did not end in time.',
  vector_timeout: 'The search for vectors did not end in time.',
  rerank_failed: 'The rerank model failed, so the order is that of the search.',
  dataset_missing: 'A knowledge base that the agent names does not exist.',
}

const outcomes: Record<RetrievalOutcome, string> = {
  found: 'Found',
  nothing: 'No passages',
  skipped: 'Not searched',
  failed: 'Search failed',
  timed_out: 'Search took too long',
}

const outcomeHints: Record<RetrievalOutcome, string | null> = {
  found: null,
  nothing: 'No passage matched. The agent answered without the knowledge bases.',
  skipped: 'The message had fewer than two letters or digits, so there was nothing to search for.',
  failed: 'No knowledge base could be searched. The agent was told so and answered without them.',
  timed_out: 'The search reached its time limit before anything was found. The agent answered without passages.',
}

const kinds: Record<RetrievalKind, string> = {
  implicit: 'Knowledge',
  action: 'Knowledge, asked by a tool',
  tool: 'Knowledge, asked by the model',
}

const reasons: Record<RetrievalReason, string> = {
  no_embedding_model:
    'Words only: no embedding model is configured. Passages with other words for the same thing are not found.',
  embedding_model_unavailable: 'Words only: this server cannot call the embedding model. Check its provider’s key.',
  embedding: 'Words only until the vectors are ready.',
}

export const passageTexts = {
  modes,
  degradations,
  outcomes,
  outcomeHints,
  kinds,
  reasons,
  passages: (count: number) => formatCount(count, 'passage', 'passages'),
  shownOf: (shown: number, found: number) => `${shown} of ${formatCount(found, 'passage', 'passages')}`,
  page: (page: number) => `page ${page}`,
  score: 'Score',
  scores: { vector: 'vectors', full_text: 'words', rerank: 'rerank' },
  noVector: 'no vector yet',
  showAll: 'Show all',
  showLess: 'Show less',
  open: 'Open page',
  query: 'Searched for',
  hiddenQuery: 'The query was purged.',
  shown: 'shown to the model',
  notShown: 'not shown to the model',
  readPassage: (number: number, source: string) => `Open passage ${number} of ${source}`,
  citations: 'Sources',
  dialog: (number: number) => `Passage ${number}`,
  from: 'From',
  replaced: 'The source has newer content. This is what the agent was given.',
  gone: 'This passage cannot be read any more: its source was deleted, detached, or replaced more than 30 days ago.',
  toRead: 'You need the scope sources:read to read passages.',
} as const
