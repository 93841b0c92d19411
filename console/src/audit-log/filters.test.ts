import { expect, test } from 'vitest'
import { readFilters, withoutFilter } from './filters.ts'

test('an address gives the filters that the API knows, and nothing else', () => {
  const search = {
    ...{ actor_id: ' u-1 ', action: 'updateAgent', target_type: 'agent', target_id: 'a', via: 'console' },
    ...{ outcome: 'refused', after: '2026-06-01', before: '2026-06-02T10:00:00Z' },
  }
  expect(readFilters(search)).toEqual({
    ...search,
    actor_id: 'u-1',
    after: '2026-06-01T00:00:00.000Z',
    before: '2026-06-02T10:00:00.000Z',
  })
  const unfit = { actor_id: ' ', action: 'x'.repeat(101), target_type: 'ship', via: 1, outcome: '', after: 'soon' }
  expect(readFilters({ ...unfit, limit: '5' })).toEqual({})
  expect(withoutFilter({ target_type: 'agent', target_id: 'a', via: 'api' }, 'target')).toEqual({ via: 'api' })
})
