// Sixty requests in plain words find their tool among the first five.
import { expect, test } from 'vitest'
import { searches } from '../../test/mcp/searches.ts'
import { toolOperations } from '../calls/rules/mcp-tools.ts'
import { createSearch } from './search.ts'

const least_share = 0.95
const among = 5

test('60 plain-word searches: at least 95 % have their tool among the first 5', () => {
  const search = createSearch()
  expect(searches.length).toBe(60)
  for (const [, name] of searches) expect(toolOperations.has(name), name).toBe(true)
  const missed = searches.filter(([query, name]) => !search(query).slice(0, among).includes(name))
  expect(1 - missed.length / searches.length).toBeGreaterThanOrEqual(least_share)
})

test('an empty search finds nothing, and an unknown word neither', () => {
  const search = createSearch()
  expect(search('the of a')).toEqual([])
  expect(search('xyzzyplugh')).toEqual([])
})
