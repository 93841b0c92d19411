import { expect, test } from 'vitest'
import { describeRetrieval, toneOf } from './describe-retrieval.ts'

const shown = (count: number, of = count) => Array.from({ length: of }, (_none, index) => ({ shown: index < count }))
const found = { outcome: 'found', retrieval_mode: 'hybrid', latency_ms: 84, degraded: [], chunks: shown(5) } as const

test.each([
  [found, '5 passages · hybrid · 84 ms', 'quiet'],
  [{ ...found, chunks: shown(1), retrieval_mode: 'full_text' }, '1 passage · words · 84 ms', 'quiet'],
  [{ ...found, chunks: shown(3, 8) }, '3 of 8 passages · hybrid · 84 ms', 'quiet'],
  [{ ...found, degraded: ['embedding_timeout'], latency_ms: 1500 }, '5 passages · hybrid · 1.5 s', 'warn'],
  [{ ...found, outcome: 'nothing', chunks: [] }, 'No passages · hybrid · 84 ms', 'quiet'],
  [{ ...found, outcome: 'skipped', chunks: [], retrieval_mode: null }, 'Not searched', 'quiet'],
  [{ ...found, outcome: 'failed', chunks: [], retrieval_mode: null }, 'Search failed · 84 ms', 'bad'],
  [
    { ...found, outcome: 'timed_out', chunks: [], degraded: ['vector_timeout'] },
    'Search took too long · hybrid · 84 ms',
    'bad',
  ],
] as const)('%j is %s, %s', (retrieval, text, tone) => {
  const read = retrieval as unknown as Parameters<typeof describeRetrieval>[0]
  expect([describeRetrieval(read), toneOf(read)]).toEqual([text, tone])
})
