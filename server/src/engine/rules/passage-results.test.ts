import { expect, test } from 'vitest'
import type { JsonValue } from '../../base/json.ts'
import type { ModelMessage } from '../../models/models.ts'
import { fenceResults, isShownIn } from './passage-results.ts'

const code = 'c'.repeat(32)
const passage = { number: 1, text: 'Text', source_name: 'A.pdf', url: null, score: 1 }
const fenced = `<passages ${code}>\n[1] A.pdf\nText\n</passages ${code}>`

function show(name: string, output: JsonValue): JsonValue {
  const messages: ModelMessage[] = [
    { role: 'user', text: 'Hi' },
    { role: 'tool', results: [{ call_id: 'c', name, output, is_error: false }] },
  ]
  const [, last] = fenceResults(messages, new Set(['look_up']), () => code)
  if (last?.role !== 'tool') throw new Error('the results are gone')
  return last.results[0]!.output
}

test.each<[string, JsonValue, JsonValue]>([
  ['a list of passages in a field', { found: [passage], other: { a: 1 } }, { found: fenced, other: { a: 1 } }],
  ['a list of passages', [passage], fenced],
  ['a text of the author', 'Best: Text', `<passages ${code}>\nBest: Text\n</passages ${code}>`],
  ['no passages', { found: [], error: 'It failed.' }, { found: [], error: 'It failed.' }],
  ['another list', { rows: [{ number: 1, text: 'x' }] }, { rows: [{ number: 1, text: 'x' }] }],
])('%s', (_what, output, expected) => expect(show('look_up', output)).toEqual(expected))

test('the results of other tools are shown as they are, and messages without such tools are not copied', () => {
  expect(show('other', { found: [passage] })).toEqual({ found: [passage] })
  const messages: ModelMessage[] = []
  expect(fenceResults(messages, new Set(), () => code)).toBe(messages)
})

test('a passage was shown if its beginning is in the result', () => {
  const text = `${'a'.repeat(40)}${'b'.repeat(40)}`
  expect(isShownIn({ x: [{ y: `> ${text.slice(0, 50)} …` }] }, text)).toBe(true)
  expect(isShownIn({ x: [{ y: text.slice(0, 39) }] }, text)).toBe(false)
  expect(isShownIn(`Best: ${text}`, text)).toBe(true)
  expect(isShownIn(null, text)).toBe(false)
})
