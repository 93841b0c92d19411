// The demo model: always labelled, deterministic, and built only from its input.
import { citationRules, fencePassages } from '@parley/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GREETING, collectParts, describeModelContract, joinText } from '../../test/support/model-contract.ts'
import { DEMO_LABEL, DEMO_MODEL_ID, createDemoModel, summarizeWithDemo } from './demo.ts'
import { type ModelMessage, type ModelPart, type ModelRequest, type ModelTool, notReported } from './port.ts'

const TOOL: ModelTool = { name: 'get_weather', description: 'Weather of a city', parameters: { type: 'object' } }

function ask(text: string, more: Partial<ModelRequest> = {}): Promise<ModelPart[]> {
  return collectParts(createDemoModel(), { ...GREETING, messages: [{ role: 'user', text }], ...more })
}

async function reply(text: string, more: Partial<ModelRequest> = {}): Promise<string> {
  return joinText(await ask(text, more))
}

const anyText = fc.string({ unit: 'grapheme', maxLength: 400 })
const anyMessage: fc.Arbitrary<ModelMessage> = fc.oneof(
  anyText.map((text) => ({ role: 'user' as const, text })),
  anyText.map((text) => ({ role: 'assistant' as const, text, tool_calls: [] })),
  anyText.map((output) => ({
    role: 'tool' as const,
    results: [{ call_id: 'c', name: 'get_weather', output, is_error: false }],
  })),
)

describe('what the demo model says', () => {
  test('begins with its label for any request', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, fc.array(anyMessage, { maxLength: 5 }), async (system, messages) => {
        const parts = await collectParts(createDemoModel(), { system, messages, tools: [TOOL] })
        const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))
        // A tool call has no text.
        if (parts[0]?.type === 'tool_call') expect(texts).toEqual([])
        else expect(texts.join('').startsWith(`${DEMO_LABEL} `)).toBe(true)
        expect(parts).toEqual(await collectParts(createDemoModel(), { system, messages, tools: [TOOL] }))
      }),
    )
  })

  test('is this text', async () => {
    expect(await reply('Where is my order?')).toBe(
      '[Demo model, not an AI] My instructions begin: “You help the customers of a tea shop. Be brief.” ' +
        'You wrote: “Where is my order?” I have seen 1 message.',
    )
  })

  test('quotes the best passage that it is shown, names its source, and marks it where citations are asked for', async () => {
    const passages = [
      {
        number: 3,
        text: '# Shop\n\n## Returns\n\nWithin 30 days.\n\nAll of it.',
        source_name: 'Shop.pdf',
        heading_path: ['Returns'],
        page: 2,
      },
      { number: 4, text: 'Never.', source_name: 'Old.pdf' },
    ]
    const fence = { role: 'user' as const, text: fencePassages(passages, 'a'.repeat(32)) }
    const question = { role: 'user' as const, text: 'Returns?' }
    const said = '[Demo model, not an AI] Shop.pdf > Returns (page 2) says: “Within 30 days. All of it.”'
    expect(await reply('', { messages: [fence, question] })).toBe(`${said}.`)
    expect(await reply('', { system: citationRules, messages: [fence, question] })).toBe(`${said} [3].`)
    const answered = { role: 'assistant' as const, text: 'Yes.', tool_calls: [] }
    expect(await reply('', { messages: [fence, question, answered, question] })).toContain('You wrote: “Returns?”')
  })

  test.for(['hi', 'Hello!', '  hey there', 'Good morning', 'Guten Tag', 'hola'])(
    'greets when greeted: %s',
    async (text) => {
      expect(await reply(text)).toContain(`${DEMO_LABEL} Hello!`)
    },
  )

  test.for(['history', 'Where is my order?', 'higher', 'say hello', 'Hiß'])(
    'does not greet for other messages: %s',
    async (text) => {
      expect(await reply(text)).not.toContain('Hello!')
    },
  )

  test('greets when the conversation has no message yet', async () => {
    const text = await reply('', { messages: [] })
    expect(text).toBe(
      '[Demo model, not an AI] Hello! My instructions begin: “You help the customers of a tea shop. Be brief.” ' +
        'I have seen 0 messages.',
    )
  })

  test('quotes the first two sentences of the instructions, at most', async () => {
    const text = await reply('x', { system: 'One here.\nTwo there?  Three not.' })
    expect(text).toContain('“One here. Two there?”')
    expect(await reply('x', { system: '' })).toContain('I have no instructions.')
  })

  test('echoes at most 200 characters, none cut in half', async () => {
    const text = await reply('👩🏽‍🚀'.repeat(300))
    const echo = /You wrote: “([^”]*)”/.exec(text)?.[1] ?? ''
    expect([...echo]).toHaveLength(200)
    expect(echo.isWellFormed()).toBe(true)
    expect(await reply('y'.repeat(200))).toContain(`“${'y'.repeat(200)}”`)
  })

  test('counts the messages that it has seen', async () => {
    const messages: ModelMessage[] = Array.from({ length: 3 }, () => ({ role: 'user', text: 'again' }))
    expect(await reply('', { messages })).toContain('I have seen 3 messages.')
  })

  test('explains how to call its tools', async () => {
    const tools = Array.from({ length: 7 }, (_, index) => ({ ...TOOL, name: `tool_${index}` }))
    expect(await reply('What can you do?', { tools })).toContain(
      'write “call <name> {json}”; I am offered tool_0, tool_1, tool_2, tool_3, tool_4, and 2 more.',
    )
  })

  test('comes word by word, is counted in words, and is cut at the limit', async () => {
    const whole = await ask('Where is my order?')
    const texts = whole.flatMap((part) => (part.type === 'text' ? [part.text] : []))
    for (const text of texts) expect(text.trim().split(/\s+/)).toHaveLength(1)
    expect(whole.at(-1)).toEqual({
      type: 'finish',
      reason: 'stop',
      usage: { ...notReported, input_tokens: 14, output_tokens: texts.length },
    })
    const cut = await ask('Where is my order?', { max_output_tokens: 6 })
    expect(cut.slice(0, 6)).toEqual(whole.slice(0, 6))
    expect(cut.slice(6)).toEqual([
      { type: 'finish', reason: 'length', usage: { ...notReported, input_tokens: 14, output_tokens: 6 } },
    ])
  })
})

