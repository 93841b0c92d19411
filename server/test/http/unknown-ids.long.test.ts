// An id that no resource can have, or that cannot even be decoded, gets the same answer as an unknown one, from every operation.
import { type Operation, type OperationId, operations } from '@parley/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeUser } from '../support/actors.ts'
import { collectEntries, type World } from '../contract/entries.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

const unknown_id = '0190b000-0000-7000-8000-ffffffffffff'
/** As they are sent. */
const malformed = {
  'a NUL': '%00',
  'a NUL inside': '0190b000%00',
  'no hexadecimal digits': '%zz',
  'a percent sign alone': '%',
  'a cut escape': '%E0%A4%A',
  'a byte that is not UTF-8': '%ff',
  'a character in too many bytes': '%C0%80',
  'a lone surrogate': '%ED%A0%80',
  'an encoded slash': '..%2f..',
  'an encoded percent sign': '%2500',
  long: 'x'.repeat(513),
  'very long': 'x'.repeat(8000),
  'long and encoded': '%41'.repeat(600),
  'other characters': '%F0%9F%99%82',
  'a condition': '1%20or%201=1',
  zero: '0',
  'a negative number': '-1',
  'a fraction': '1.5',
  'a number above 64 bits': '99999999999999999999',
}

let server: TestServer
let world: World
const entries = new Map((await collectEntries()).map(({ id, entry }) => [id, entry]))

beforeAll(async () => {
  server = await startTestServer()
  const agent = { agent_id: (await publishAgent(server.client)).agent_id }
  const user = await makeUser(server, server.organization_id)
  world = { server, client: server.client, agent, user, stack: new AsyncDisposableStack() }
})
afterAll(async () => {
  await world.stack[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const withId = Object.values<Operation>(operations).flatMap((operation) =>
  Object.keys(operation.params?.properties ?? {})
    // Its caller chooses the name: one that is unknown is created.
    .filter(() => operation.id !== 'setSecret')
    .map((name) => [operation.id as OperationId, name, operation] as const),
)

async function send(operation: Operation, input: Record<string, unknown>, token: string | null) {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => String(input[name]))
  const names = Object.keys(operation.body?.properties ?? {}).filter((name) => name in input)
  const response = await fetch(server.url + path, {
    method: operation.method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      // Keys have one organization; of several, a user names one.
      ...(token === world.user.token && operation.access !== 'user' && { 'x-parley-org': server.organization_id }),
      'content-type': 'application/json',
    },
    ...(operation.body && { body: JSON.stringify(Object.fromEntries(names.map((name) => [name, input[name]]))) }),
  })
  const { request_id, ...body } = (await response.json()) as Record<string, unknown>
  expect(request_id).toEqual(expect.any(String))
  return { status: response.status, body }
}

/** The token of an address says nothing of what is there; which web widgets are live, everybody can see. */
function statusFor({ access }: Operation, name: string, token: string | null): number {
  const by = typeof access === 'object' && 'by' in access ? access.by : null
  if (access === 'public' || (by === 'visitor' && name === 'web_widget_id')) return 404
  if (by) return by === 'visitor' ? 401 : 403
  return token ? 404 : 401
}

test.each(withId)('%s: %s', async (id, name, operation) => {
  const input = (await entries.get(id)!.input(world)) as Record<string, unknown>
  const isOfUser = operation.access === 'user' || entries.get(id)!.caller === 'member'
  for (const token of [isOfUser ? world.user.token : server.admin_key, null]) {
    const expected = await send(operation, { ...input, [name]: unknown_id }, token)
    expect(expected.status).toBe(statusFor(operation, name, token))
    for (const [what, value] of Object.entries(malformed)) {
      expect([what, await send(operation, { ...input, [name]: value }, token)]).toEqual([what, expected])
    }
  }
})
