// The scopes of the compatible API: admins hold them, viewers hold those that only read, and keys can be given each of them.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Scope } from '@parley/contract'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'

const read = [
  'conversations:read',
  'agents:read',
  'members:read',
  'web_widgets:read',
  'email_domains:read',
  'assessments:read',
  'phone_numbers:read',
  'trunks:read',
  'campaigns:read',
  'concurrency:read',
  'workflows:read',
] as const
const others = [
  'conversations:read_sensitive',
  'conversations:manage',
  'conversations:dial',
  'agents:manage',
  'members:manage',
  'organizations:manage',
  'billing:manage',
  'web_widgets:manage',
  'sources:manage',
  'email_domains:manage',
  'assessments:manage',
  'phone_numbers:manage',
  'trunks:manage',
  'campaigns:manage',
  'concurrency:manage',
  'workflows:manage',
  'child_organizations:manage',
  'managed_accounts:manage',
] as const
const compatible: readonly Scope[] = [...read, ...others]

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const scopesOf = (token: string) => server.as({ token }).getMyScopes()

test('an admin holds every scope', async () => {
  expect(await server.client.getMyScopes()).toEqual(expect.arrayContaining([...compatible]))
})

test('a viewer holds every …:read, and nothing else', async () => {
  const { pat_key } = await server.client.createOrganizationKey({ name: 'Viewer', role: 'viewer' })
  const held = await scopesOf(pat_key)
  expect(held).toEqual(expect.arrayContaining([...read]))
  expect(held.filter((scope) => !scope.endsWith(':read'))).toEqual([])
})

test.each(compatible)('%s can be given to a key, which then holds nothing else', async (scope) => {
  const key = await server.client.createOrganizationKey({ name: scope, scopes: [scope] })
  expect(key.scopes).toEqual([scope])
  expect(await scopesOf(key.pat_key)).toEqual([scope])
})

test('conversations:dial and managed_accounts:manage unlock nothing that this server has', async () => {
  const scopes = ['conversations:dial', 'managed_accounts:manage'] satisfies Scope[]
  const { pat_key } = await server.client.createOrganizationKey({ name: 'Dialer', scopes })
  const client = server.as({ token: pat_key })
  const calls = [
    () => client.listConversations(),
    () => client.listMembers(),
    () => client.listAgents(),
    () => client.listOrganizationKeys(),
  ]
  for (const call of calls) expect(await refusal(call())).toMatchObject({ status: 403, code: 'forbidden' })
})