describe('tools of the demo model', () => {
  const calls: [string, string][] = [
    ['call get_weather {"city": "Oslo"}', '{"city": "Oslo"}'],
    ['  Call get_weather{"city":\n"Oslo"}  ', '{"city":\n"Oslo"}'],
    ['call get_weather', '{}'],
    ['call get_weather {not json', '{not json'],
  ]
  test.for(calls)('%j calls the tool', async ([text, args]) => {
    const parts = await ask(text, { tools: [TOOL] })
    expect(parts[0]).toMatchObject({ type: 'tool_call', name: 'get_weather', arguments: args })
    expect(parts[1]).toMatchObject({ type: 'finish', reason: 'tool_calls' })
    expect(parts).toHaveLength(2)
  })

  test.for(['call get_weather for Oslo', 'please call get_weather', 'call other {}', 'call constructor {}', 'call'])(
    '%j calls no tool',
    async (text) => {
      const parts = await ask(text, { tools: [TOOL] })
      expect(parts.some((part) => part.type === 'tool_call')).toBe(false)
    },
  )

  test('does not call a tool that is not offered', async () => {
    expect((await ask('call get_weather {}')).at(-1)).toMatchObject({ reason: 'stop' })
  })

  test('each call of a conversation has its own id, which a repeated step keeps', async () => {
    const history: ModelMessage[] = [{ role: 'user', text: 'call get_weather {}' }]
    const ids: string[] = []
    for (let turn = 0; turn < 4; turn += 1) {
      const request = { ...GREETING, messages: [...history], tools: [TOOL] }
      const [call] = await collectParts(createDemoModel(), request)
      const [again] = await collectParts(createDemoModel(), request)
      if (call?.type !== 'tool_call') throw new Error('No call')
      expect(again).toEqual(call)
      ids.push(call.call_id)
      history.push(
        { role: 'assistant', text: '', tool_calls: [{ call_id: call.call_id, name: call.name, arguments: {} }] },
        { role: 'tool', results: [{ call_id: call.call_id, name: call.name, output: 'fine', is_error: false }] },
        { role: 'user', text: 'call get_weather {}' },
      )
    }
    expect(new Set(ids).size).toBe(4)
  })

  test('reports results', async () => {
    const results = [
      { call_id: 'a', name: 'get_weather', output: { degrees: 7 }, is_error: false },
      { call_id: 'b', name: 'find_order', output: 'no such order', is_error: true },
    ]
    const text = await reply('', { messages: [{ role: 'tool', results }], tools: [TOOL] })
    expect(text).toContain(
      `${DEMO_LABEL} The tool get_weather answered: “{"degrees":7}” The tool find_order failed with: “no such order”`,
    )
    expect(text).not.toContain('You wrote')
  })
})

describe('summaries without a language model', () => {
  const user = (text: string) => ({ role: 'user', text })
  const agent = (text: string) => ({ role: 'assistant', text })

  test('quote the first and the last message of the user', () => {
    expect(summarizeWithDemo([agent('Hi'), user('Where is it?'), agent('There.'), user('Thank you')], 50)).toBe(
      '[Demo model] The user sent 2 messages, first: “Where is it?”, last: “Thank you”.',
    )
    expect(summarizeWithDemo([user('Where\nis it?')], 50)).toBe('[Demo model] The user sent 1 message: “Where is it?”.')
    expect(summarizeWithDemo([agent('Hi')], 50)).toBe('[Demo model] The user sent no messages.')
  })

  test('cut long quotes and mark the cut', () => {
    const text = summarizeWithDemo([user('one two three four five six'), user('seven')], 16)
    expect(text).toBe('[Demo model] The user sent 2 messages, first: “one two three…”, last: “seven”.')
  })

  test('are labelled, stay within their word limit, and quote only the conversation', () => {
    const said = fc.record({ role: fc.constantFrom('user', 'assistant'), text: fc.lorem({ maxCount: 30 }) })
    fc.assert(
      fc.property(fc.array(said, { maxLength: 6 }), fc.integer({ min: 2, max: 80 }), (transcript, max_words) => {
        const summary = summarizeWithDemo(transcript, max_words)
        expect(summary.startsWith('[Demo model]')).toBe(true)
        expect(summary.split(/\s+/).length).toBeLessThanOrEqual(max_words)
        expect(summary).toBe(summarizeWithDemo(transcript, max_words))
        const spoken = transcript.filter(({ role }) => role === 'user').map(({ text }) => text)
        for (const [, quote = ''] of summary.matchAll(/“([^”]*)”/g)) {
          expect(spoken.some((text) => text.includes(quote.replace(/…$/, '')))).toBe(true)
        }
      }),
    )
  })
})

describeModelContract(DEMO_MODEL_ID, createDemoModel)
