// The plain reply to a message is serialized by its schema, the last event of a stream without one: both must be the same.
import { type MessageReply, operations, widgetData, widgetTypes } from '@parley/contract'
import Fastify from 'fastify'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileSerializer } from './serializer.ts'

const json = fc.jsonValue({ maxDepth: 3 })
const object = fc.dictionary(fc.string({ maxLength: 12 }), json, { maxKeys: 4 })
/** Unknown parts of a form or a field. */
const known = new Set([
  'id',
  'type',
  'title',
  'name',
  'label',
  'description',
  'fields',
  'required',
  'options',
  'placeholder',
])
const more = object.map((any) => Object.fromEntries(Object.entries(any).filter(([key]) => !known.has(key))))

const widget = fc.constantFrom(...widgetTypes).map((type) => {
  const [data] = (widgetData[type] as unknown as { examples: [object] }).examples
  return { type, data }
})
const field = fc
  .tuple(more, fc.option(fc.boolean()), fc.option(fc.array(fc.string({ minLength: 1, maxLength: 5 }))))
  .map(([others, required, options]) => ({ ...others, id: 'a', label: 'A', type: 'select', required, options }))
const form = fc.tuple(more, fc.option(fc.string()), fc.array(field, { minLength: 1, maxLength: 3 })).map((parts) => {
  const [others, title, fields] = parts
  return { type: 'form', data: { ...others, id: 'form', title, fields } }
})
const tool_call = fc.record({
  call_id: fc.string(),
  name: fc.string(),
  arguments: object,
  output: json,
  is_error: fc.boolean(),
})
/** As redaction leaves it, or a tool of the agent's own that has the name of a built-in one. */
const odd = fc.constantFrom(
  { type: 'detail', data: { title: 'Room', actions: [{ label: 'Call', url: '[phone]' }] } },
  { type: 'info', data: { title: 7, rows: 'none', more: [1] } },
  { type: 'form', data: { id: 'f', fields: 'none' } },
)

const reply = fc.record({
  conversation_id: fc.uuid(),
  reply: fc.string(),
  tool_calls: fc.array(tool_call, { maxLength: 3 }),
  widgets: fc.array(fc.oneof(widget, form, odd), { maxLength: 3 }),
  turn_id: fc.uuid(),
  handled_by: fc.option(fc.constantFrom('agent', 'queue', 'person'), { nil: undefined }),
})

test('the plain form of a reply loses nothing', async () => {
  await using server = Fastify()
  let answer: unknown
  const { schema } = operations.sendConversationMessage.success
  const route = { schema: { response: { 200: schema } }, serializerCompiler: compileSerializer }
  server.get('/', route, () => answer as MessageReply)
  await fc.assert(
    fc.asyncProperty(reply, async (given) => {
      answer = given
      const { payload } = await server.inject('/')
      expect(JSON.parse(payload)).toEqual(JSON.parse(JSON.stringify(given)))
    }),
    { numRuns: 300 },
  )
})
