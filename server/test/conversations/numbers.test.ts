// Numbers in free JSON: each is returned as it was sent, and counts as many bytes as the database prints for it.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { storedBytes } from '../../src/base/json-size.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
let agent_id: string
beforeAll(async () => {
  server = await startTestServer()
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

const odd = [
  1e21,
  1e-7,
  -0,
  5e-324,
  -5e-324,
  1.797_693_134_862_315_7e308,
  0.1,
  1 / 3,
  2 ** 53,
  2 ** 53 - 1,
  -(2 ** 53),
  1e22,
]
const finite = fc.double({ noDefaultInfinity: true, noNaN: true })
const numbers = [...odd, ...fc.sample(finite, 150), ...fc.sample(fc.maxSafeInteger(), 100)]
/** PostgreSQL has one zero, which equals the other. */
const kept = numbers.map((number) => number + 0)

const json = fc.oneof(
  fc.jsonValue({ stringUnit: 'grapheme' }),
  fc.array(finite),
  fc.dictionary(fc.string(), finite),
  fc.constantFrom<unknown>(odd, '\u0001\b\f\n\r\t\u001f\u007f"\\/é€𝄞'),
)

test('the size of JSON is that of the output of the database, except for a space after each comma and colon', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(json, { minLength: 1, maxLength: 100 }), async (values) => {
      const { rows } = await server.database.pool.query<{ bytes: number }>(
        `select octet_length(value::jsonb::text) as bytes from unnest($1::text[]) with ordinality as sent (value, place)
         order by place`,
        [values.map((value) => JSON.stringify(value))],
      )
      const counted = values.map((value) => storedBytes(value) + countSeparators(value))
      expect(rows.map(({ bytes }) => bytes)).toEqual(counted)
    }),
    { numRuns: 30 },
  )
})

function countSeparators(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const entries = Object.values(value)
  const own = Math.max(0, entries.length - 1) + (Array.isArray(value) ? 0 : entries.length)
  return entries.reduce((sum: number, entry) => sum + countSeparators(entry), own)
}

test('metadata is returned as it was sent', async () => {
  const input = { channel: 'text' as const, user_id: 'u', agent_id }
  const { conversation } = await server.client.createConversation({ ...input, custom_metadata: { numbers } })
  const conversation_id = conversation.id
  const read = await server.client.getConversation({ conversation_id })
  expect(read.custom_metadata).toEqual({ numbers: kept })
  const [listed] = await server.client.listConversations({ limit: 1 })
  expect(listed!.custom_metadata).toEqual({ numbers: kept })
})

test('a configuration is returned as it was sent', async () => {
  const { version } = await server.client.createAgentVersion({ agent_id, config: { notes: { numbers } } as never })
  const read = await server.client.getAgentVersion({ agent_id, version: String(version) })
  expect(read.config).toEqual({ notes: { numbers: kept } })
})

/** 2 KB in the request, and 65 KiB when stored. */
const tiny = { numbers: Array.from({ length: 201 }, () => 5e-324) }
const reason = 'must have at most 65536 bytes as JSON, with numbers written out in full'

test('metadata whose printed numbers exceed the limit is refused in every operation', async () => {
  const input = { channel: 'text' as const, user_id: 'u', agent_id }
  const created = await refusal(server.client.createConversation({ ...input, custom_metadata: tiny }))
  expect([created.status, created.errors]).toEqual([422, [{ path: 'custom_metadata', message: reason }]])
  const agent = await refusal(server.client.createAgent({ name: 'A', metadata: tiny }))
  expect([agent.status, agent.errors]).toEqual([422, [{ path: 'metadata', message: reason }]])
  const settings = await refusal(server.client.updateOrganization({ settings: tiny }))
  expect([settings.status, settings.errors]).toEqual([422, [{ path: 'settings', message: reason }]])

  const half = tiny.numbers.slice(0, 150)
  const { conversation } = await server.client.createConversation({ ...input, custom_metadata: { half } })
  const patch = { conversation_id: conversation.id, custom_metadata: { other: half } }
  const patched = await refusal(server.client.updateConversation(patch))
  expect([patched.status, patched.errors]).toEqual([422, [{ path: 'custom_metadata', message: reason }]])
})

test('a row of an import, written out, has no more bytes than a request may have', async () => {
  const row = (count: number) => ({
    ...{ id: crypto.randomUUID(), channel: 'text' as const, status: 'completed' as const, user_id: 'u' },
    created_at: '2026-01-01T00:00:00Z',
    conversation: {
      items: [
        { type: 'function_call_output' as const, call_id: 'c', output: Array.from({ length: count }, () => 5e-324) },
      ],
    },
  })
  const answer = await server.client.importConversations({ conversations: [row(4000), row(3000)] })
  expect(answer).toMatchObject({
    created: 1,
    errors: [{ index: 0, path: '', message: expect.stringMatching(/written out/) }],
  })
})
