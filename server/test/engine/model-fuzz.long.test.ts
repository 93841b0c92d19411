// Anything that a model may ask for: wrong names and arguments, half JSON, names of prototypes, any number of calls. No turn
// fails
// if an error result is enough, each call has its one result, and the server keeps running.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer, CallingAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let server: TestServer
let agent_id: string

const tools = [
  {
    name: 'act',
    description: 'Acts',
    properties: { what: { type: 'string' }, n: { type: 'integer' } },
    required: ['what'],
  },
  { name: 'say', description: 'Says', properties: { x: {} }, actions: [{ type: 'play_message', message: '{{ x }}' }] },
  { name: 'constructor', description: 'Has this name', output: '{{ arguments | tojson }}', properties: { x: {} } },
]

beforeAll(async () => {
  server = await startTestServer()
  const built_in_tools = { widgets: {}, end_conversation: { enabled: false } }
  agent_id = (await publishAgent(server.client, { tools, built_in_tools, max_tool_steps: 3 })).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

const oddKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'what', 'x', '\u0000']
/** A call with a blank name is left out by the providers' libraries. */
const name = fc
  .oneof(
    fc.constantFrom('act', 'say', 'constructor', 'show_info_widget', 'show_form_x', 'end_conversation', ...oddKeys),
    fc.string({ unit: 'binary', maxLength: 300 }),
  )
  .filter((text) => text.trim() !== '')
const odd = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...oddKeys), fc.string()), tie('value'), { maxKeys: 4 }),
  ),
})).value
const json = odd.map((value) => JSON.stringify(value) ?? 'undefined')
const given = fc.oneof(
  json,
  fc.tuple(json, fc.nat()).map(([text, length]) => text.slice(0, length % (text.length + 1))),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '{',
    '{}',
    '{"what": "x"',
    '[]',
    'null',
    '{"__proto__": {"what": "x"}}',
    '{"what": "x", "what": 5}',
  ),
  fc.nat(2000).map((depth) => `${'{"x":'.repeat(depth)}1${'}'.repeat(depth)}`),
)
const answer = fc.record({
  text: fc.constantFrom('', 'Said. '),
  tool_calls: fc.array(fc.record({ name, arguments: given }), { minLength: 1, maxLength: 6 }),
})

async function takeTurn(answers: CallingAnswer[]) {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  const rest: Answer[] = [...answers, 'Done.']
  server.model.answer = ({ tools: offered }) => (offered ? rest.shift()! : 'Done.')
  const conversation_id = conversation.id
  const reply = await server.client.sendConversationMessage({ conversation_id, text: 'Go', interactivity: 'rich' })
  const { items } = (await server.client.getConversation({ conversation_id })).conversation!
  return { ...reply, items }
}

test('calls with any name and any arguments', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 3 }), async (answers) => {
      const { reply, tool_calls, items } = await takeTurn(answers)
      expect(reply.endsWith('Done.')).toBe(true)
      expect(tool_calls).toHaveLength(answers.reduce((sum, { tool_calls: { length } }) => sum + length, 0))
      const ids = (type: string) => items.filter((item) => item.type === type).map(({ call_id }) => call_id)
      expect(new Set(ids('function_call')).size).toBe(tool_calls.length)
      expect(ids('function_call_output').toSorted()).toEqual(ids('function_call').toSorted())
      expect(({} as Record<string, unknown>)['what']).toBeUndefined()
    }),
    { numRuns: 150 },
  )
})

test('10,000 calls at once', async () => {
  const tool_calls = Array.from({ length: 10_000 }, (_, index) => ({ name: `act${index % 3}`, arguments: '{' }))
  const { reply, tool_calls: made } = await takeTurn([{ tool_calls }])
  expect([reply, made.length]).toEqual(['Done.', 32])
})

test('endless arguments, and an endless name', async () => {
  const endless = 'x'.repeat(2_000_000)
  const { tool_calls } = await takeTurn([
    {
      tool_calls: [
        { name: 'act', arguments: `{"what": "${endless}` },
        { name: endless, arguments: '{}' },
      ],
    },
  ])
  expect(tool_calls.map(({ is_error, name: said }) => [is_error, said.length <= 200])).toEqual([
    [true, true],
    [true, true],
  ])
})
