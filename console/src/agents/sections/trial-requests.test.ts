import { expect, test } from 'vitest'
import type { AgentDocument } from '../document.ts'
import { planTrial } from './trial-requests.ts'

const plan = (config: object) => planTrial({ config } as AgentDocument)

test('each knowledge base that is searched is asked as it is set', () => {
  const knowledge_bases = [
    { dataset_id: 'a' },
    { dataset_id: 'b', top_n: 3, min_score: 0.4, filter: { team: 'shop' } },
    { dataset_id: 'c', enabled: false },
    { dataset_id: '' },
  ]
  expect(plan({ knowledge_bases, retrieval: { rerank: false } })).toEqual([
    { input: { dataset_id: 'a', results_count: 5, rerank: false }, isFilterLeftOut: false },
    {
      input: { dataset_id: 'b', results_count: 3, min_score: 0.4, filter: { team: 'shop' }, rerank: false },
      isFilterLeftOut: false,
    },
  ])
})

test('a filter with templates is left out, and that is said', () => {
  const knowledge_bases = [{ dataset_id: 'a', filter: { team: '{{ custom_metadata.team }}' } }]
  expect(plan({ knowledge_bases })).toEqual([{ input: { dataset_id: 'a', results_count: 5 }, isFilterLeftOut: true }])
})

test.each([{}, { knowledge_bases: null }, { knowledge_bases: 'x' }, { knowledge_bases: ['x', null] }])(
  'of %j nothing is asked',
  (config) => {
    expect(plan(config)).toEqual([])
  },
)
