// The texts of the pages about knowledge bases: the list, and what all of their sections share.
import type { AttachmentStatus, RetrievalReason } from '@parley/contract'
import { formatCount, formatNumber } from '../base/format.ts'
import type { DatasetSection } from './knowledge-search.ts'

const sections: Record<DatasetSection, string> = {
  sources: 'Sources',
  try: 'Try it',
  questions: 'Questions',
  settings: 'Settings',
}

const statuses: Record<AttachmentStatus, string> = {
  pending: 'Waiting',
  converting_to_markdown: 'Reading',
  chunking: 'Cutting',
  embedding: 'Embedding',
  ready: 'Ready',
  failed: 'Failed',
}

/** In short, for the list. */
const reasons: Record<RetrievalReason, string> = {
  no_embedding_model: 'No embedding model',
  embedding_model_unavailable: 'The embedding model cannot be called',
  embedding: 'Until the vectors are ready',
}

export const knowledgeTexts = {
  title: 'Knowledge bases',
  back: 'All knowledge bases',
  sectionsLabel: 'Sections',
  sections,
  statuses,
  needs: 'To see knowledge bases, you need the scope sources:read, sources:manage or agents:manage.',
  make: 'New knowledge base',
  search: 'Search knowledge bases',
  columns: { name: 'Name', sources: 'Sources', chunks: 'Chunks', search: 'Search', agents: 'Agents' },
  emptyTitle: 'No knowledge bases yet',
  empty: 'Agents look things up in knowledge bases: files and web pages that you add.',
  emptyFilteredTitle: 'No matching knowledge bases',
  emptyFiltered: 'Search for another name.',
  ready: (count: number) => `${formatNumber(count)} ready`,
  waiting: (count: number) => `${formatNumber(count)} waiting`,
  failed: (count: number) => `${formatNumber(count)} failed`,
  noSources: 'None',
  noAgents: 'None',
  chunks: (count: number) => formatCount(count, 'chunk', 'chunks'),
  modes: { hybrid: 'Words and vectors', full_text: 'Words only' },
  reasons,
  reembedding: (done: number, total: number) => `Embedding again: ${formatNumber(done)} of ${formatNumber(total)}`,
  reembeddingFailed: 'Embedding again failed',
  newDialog: {
    title: 'New knowledge base',
    text: 'Add files and web pages to it afterwards.',
    name: 'Name',
    description: 'Description',
    descriptionHint: 'Optional. For people; agents do not see it.',
    submit: 'Create',
    made: 'Knowledge base created',
  },
} as const
