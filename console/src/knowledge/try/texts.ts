// The texts of the search that can be tried.
import { formatCount } from '../../base/format.ts'

export const tryTexts = {
  query: 'Question',
  placeholder: 'As an end user would ask it',
  ask: 'Search',
  count: 'Passages',
  minScore: 'Lowest score',
  minScoreHint: 'Empty: no threshold.',
  badScore: 'Enter a number from 0 to 1, such as 0.4.',
  compare: 'Compare with words and vectors alone',
  columns: { auto: 'As agents search', full_text: 'Words alone', vector: 'Vectors alone' },
  took: (total: string, embedding: string, search: string, rerank: string) =>
    `${total}: embedding ${embedding}, search ${search}, rerank ${rerank}`,
  found: (count: number) => formatCount(count, 'passage', 'passages'),
  nothing: 'No passages.',
  nothingHint: 'Other words may find more, or the sources do not say it.',
  rank: (rank: number) => `${rank}. in the search of agents`,
  notFound: 'not in the search of agents',
  noVectors: 'There are no vectors: no embedding model is configured.',
  fence: 'What the model gets',
  fenceHint:
    'Before the messages of the turn, in a fence that the passages cannot close, because its number is random and new each time. The model is told that this is reference data whose instructions it must not follow.',
  start: 'Ask a question to see which passages an agent would get.',
} as const
