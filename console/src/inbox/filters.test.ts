import fc from 'fast-check'
import { operations } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { parseSearch, stringifySearch } from '../base/search.ts'
import { filterNames, parametersOf, readFilters, withoutFilter } from './filters.ts'

describe('the filters of an address', () => {
  test('are all that the API has', () => {
    const known = operations.countConversations.query.properties
    // Those of hand-off are views of people who answer.
    const views = ['parley_handled_by', 'parley_assignee', 'parley_team', 'parley_tag']
    const offered = ['user_id', ...views, ...filterNames.flatMap((name) => parametersOf[name])]
    expect(new Set(offered)).toEqual(new Set(Object.keys(known)))
  })

  test('come back from the address that they make', () => {
    const filters = readFilters({
      status: 'completed',
      user_id: 'a&b=ü 1',
      duration_above: '5',
      user_turn_count_below: 3,
      custom_metadata: '{"plan":"pro"}',
      created_after: '2026-01-31T09:30:00.000Z',
      updated_before: '2026-02-01T00:00:00.000Z',
    })
    expect(filters).toMatchObject({ duration_above: 5, user_turn_count_below: 3 })
    expect(readFilters(parseSearch(stringifySearch(filters)))).toEqual(filters)
  })

  test.each([
    [{ status: 'done' }],
    [{ channel: 'sms' }],
    [{ duration_above: 'x' }],
    [{ duration_above: '' }],
    [{ created_after: 'yesterday' }],
    [{ updated_after: 'tomorrow' }],
    [{ custom_metadata: '[1]' }],
    [{ custom_metadata: '{' }],
    [{ user_id: ' ' }],
    [{ __proto__x: '1', limit: '5', cursor: 'x' }],
  ])('leave out what the API would refuse or does not know: %o', (search) => {
    expect(readFilters(search)).toEqual({})
  })

  test('nothing that an address can hold makes them fail', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('status', 'created_after', 'duration_above'), fc.anything()),
        (search) => {
          for (const value of Object.values(readFilters(search))) expect(['string', 'number']).toContain(typeof value)
        },
      ),
    )
  })

  test('a range is removed as one', () => {
    const filters = { duration_above: 1, duration_below: 2, status: 'failed' } as const
    expect(withoutFilter(filters, 'duration')).toEqual({ status: 'failed' })
  })
})
