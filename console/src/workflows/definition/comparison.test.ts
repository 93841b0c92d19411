import { expect, test } from 'vitest'
import { type Compared, comparisons, readComparison, writeComparison } from './comparison.ts'

test.each(comparisons)('"%s" is read as it was written', (comparison) => {
  const right = comparison === 'is_empty' || comparison === 'is_not_empty' ? '' : 'a "quoted" text'
  const compared: Compared = { left: 'request.`a-b`.tier', comparison, right }
  expect(readComparison(writeComparison(compared)!)).toEqual(compared)
})

test.each([
  ['200', '{{ request.status_code = 200 }}'],
  ['true', '{{ request.status_code = true }}'],
  ['gold', '{{ request.status_code = "gold" }}'],
  ['', '{{ request.status_code = "" }}'],
])('the value %j is written as what it looks like', (right, text) =>
  expect(writeComparison({ left: 'request.status_code', comparison: 'is', right })).toBe(text),
)

test('an expression of another form stays as it is', () => {
  for (const text of ['{{ $count(a) > 1 and b }}', '${ Is {{ a }} angry? }', '{{ a = b }}', 'a or b'])
    expect(readComparison(text)).toBeNull()
  expect(readComparison('a.b = 1')).toEqual({ left: 'a.b', comparison: 'is', right: '1' })
  expect(readComparison('')).toEqual({ left: '', comparison: 'is', right: '' })
})

test('without a name there is nothing to write', () => {
  for (const left of ['', 'a b', 'a.', '$x', 'a-b'])
    expect(writeComparison({ left, comparison: 'is', right: '1' })).toBeNull()
})
