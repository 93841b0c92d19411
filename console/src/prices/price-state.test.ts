import { expect, test } from 'vitest'
import { type Price, findLocked, statesOf } from './price-state.ts'

const price = (id: string, valid_from: string, fields: Partial<Price> = {}): Price => ({
  ...{
    id,
    set_by: 'organization',
    kind: 'model_call',
    model: 'a/b',
    currency: 'USD',
    valid_from,
    created_at: valid_from,
  },
  ...{ input: '1', cached_input: null, cache_write: null, output: '2', unit_price: null, tiers: [], locked: false },
  ...fields,
})
const now = Date.parse('2026-03-05T00:00:00Z')

test('of each owner the newest valid price counts', () => {
  const prices = [
    price('later', '2026-04-01T00:00:00Z'),
    price('now', '2026-03-01T00:00:00Z'),
    price('before', '2026-02-01T00:00:00Z'),
    price('above', '2026-01-01T00:00:00Z', { set_by: 'parent', locked: true }),
    price('other', '2026-01-01T00:00:00Z', { model: 'a/c' }),
  ]
  expect([...statesOf(prices, now).values()]).toEqual(['later', 'current', 'earlier', 'current', 'current'])
  expect(findLocked(prices, { kind: 'model_call', model: 'a/b' }, now)?.id).toBe('above')
  expect(findLocked(prices, { kind: 'embedding', model: 'a/b' }, now)).toBe(undefined)
})
