// Calls that do not come over HTTP have the same checks, effects and results.
import { type OperationId, operations } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authenticate } from '../../src/access/authenticate.ts'
import type { AppError } from '../../src/base/errors.ts'
import { checkFlat } from '../../src/calls/check-input.ts'
import type { Origin, RequestKey } from '../../src/calls/call.ts'
import type { Principal } from '../../src/calls/principal.ts'
import { type TestServer, startTestServer } from '../support/server.ts'

let server: TestServer
let admin: Principal
beforeAll(async () => {
  server = await startTestServer()
  admin = await identify(server.admin_key)
})
afterAll(() => server[Symbol.asyncDispose]())

function identify(key: string): Promise<Principal> {
  const { core, rooms } = server.app
  const authentication = { database: core.database, ...rooms.access, log: core.log }
  return authenticate(authentication, { authorization: `Bearer ${key}`, organization_header: undefined })
}

function originOf(key: RequestKey | null = null): Origin {
  const { log } = server.app.core
  return { via: 'workflow', request_id: 'a step', log, accepts_stream: false, key, edge: null }
}

function keyOf(value: string, body: unknown = { name: 'Once' }): RequestKey {
  return { value, method: 'POST', path: '/core/agents', body, conversation_id: null }
}

async function faultOf(call: Promise<unknown> | (() => unknown)): Promise<AppError> {
  try {
    await (typeof call === 'function' ? call() : call)
  } catch (error) {
    return error as AppError
  }
  throw new Error('the call was not refused')
}

test('an operation has the same effect and result as over HTTP', async () => {
  const { invoke } = server.app.core
  const { output, replayed } = await invoke(
    'createAgent',
    admin,
    checkFlat('createAgent', { name: 'Made' }),
    originOf(),
  )
  const { agent_id } = output as { agent_id: string }
  expect(replayed).toBe(false)
  const read = await invoke('getAgent', admin, checkFlat('getAgent', { agent_id }), originOf())
  expect(read.output).toEqual(await server.client.getAgent({ agent_id }))
})

test('a key has one effect and one result', async () => {
  const { invoke } = server.app.core
  const call = (key: RequestKey) =>
    invoke('createAgent', admin, checkFlat('createAgent', { name: 'Once' }), originOf(key))
  const first = await call(keyOf('key 1'))
  const second = await call(keyOf('key 1'))
  expect(second).toEqual({ output: first.output, replayed: true })
  expect(await faultOf(call(keyOf('key 1', { name: 'Another' })))).toMatchObject({ error: 'idempotency_key_reused' })
})

describe('a caller without permission is refused', () => {
  const input = checkFlat('createAgent', { name: 'Never' })

  test('nobody', async () => {
    expect(await faultOf(server.app.core.invoke('createAgent', null, input, originOf()))).toMatchObject({
      error: 'unauthorized',
    })
  })

  test('a caller without the scope', async () => {
    const { pat_key } = await server.client.createOrganizationKey({ name: 'Viewer', role: 'viewer' })
    const viewer = await identify(pat_key)
    expect(await faultOf(server.app.core.invoke('createAgent', viewer, input, originOf()))).toMatchObject({
      error: 'forbidden',
    })
  })

  test('signing in, without a browser', async () => {
    const sign_in = Object.values(operations).filter(
      (operation) => 'sign_in' in operation && operation.access === 'public',
    )
    expect(sign_in.length).toBeGreaterThan(3)
    for (const { id } of sign_in) {
      const call = server.app.core.invoke(id as OperationId, null, {} as never, originOf())
      expect(await faultOf(call), id).toMatchObject({ error: 'forbidden' })
    }
  })
})

test('everyone can call what is public', async () => {
  const { invoke } = server.app.core
  const { pat_key } = await server.client.createOrganizationKey({ name: 'Viewer', role: 'viewer' })
  for (const caller of [null, admin, await identify(pat_key)]) {
    const { output } = await invoke('getHealth', caller, checkFlat('getHealth', {}), originOf())
    expect(output).toEqual({ status: 'ok' })
  }
})

describe('input is checked as over HTTP', () => {
  test('with the same faults, all at once', async () => {
    const body = { name: 5, active: 'yes', metadata: 'no\u0000ne' }
    const response = await fetch(`${server.url}/core/agents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.admin_key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const { errors } = (await response.json()) as { errors: object[] }
    expect(errors.length).toBeGreaterThanOrEqual(3)
    expect(await faultOf(() => checkFlat('createAgent', body))).toMatchObject({
      error: 'validation_failed',
      fields: { errors },
    })
  })

  test('text is not converted to other types, unlike in a query', async () => {
    expect(checkFlat('listAgents', { limit: 5 })).toEqual({ limit: 5 })
    expect(await faultOf(() => checkFlat('listAgents', { limit: '5' }))).toMatchObject({ error: 'validation_failed' })
  })

  test('unknown fields are omitted, and an id that cannot be stored becomes one that nothing has', async () => {
    expect(checkFlat('getAgent', { agent_id: 'x', odd: 1 })).toEqual({ agent_id: 'x' })
    expect(checkFlat('getAgent', { agent_id: 'a\u0000' })).toEqual({ agent_id: 'a\uFFFD' })
  })
})
