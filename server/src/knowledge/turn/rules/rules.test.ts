// What a turn asks, how its filters are rendered, and which passages fit.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HistoryItem } from '../../../conversations/read/transcript.ts'
import { createBudget } from '../../../templates/templates.ts'
import type { FoundPassage } from '../../search/request.ts'
import { renderFilter } from './filters.ts'
import { createRedactor } from '../../../secrets/rules/redact.ts'
import { cutText, fitPassages, roomBeside } from './fit.ts'
import { cutQuery, isSearchable, queriesOf } from './queries.ts'
import { hideSecrets } from './secrets.ts'

let position = 0
const item = (messages_of: string | null, role: HistoryItem['role'], text: string, more: object = {}): HistoryItem => ({
  ...{
    id: `i${position}`,
    position: position++,
    type: 'message',
    turn_id: messages_of,
    author: null,
    role,
    content: [text],
    interrupted: false,
  },
  ...{ call_id: null, name: null, arguments: null, output: null, is_error: null, messages_of },
  ...more,
})

describe('queries', () => {
  const history = () => [
    item(null, 'assistant', 'Welcome.'),
    item('a', 'user', 'First?'),
    item('a', 'assistant', 'Said by a tool.', { call_id: 'c' }),
    item('a', 'assistant', 'First.'),
    item(null, 'system', 'A note.'),
    item('b', 'user', 'Second?'),
    item('b', 'user', 'And more?'),
  ]

  test.each([
    [0, 'Second?\nAnd more?'],
    [1, 'First.\nSecond?\nAnd more?'],
    [2, 'First?\nFirst.\nSecond?\nAnd more?'],
    [10, 'Welcome.\nFirst?\nFirst.\nSecond?\nAnd more?'],
  ])('%i messages before', (window, vectors) => {
    expect(queriesOf(history(), { id: 'b', messages_of: null }, window)).toEqual({
      words: 'Second?\nAnd more?',
      vectors,
    })
  })

  test('a turn that tries again asks what the first try was asked, after what was said since', () => {
    const retried = [item('a', 'user', 'First?'), item('b', 'user', 'Second?'), item('b', 'assistant', 'Second.')]
    expect(queriesOf(retried, { id: 'c', messages_of: 'a' }, 1)).toEqual({
      words: 'First?',
      vectors: 'Second.\nFirst?',
    })
  })

  test('of long ones the end goes to vectors, the beginning to words, and no character is split', () => {
    const long = `${'🙂'.repeat(1200)}${'é'.repeat(7000)}🙂`
    const { words, vectors } = queriesOf([item('a', 'user', long)], { id: 'a', messages_of: null }, 2)
    expect(vectors.length).toBeLessThanOrEqual(2000)
    expect(vectors.endsWith('🙂')).toBe(true)
    expect(words.length).toBeLessThanOrEqual(8000)
    expect([words, vectors].every((text) => text.isWellFormed())).toBe(true)
  })

  test('what cannot be seen is in no chunk, and takes no room', () => {
    const hidden = '\u200B\u202E\0\uDC00\u{E0041}'
    const { words, vectors } = queriesOf(
      [item('a', 'user', `re${hidden}turns${hidden.repeat(9000)}?`)],
      { id: 'a', messages_of: null },
      2,
    )
    expect([words, vectors]).toEqual(['returns?', 'returns?'])
    expect(cutQuery(`${hidden} a\r\nb `)).toBe('a\nb')
  })

  test.each([
    ['', false],
    ['?!', false],
    ['x', false],
    ['🙂🙂', false],
    ['ok', true],
    ['A 1', true],
    ['日本', true],
  ])('%j can be searched for: %s', (text, is) => expect(isSearchable(text)).toBe(is))
})

