// Checks of every operation, generated from the contract: an operation without an entry in the table does not compile.
import {
  type ConversationPermission,
  type Operation,
  type OperationId,
  type Scope,
  createOpenApiDocument,
  operations,
} from '@parley/contract'
import { ApiError, createClient } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAjv } from '../../src/base/validation.ts'
import { version } from '../../src/base/version.ts'
import {
  type Organization,
  type User,
  makeKey,
  makeNarrowedKey,
  makeOrganization,
  makeUser,
} from '../support/actors.ts'
import { callOperation as call } from '../support/call.ts'
import { type HeldAnswer, holdAnswer } from '../support/scripted-model.ts'
import { createJudgingFetch } from '../support/judging-fetch.ts'
import { type IdentityProvider, known_public_url, startIdentityProvider } from '../support/identity-provider.ts'
import { type Entry, createAuthoringEntries, createSecretEntries, createWebhookEntries } from './entries.ts'
import { createSignInEntries, openSession } from '../access/sign-in/entries.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

const newConversation = async () =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent.agent_id })).conversation.id
const conversationInput = async () => ({ conversation_id: await newConversation() })
/** A conversation whose stream closes by itself. */
const endedConversation = async () => server.client.endConversation(await conversationInput())
const newAgent = async () => (await server.client.createAgent({ name: 'Another' })).agent_id
const newDraft = async () => {
  const { agent_id, version: number } = await server.client.createAgentVersion({ ...agent, config: {} })
  return { agent_id, version: String(number) }
}
const newMember = async () => ({ user_id: (await makeUser(server, server.organization_id)).user_id })

const heldAnswers: HeldAnswer[] = []

/** A turn that waits for its model, so that it can be cancelled. */
async function runningTurn() {
  const conversation_id = await newConversation()
  const held = holdAnswer()
  heldAnswers.push(held)
  server.model.answer = () => held
  refusal(server.client.sendConversationMessage({ conversation_id, text: 'Hello' })).catch(() => undefined)
  await held.asked
  server.model.answer = () => 'A reply.'
  const { data } = await server.client.listConversationTurns({ conversation_id })
  return { conversation_id, turn_id: data[0]!.turn_id }
}

let imported = 0
function importedRow() {
  imported += 1
  const id = `0190c000-0000-7000-8000-${String(imported).padStart(12, '0')}`
  const items = [{ type: 'message' as const, role: 'user' as const, content: ['Hello'] }]
  const fixed = { channel: 'text' as const, status: 'completed' as const, user_id: 'u', conversation: { items } }
  return { id, agent_id: agent.agent_id, created_at: '2026-01-01T00:00:00Z', ...fixed }
}

