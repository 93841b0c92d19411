import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HistoryItem } from '../../conversations/read/transcript.ts'
import { cutResults, estimateTokens, leastCharacters, selectHistory } from './context-window.ts'
import type { ModelMessage } from '../../models/models.ts'

let position = 0

function item(fields: Partial<HistoryItem>): HistoryItem {
  const empty = {
    metrics: null,
    call_id: null,
    name: null,
    arguments: null,
    output: null,
    is_error: null,
    latency_ms: null,
  }
  const message = {
    type: 'message' as const,
    role: null,
    author: null,
    content: null,
    interrupted: false,
    turn_id: null,
    created_at: '',
  }
  const turn_id = fields.turn_id ?? null
  return { id: `item-${position}`, position: position++, messages_of: turn_id, ...empty, ...message, ...fields }
}

const said = (role: 'user' | 'assistant' | 'system', text: string, turn_id: string | null = null) =>
  item({ role, content: [text], turn_id })
const call = (call_id: string, turn_id: string) =>
  item({ type: 'function_call', call_id, name: 'look', arguments: {}, turn_id })
const output = (call_id: string, turn_id: string) =>
  item({ type: 'function_call_output', call_id, name: 'look', output: 'seen', is_error: false, turn_id })

const wide = { max_items: 100, max_tokens: 100_000 }
const texts = (items: HistoryItem[], turn_id: string, window = wide) =>
  selectHistory(items, turn_id, window).messages.map((message) => ('text' in message ? message.text : 'results'))

describe('selectHistory', () => {
  test('places a message that was stored during an earlier turn after that turn’s reply', () => {
    const items = [said('user', 'one', 'a'), said('user', 'two', 'b'), said('assistant', 'reply one', 'a')]
    expect(texts(items, 'b')).toEqual(['one', 'reply one', 'two'])
  })

  test('leaves out what belongs to later turns', () => {
    const items = [said('user', 'one', 'a'), said('user', 'two', 'b'), said('user', 'three', 'c')]
    expect(texts(items, 'a')).toEqual(['one'])
    expect(texts(items, 'b')).toEqual(['one', 'two'])
  })

  test('places a message that is tried again last, after those answered since; leaves out waiting ones', () => {
    const items = [
      said('user', 'one', 'a'),
      said('user', 'two', 'b'),
      said('user', 'three', 'c'),
      said('assistant', 'reply two', 'b'),
    ]
    expect(texts(items, 'a')).toEqual(['two', 'reply two', 'one'])
  })

  test('keeps the reply of a later try with the messages that it answers', () => {
    const items = [
      said('user', 'one', 'a'),
      said('user', 'two', 'b'),
      said('assistant', 'reply two', 'b'),
      { ...said('assistant', 'reply one', 'a2'), messages_of: 'a' },
      said('user', 'three', 'c'),
    ]
    expect(texts(items, 'c')).toEqual(['one', 'reply one', 'two', 'reply two', 'three'])
  })

  test('keeps messages of one turn together', () => {
    const items = [said('user', 'one', 'a'), said('user', 'two', 'b'), said('user', 'and three', 'b')]
    expect(texts(items, 'b')).toEqual(['one', 'two', 'and three'])
  })

  test('keeps the newest whole turns that fit', () => {
    const items = [
      said('user', 'one', 'a'),
      said('assistant', 'r1', 'a'),
      said('user', 'two', 'b'),
      said('assistant', 'r2', 'b'),
      said('user', 'three', 'c'),
    ]
    expect(texts(items, 'c', { ...wide, max_items: 4 })).toEqual(['two', 'r2', 'three'])
    const tokens = items.slice(2).reduce((sum, each) => sum + estimateTokens(each), 0)
    expect(texts(items, 'c', { ...wide, max_tokens: tokens })).toEqual(['two', 'r2', 'three'])
    expect(texts(items, 'c', { ...wide, max_tokens: tokens - 1 })).toEqual(['three'])
  })

  test('leaves out a turn whose beginning was not read', () => {
    const items = [
      said('assistant', 'the end of a reply', 'a'),
      said('user', 'two', 'b'),
      said('assistant', 'reply two', 'b'),
      said('user', 'three', 'c'),
    ]
    expect(texts(items, 'c')).toEqual(['two', 'reply two', 'three'])
    const cut = items.map((one) => ({ ...one, is_cut: true }))
    expect(selectHistory(cut, 'c', wide).preface).toEqual([])
    expect(texts(cut, 'c')).toEqual(['two', 'reply two', 'three'])
  })

  test('always keeps the turn to be answered', () => {
    expect(texts([said('user', 'x'.repeat(4000), 'a')], 'a', { max_items: 1, max_tokens: 1 })).toHaveLength(1)
  })

  test('puts the calls of a step into one message with the text before them, and those of the next step into another', () => {
    const items = [
      said('user', 'one', 'a'),
      said('assistant', 'Looking.', 'a'),
      ...[call('1', 'a'), call('2', 'a'), output('2', 'a'), output('1', 'a')],
      ...[call('3', 'a'), output('3', 'a')],
    ]
    const { messages } = selectHistory(items, 'a', wide)
    const ids = messages.map((message) => {
      if (message.role === 'tool') return message.results.map(({ call_id }) => call_id)
      return message.role === 'assistant' ? message.tool_calls.map(({ call_id }) => call_id) : message.text
    })
    expect(ids).toEqual(['one', ['1', '2'], ['1', '2'], ['3'], ['3']])
  })

  test('never separates a call from its result', () => {
    const items = [
      said('user', 'one', 'a'),
      call('1', 'a'),
      output('1', 'a'),
      said('assistant', 'r1', 'a'),
      said('user', 'two', 'b'),
    ]
    const { messages } = selectHistory(items, 'b', wide)
    expect(messages.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'user'])
    expect(texts(items, 'b', { ...wide, max_items: 3 })).toEqual(['two'])
  })

  test('leaves out a call that has no result', () => {
    const { messages } = selectHistory([said('user', 'one', 'a'), call('1', 'a')], 'a', wide)
    expect(messages).toEqual([{ role: 'user', text: 'one' }])
  })

  test('puts the greeting and system notes into the preface', () => {
    const items = [said('assistant', 'Welcome!'), said('system', 'VIP'), said('user', 'one', 'a')]
    expect(selectHistory(items, 'a', wide)).toEqual({
      preface: ['You opened the conversation with: Welcome!', 'VIP'],
      messages: [{ role: 'user', text: 'one' }],
    })
  })

  test('for any window, history begins with the end user and ends with the turn’s messages', () => {
    const turns = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(
        turns,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 200 }),
        (order, max_items, max_tokens) => {
          const items = order.map((turn_id, index) =>
            said(index % 3 === 2 ? 'assistant' : 'user', `${turn_id}${index}`, turn_id),
          )
          const turn_id = items.find((each) => each.role === 'user')!.turn_id!
          const { messages } = selectHistory(items, turn_id, { max_items, max_tokens })
          expect(messages[0]?.role).toBe('user')
          expect(texts(items, turn_id, { max_items, max_tokens }).at(-1)!.startsWith(turn_id)).toBe(true)
        },
      ),
    )
  })
})