describe('filters', () => {
  const render = (filter: object, custom_metadata: object = {}) =>
    renderFilter(filter as never, custom_metadata as never, createBudget())

  test('texts at any depth are templates with the metadata, and other values stay', () => {
    const filter = {
      plan: '{{ custom_metadata.plan }}',
      tags: ['x-{{ custom_metadata.plan }}', 1],
      deep: { is: true, no: null },
    }
    expect(render(filter, { plan: 'pro' })).toEqual({ plan: 'pro', tags: ['x-pro', 1], deep: { is: true, no: null } })
  })

  test.each([
    ['an unknown value', { a: '{{ custom_metadata.missing }}' }],
    ['a blank text', { a: { b: [' '] } }],
    ['a template that fails', { a: '{{ custom_metadata.x.y.z() }}' }],
  ])('%s lets nothing through', (_what, filter) => expect(render(filter)).toBeNull())

  test('nothing that was said is in reach', () => {
    expect(render({ a: '{{ user_id }}{{ arguments }}{{ secrets }}' })).toBeNull()
  })
})

describe('passages that fit', () => {
  const found = (content: string) => ({ content }) as FoundPassage
  const fit = (lengths: number[], room: { max_chunks?: number; max_characters?: number }) =>
    fitPassages(
      lengths.map((length) => found('x'.repeat(length))),
      { max_chunks: 20, max_characters: 1000, ...room },
    ).map(({ text }) => text?.length ?? null)

  test.each<[string, number[], object, (number | null)[]]>([
    ['all', [100, 200], {}, [100, 200]],
    ['only the first is cut', [1500, 10], {}, [1000, null]],
    ['one that is too long leaves its room to others', [400, 700, 600, 1], {}, [400, null, 600, null]],
    ['so many', [1, 1, 1], { max_chunks: 2 }, [1, 1, null]],
    ['none', [], {}, []],
  ])('%s', (_what, lengths, room, expected) => expect(fit(lengths, room)).toEqual(expected))

  test('their texts never exceed the room, and the best is always shown', () => {
    const lengths = fc.array(fc.nat(2000), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(
        lengths,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 3000 }),
        (all, max_chunks, max_characters) => {
          const shown = fit(all, { max_chunks, max_characters })
          expect(shown[0]).not.toBeNull()
          expect(shown.filter((length) => length !== null).length).toBeLessThanOrEqual(max_chunks)
          expect(shown.reduce<number>((sum, length) => sum + (length ?? 0), 0)).toBeLessThanOrEqual(max_characters)
        },
      ),
    )
  })

  test.each([
    ['all of the settings', 100, 50_000, 12_000],
    ['what the question leaves of the window', 100, 1000, 900],
    ['a part, however long the question is', 5000, 1000, 500],
    ['the whole of a tiny window', 5000, 40, 40],
  ])('%s', (_what, asked, window_characters, expected) => {
    expect(roomBeside('?'.repeat(asked), { max_characters: 12_000, window_characters })).toBe(expected)
  })

  test('a text is not cut within a character', () => {
    expect(cutText('a🙂b', 2)).toBe('a')
    expect(cutText('a🙂b', 3)).toBe('a🙂')
    expect(cutText('abc', 3)).toBe('abc')
  })
})

describe('secrets', () => {
  const passage = (text: string | null, more: object = {}) => {
    return { text, source_name: 'A.pdf', url: null, heading_path: ['One'], number: 7, ...more }
  }
  const redactor = createRedactor(new Map([['KEY', 'hunter2-hunter2']]))

  test('are in none of the texts, and the rest stays', () => {
    const url = 'https://shop.example/?key=hunter2-hunter2'
    const given = [
      passage('The key is hunter2-hunter2.'),
      passage(null, { heading_path: [], url, source_name: 'hunter2-hunter2.pdf' }),
    ]
    expect(hideSecrets(given, redactor)).toEqual([
      passage('The key is [secret KEY].'),
      passage(null, {
        heading_path: [],
        url: 'https://shop.example/?key=[secret KEY]',
        source_name: '[secret KEY].pdf',
      }),
    ])
    expect(hideSecrets(given, createRedactor(new Map()))).toEqual(given)
    expect(hideSecrets([], redactor)).toEqual([])
  })

  test('that cannot be located leave nothing of the texts', () => {
    const withheld = { ...redactor, redactValue: () => 'withheld' as never }
    expect(hideSecrets([passage('Text'), passage(null)], withheld)).toEqual([
      passage('withheld', { source_name: 'withheld', heading_path: ['withheld'] }),
      passage(null, { source_name: 'withheld', heading_path: ['withheld'] }),
    ])
  })
})