const entries: { [Id in OperationId]: Entry<Id> } = {
  getHealth: { input: () => ({}), outsider: 'their own', narrowed: 'their own' },
  getReadiness: { input: () => ({}), outsider: 'their own', narrowed: 'their own' },
  createConversation: {
    input: () => ({ channel: 'text', user_id: 'u', agent_id: agent.agent_id }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  sendConversationMessage: {
    input: async () => ({ conversation_id: await newConversation(), text: 'Hello' }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  endConversation: { input: conversationInput, outsider: 'not found', narrowed: 'not found' },
  // For a narrowed key the row is refused, not the request.
  importConversations: {
    input: () => ({ conversations: [importedRow()] }),
    outsider: 'their own',
    narrowed: 'their own',
  },
  updateConversation: {
    input: async () => ({ conversation_id: await newConversation(), custom_metadata: { a: 1 } }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  deleteConversation: { input: conversationInput, outsider: 'not found', narrowed: 'not found' },
  createConversationToken: {
    input: async () => ({ conversation_id: await newConversation(), permissions: ['message'] }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  listConversations: { input: () => ({}), outsider: 'their own', narrowed: 'their own' },
  countConversations: { input: () => ({}), outsider: 'their own', narrowed: 'their own' },
  listConversationChanges: { input: () => ({ after: 0 }), outsider: 'their own', narrowed: 'their own' },
  getStatistics: { input: () => ({}), outsider: 'their own', narrowed: 'their own' },
  getConversation: { input: conversationInput, outsider: 'not found', narrowed: 'not found' },
  listConversationTurns: { input: conversationInput, outsider: 'not found', narrowed: 'not found' },
  streamConversationEvents: { input: endedConversation, outsider: 'not found', narrowed: 'not found' },
  analyzeConversation: { input: endedConversation, outsider: 'not found', narrowed: 'not found' },
  cancelTurn: { input: runningTurn, outsider: 'not found', narrowed: 'not found' },
  listAgents: { input: () => ({}), outsider: 'their own', narrowed: 'their own' },
  createAgent: { input: () => ({ name: 'A' }), outsider: 'their own' },
  checkAgent: { input: () => ({ name: 'A', config: {} }), outsider: 'their own', narrowed: 'their own' },
  getAgent: { input: () => agent, outsider: 'not found', narrowed: 'not found' },
  updateAgent: {
    input: async () => ({ agent_id: await newAgent(), name: 'B' }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  deleteAgent: { input: async () => ({ agent_id: await newAgent() }), outsider: 'not found', narrowed: 'not found' },
  listAgentVersions: { input: () => agent, outsider: 'not found', narrowed: 'not found' },
  getAgentVersion: { input: () => ({ ...agent, version: '1' }), outsider: 'not found', narrowed: 'not found' },
  createAgentVersion: { input: () => ({ ...agent, config: {} }), outsider: 'not found', narrowed: 'not found' },
  updateAgentVersion: {
    input: async () => ({ ...(await newDraft()), config: {} }),
    outsider: 'not found',
    narrowed: 'not found',
  },
  publishAgentVersion: { input: newDraft, outsider: 'not found', narrowed: 'not found' },
  getAgentConfigSchema: { input: () => ({}), outsider: 'their own', narrowed: 'their own' },
  createOrganizationKey: { input: () => ({ name: 'K' }), outsider: 'their own' },
  listOrganizationKeys: { input: () => ({}), outsider: 'their own' },
  deleteOrganizationKey: {
    input: async () => ({ key_id: (await server.client.createOrganizationKey({ name: 'K' })).key_id }),
    outsider: 'not found',
  },
  createPersonalAccessToken: { input: () => ({ name: 'T' }), outsider: 'their own' },
  listPersonalAccessTokens: { input: () => ({}), outsider: 'their own' },
  deletePersonalAccessToken: {
    input: async () => ({ key_id: (await as(user.token).createPersonalAccessToken({ name: 'T' })).key_id }),
    outsider: 'not found',
  },
  getMyScopes: { input: () => ({}), outsider: 'their own', narrowed: 'their own' },
  listMembers: { input: () => ({}), outsider: 'their own' },
  createMember: {
    input: () => ({ email: `member-${crypto.randomUUID()}@example.test`, role: 'viewer' }),
    outsider: 'their own',
  },
  updateMember: { input: async () => ({ ...(await newMember()), role: 'viewer' }), outsider: 'not found' },
  deleteMember: { input: newMember, outsider: 'not found' },
  getOrganization: { input: () => ({}), outsider: 'their own', narrowed: 'their own' },
  updateOrganization: { input: () => ({ name: 'Renamed' }), outsider: 'their own' },
  ...createAuthoringEntries(() => server.client, newDraft),
  ...createWebhookEntries(() => server.client, newConversation),
  ...createSecretEntries(() => server.client),
  ...createSignInEntries(() => server),
}

let server: TestServer
let provider: IdentityProvider
let agent: { agent_id: string }
let user: User
let outsider: Organization
/** Imports rows that name an agent of the first organization. */
let importer: Organization
let outsideUser: User
let narrowedKey: string

beforeAll(async () => {
  provider = await startIdentityProvider()
  server = await startTestServer(provider.settings(known_public_url))
  agent = { agent_id: (await publishAgent(server.client)).agent_id }
  user = await makeUser(server, server.organization_id)
  outsider = await makeOrganization(server)
  importer = await makeOrganization(server)
  outsideUser = await makeUser(server, outsider.id)
  narrowedKey = await makeNarrowedKey(server, [await newAgent()])
})
afterAll(async () => {
  for (const held of heldAnswers) held.finish()
  await server[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

const ajv = createAjv()
const judgingFetch = createJudgingFetch()

const as = (token: string | undefined) =>
  createClient({ base_url: server.url, fetch: judgingFetch, ...(token === undefined ? {} : { token }) })

const inputOf = async (id: OperationId) => (await entries[id].input()) as Record<string, unknown>
const insider = async ({ access }: Operation) =>
  access === 'session' ? openSession(server, createJudgingFetch) : as(access === 'user' ? user.token : server.admin_key)
/** Whether an organization key can call the operation. */
const isForKeys = ({ access }: Operation) => access !== 'public' && access !== 'user' && access !== 'session'

const all = Object.values(operations).map((operation): [OperationId, Operation] => [operation.id, operation])
const needing = (test_: (operation: Operation, id: OperationId) => boolean) =>
  all.filter(([id, operation]) => test_(operation, id))

const answer = {
  'not found': (error: ApiError) => expect(error).toMatchObject({ status: 404, code: 'not_found' }),
  forbidden: (error: ApiError) => expect(error).toMatchObject({ status: 403, code: 'forbidden' }),
}

describe('every operation', () => {
  test.each(all)('%s works, and its response matches its schema', async (id, operation) => {
    const input = await inputOf(id)
    let status = 0
    const output = await call(await insider(operation), id, input, (response) => (status = response.status))
    expect(status).toBe(operation.success.status)
    if (!operation.success.schema) return expect(output).toBeUndefined()
    const validate = ajv.compile(operation.success.schema)
    expect(validate(output), ajv.errorsText(validate.errors)).toBe(true)
  })

  test.each(needing(({ access }) => access !== 'public'))(
    '%s: a missing or invalid credential is always the same 401',
    async (id) => {
      const input = await inputOf(id)
      const bad = [undefined, 'nonsense', 'ak_unknown.secretsecretsecretsecret', 'pat_unknown.secret', `${user.token}x`]
      const errors = await Promise.all(bad.map((token) => refusal(call(as(token), id, input))))
      for (const { status, body } of errors) {
        expect(status).toBe(401)
        const { request_id: _, ...rest } = body as Record<string, unknown>
        expect(rest).toEqual({ detail: 'Invalid or missing credentials.', code: 'unauthorized' })
      }
    },
  )

  const isBound = ({ method, changes_nothing, sign_in }: Operation) => method === 'POST' && !changes_nothing && !sign_in
  test.each(needing(isBound))('T9: %s with the same key twice', async (id, operation) => {
    const input = { ...(await inputOf(id)), idempotency_key: crypto.randomUUID() }
    const replays: (string | null)[] = []
    const onResponse = ({ headers }: Response) => replays.push(headers.get('idempotent-replayed'))
    const first = await call(await insider(operation), id, input, onResponse)
    expect(await call(await insider(operation), id, input, onResponse)).toEqual(first)
    expect(replays).toEqual([null, 'true'])
  })

  test.each(needing(({ access }) => typeof access !== 'string'))(
    '%s: without the scope it is 403',
    async (id, operation) => {
      const key = await makeKey(server, { without: operation.access as readonly Scope[] })
      answer.forbidden(await refusal(call(as(key), id, await inputOf(id))))
    },
  )

  test.each(needing(({ access }) => typeof access !== 'string'))('%s: one of its scopes is enough', async (id, op) => {
    for (const scope of op.access as readonly Scope[]) {
      // Callers can grant and remove only roles whose scopes they all have.
      const input = { ...(await inputOf(id)), ...(id === 'createOrganizationKey' ? { scopes: [scope] } : {}) }
      const error = await call(as(await makeKey(server, { only: [scope] })), id, input).catch(
        (thrown: unknown) => thrown,
      )
      if (error instanceof Error) expect(error.message).toMatch(/^You cannot (grant|remove|delete)/)
    }
  })

  test.each(needing(({ access }) => access === 'user' || access === 'session'))(
    '%s: an organization key is neither a user nor a session',
    async (id) => {
      answer.forbidden(await refusal(call(as(server.admin_key), id, await inputOf(id))))
    },
  )

  test.each(needing(isForKeys))('%s: a personal access token needs its organization', async (id) => {
    const input = await inputOf(id)
    const error = await refusal(call(as(user.token), id, input))
    expect(error).toMatchObject({ status: 401, message: 'Token is missing organization claim.' })
    for (const organization_id of [outsider.id, crypto.randomUUID(), 'nonsense']) {
      const client = server.as({ token: user.token, organization_id })
      expect(await refusal(call(client, id, input))).toMatchObject({ status: 401, code: 'unauthorized' })
    }
  })
})

/** Every id of the first organization that a response might reveal. */
async function idsOfFirst(): Promise<string[]> {
  const { conversations, agents, agent_versions, members } = await readIds()
  return [server.organization_id, user.user_id, ...conversations, ...agents, ...agent_versions, ...members]
}

async function readIds() {
  const read = async (table: 'conversations' | 'agents' | 'agent_versions' | 'members', column: 'id' | 'user_id') => {
    const { rows } = await server.database.pool.query<{ id: string }>(
      `select ${column} as id from ${table} where organization_id = $1`,
      [server.organization_id],
    )
    return rows.map((row) => row.id)
  }
  return {
    conversations: await read('conversations', 'id'),
    agents: await read('agents', 'id'),
    agent_versions: await read('agent_versions', 'id'),
    members: await read('members', 'user_id'),
  }
}

describe('what other callers see', () => {
  test.each(needing((operation) => isForKeys(operation) || operation.access === 'user'))(
    '%s: shows nothing of another organization',
    async (id, op) => {
      const input = await inputOf(id)
      const key = id === 'importConversations' ? importer.key : outsider.key
      const client = as(op.access === 'user' ? outsideUser.token : key)
      if (entries[id].outsider === 'not found') return answer['not found'](await refusal(call(client, id, input)))
      const output = JSON.stringify((await call(client, id, input)) ?? null)
      for (const secret of await idsOfFirst()) expect(output).not.toContain(secret)
    },
  )

  test.each(needing((operation) => operation.narrowed && isForKeys(operation)))(
    '%s: a key narrowed to another agent sees nothing of this one',
    async (id) => {
      const input = await inputOf(id)
      const own = entries[id].narrowed
      if (own === 'not found') return answer['not found'](await refusal(call(as(narrowedKey), id, input)))
      expect(own).toBe('their own')
      const output = JSON.stringify(await call(as(narrowedKey), id, input))
      const { conversations, agent_versions } = await readIds()
      for (const secret of [agent.agent_id, ...agent_versions]) expect(output).not.toContain(secret)
      // An import reports which row it refuses.
      if (id !== 'importConversations') for (const secret of conversations) expect(output).not.toContain(secret)
      else expect(output).toContain('"created":0,"unchanged":0')
    },
  )

  test.each(needing(({ narrowed, access }) => !narrowed && access !== 'user'))(
    '%s: is not found for a narrowed key',
    async (id) => {
      expect(entries[id].narrowed).toBeUndefined()
      answer['not found'](await refusal(call(as(narrowedKey), id, await inputOf(id))))
    },
  )
})

describe('unknown ids', () => {
  const malformed = ['nonsense', '\0', '../..', '%', '1 or 1=1', 'x'.repeat(400), 'x'.repeat(2000), '🙂', '-1', '1.5']
  const unknown = [...malformed, '0190b000-0000-7000-8000-ffffffffffff', '99999999999999999999', '0']
  const cases = all.flatMap(([id, { params }]) =>
    Object.keys(params?.properties ?? {}).map((name): [OperationId, string] => [id, name]),
  )
  test.each(cases)('%s: %s', async (id, name) => {
    const input = await inputOf(id)
    for (const value of unknown) {
      const error = await refusal(call(await insider(operations[id]), id, { ...input, [name]: value }))
      // The caller chooses the name there: an invalid one is a fault of the request, if it is a valid path at all.
      if (id === 'setSecret' && error.status === 422) continue
      expect([value, error.status, error.code]).toEqual([value, 404, 'not_found'])
    }
  })
})

describe('conversation tokens', () => {
  const tokenFor = async (conversation_id: string, permissions: ConversationPermission[]) =>
    as((await server.client.createConversationToken({ conversation_id, permissions })).token)
  const permitted = needing(({ conversation_permission }) => conversation_permission !== undefined)
  const closed = needing(({ access, conversation_permission }) => access !== 'public' && !conversation_permission)

  test.each(closed)('%s: refuses them', async (id) => {
    const input = await inputOf(id)
    const conversation_id = String(input['conversation_id'] ?? (await newConversation()))
    answer.forbidden(await refusal(call(await tokenFor(conversation_id, ['read', 'message', 'end']), id, input)))
  })

  test.each(permitted)('%s: accepts them with the permission, only for their conversation', async (id, operation) => {
    const permission = operation.conversation_permission!
    const input = (await inputOf(id)) as { conversation_id: string }
    const others = (['read', 'message', 'end'] as const).filter((other) => other !== permission)
    answer.forbidden(await refusal(call(await tokenFor(input.conversation_id, others), id, input)))
    const client = await tokenFor(input.conversation_id, [permission])
    answer['not found'](await refusal(call(client, id, { ...input, conversation_id: await newConversation() })))
    await call(client, id, input)
  })
})

describe('the contract itself', () => {
  test.each(all)('%s: names of path, query, headers and body do not collide', (_id, operation) => {
    const { params, query, headers, body } = operation
    const names = [params, query, headers, body].flatMap((part) => Object.keys(part?.properties ?? {}))
    expect(names.toSorted()).toEqual([...new Set(names)].toSorted())
    const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    expect(inPath).toEqual(Object.keys(params?.properties ?? {}))
  })

  test('each operation is listed under its own id, and no two share a method and path', () => {
    for (const [key, { id }] of Object.entries(operations)) expect(id).toBe(key)
    const routes = all.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`)
    expect(new Set(routes).size).toBe(routes.length)
  })

  test('openapi.json is the document of the contract, with each operation in it', async () => {
    const served = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { operationId: string }>>
    }
    expect(served).toEqual(JSON.parse(JSON.stringify(createOpenApiDocument(operations, version))))
    for (const [id, { path, method }] of all) {
      expect(served.paths[path]?.[method.toLowerCase()]?.operationId).toBe(id)
    }
  })

  test.each(['/nothing', '/core/conversations/a/b/c', '/core/conversations/%', '/%E0%A4%A'])(
    'a path without an operation (%s): 404 with the same body',
    async (path) => {
      expect((await judgingFetch(`${server.url}${path}`)).status).toBe(404)
    },
  )
})