describe('cutResults', () => {
  const result = (text: string) => ({ call_id: 'a', name: 'look', output: { body: text }, is_error: false })
  const messages = (...results: string[]): ModelMessage[] => [
    { role: 'user', text: 'Look' },
    { role: 'assistant', text: '', tool_calls: [] },
    { role: 'tool', results: results.map(result) },
  ]
  const sizes = (cut: ModelMessage[]) =>
    cut.flatMap((message) =>
      message.role === 'tool' ? message.results.map(({ output }) => JSON.stringify(output).length) : [],
    )

  test('keeps results that fit', () => {
    const all = messages('x'.repeat(3000))
    expect(cutResults(all, { max_tokens: 1000 })).toBe(all)
  })

  test('keeps short results whole and divides the rest among long ones', () => {
    const [short, long, longer] = sizes(
      cutResults(messages('x'.repeat(500), 'y'.repeat(9000), 'z'.repeat(90_000)), { max_tokens: 2000 }),
    )
    expect(short).toBe(511)
    expect(long).toBe(longer)
    expect(short! + long! + longer!).toBeGreaterThan(7900)
    expect(short! + long! + longer!).toBeLessThanOrEqual(8000)
  })

  test('shows a part of each result, however small the window', () => {
    const cut = sizes(cutResults(messages('x'.repeat(5000), 'y'.repeat(5000)), { max_tokens: 1 }))
    for (const size of cut) expect([size > 900, size <= 1100]).toEqual([true, true])
  })

  test('leaves some results whole, and the others give way to them', () => {
    const whole = { call_id: 'w', name: 'search', output: 'w'.repeat(6000), is_error: false }
    const all: ModelMessage[] = [...messages('x'.repeat(9000)), { role: 'tool', results: [whole] }]
    const cut = cutResults(all, { max_tokens: 2000 }, new Set(['w']))
    expect(cut.at(-1)).toEqual({ role: 'tool', results: [whole] })
    const [other] = sizes(cut)
    expect([other! > 1900, other! <= 2000]).toEqual([true, true])
    expect(sizes(cutResults(all, { max_tokens: 1000 }, new Set(['w'])))).toEqual([expect.any(Number), 6002])
    expect(leastCharacters(all, new Set(['w']))).toBe('Look'.length + 1000 + 6002)
    expect(leastCharacters(all, new Set())).toBe('Look'.length + 1000 + 1000)
  })

  test('counts numbers as they are sent, not as the database writes them', () => {
    const output = { numbers: Array.from({ length: 50 }, () => 1e300), text: 'x'.repeat(2000) }
    const all: ModelMessage[] = [
      { role: 'user', text: 'Look' },
      { role: 'assistant', text: '', tool_calls: [{ call_id: 'a', name: 'look', arguments: { least: 1e-300 } }] },
      { role: 'tool', results: [{ call_id: 'a', name: 'look', output, is_error: false }] },
    ]
    expect(cutResults(all, { max_tokens: 1000 })).toBe(all)
    const [message] = cutResults(all, { max_tokens: 500 }).slice(-1)
    const [cut] = message?.role === 'tool' ? message.results : []
    expect(cut!.output).toMatchObject({ numbers: output.numbers, text: expect.stringMatching(/^x+ … \(cut off\)$/) })
  })
})
