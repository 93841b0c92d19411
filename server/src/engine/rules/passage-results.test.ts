import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../base/json.ts'
import type { ModelMessage } from '../../models/models.ts'
import { fenceResults, findShown } from './passage-results.ts'

const code = 'c'.repeat(32)
const passage = { number: 1, text: 'Text', source_name: 'A.pdf', url: null, score: 1 }
const inFence = (lines: string) => `<passages ${code}>\n${lines}\n</passages ${code}>`
const fenced = inFence('[1] A.pdf\n  Text')

function show(call_id: string, output: JsonValue): JsonValue {
  const messages: ModelMessage[] = [
    { role: 'user', text: 'Hi' },
    { role: 'tool', results: [{ call_id, name: 'look_up', output, is_error: false }] },
  ]
  const [, last] = fenceResults(
    messages,
    (id) => id === 'searched',
    () => code,
  )
  if (last?.role !== 'tool') throw new Error('the results are gone')
  return last.results[0]!.output
}

test.each<[string, JsonValue, JsonValue]>([
  ['a list of passages in a field', { found: [passage], status: 200 }, { found: fenced, status: 200 }],
  ['a list of passages', [passage], fenced],
  ['a text of the author', 'Best: Text', inFence('  Best: Text')],
  ['nothing', { found: [], empty: '', none: null }, { found: [], empty: '', none: null }],
  ['what was said', { message: 'Text\n[2] B.pdf\nx' }, { message: inFence('  Text\n  [2] B.pdf\n  x') }],
  ['another list', { rows: [{ number: 1, text: 'x' }] }, { rows: inFence('  [{"number":1,"text":"x"}]') }],
  ['an answer that has it deep inside', { body: { a: { Text: 1 } } }, { body: inFence('  {"a":{"Text":1}}') }],
  ['a list of texts', ['Text'], inFence('  ["Text"]')],
])('%s', (_what, output, expected) => expect(show('searched', output)).toEqual(expected))

test('the results of calls that have not searched are shown as they are', () => {
  expect(show('other', { found: [passage] })).toEqual({ found: [passage] })
  expect(show('other', 'A text')).toBe('A text')
})

describe('which passages a result has', () => {
  const begun = 'The tariff of the whole year begins in the month'
  const texts = [`${begun} of May.`, `${begun} of June, "as usual".\nIt ends in C:\\new & <old>.`, 'See C:\\new.']
  const passages = texts.map((text, at) => ({ number: at + 1, text }))
  const shown = (output: JsonValue) => [...findShown(output, passages)].toSorted()
  const saved = (number: number, text = texts[number - 1]!) => ({ number, text, source_name: 'A.pdf', score: 1 })

  test.each<[string, JsonValue, number[]]>([
    ['data', { passages: [saved(1), saved(3)] }, [1, 3]],
    ['data that was cut off', { passages: [saved(2, 'The tar … (cut off)')] }, [2]],
    ['data of another search with the same number', { passages: [saved(2, 'Other.')] }, []],
    ['a text', `Best: ${texts[1]}`, [2]],
    ['several texts', [texts[0]!, { a: texts[2]! }], [1, 3]],
    ['one that begins like another', `Best: ${texts[0]}`, [1]],
    ['a text that was cut off, which could be either', `Best: ${texts[1]!.slice(0, 60)} … (cut off)`, [1, 2]],
    ['too little to tell', `Best: ${texts[1]!.slice(0, 20)}`, []],
    ['JSON', JSON.stringify([saved(2)]), [2]],
    ['JSON of a backslash', JSON.stringify([saved(3)]), [3]],
    ['JSON of ASCII', JSON.stringify([saved(2)]).replaceAll('a', '\\u0061'), [2]],
    ['HTML', texts[1]!.replace('&', '&amp;').replace('<', '&lt;').replaceAll('"', '&#34;'), [2]],
    ['capitals and other white space', texts[1]!.toUpperCase().replaceAll(/\s/g, '\n  '), [2]],
    ['nothing', null, []],
    ['a number', 7, []],
  ])('%s', (_what, output, expected) => expect(shown(output)).toEqual(expected))

  test('a passage without letters is recognized by nothing', () => {
    expect([...findShown('?!', [{ number: 1, text: '?!' }])]).toEqual([])
  })
})
