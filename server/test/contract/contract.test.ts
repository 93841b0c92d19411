// Checks of every operation, generated from the contract and from the entries in each room's contract.ts.
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
import { createJudgingFetch } from '../support/judging-fetch.ts'
import { type IdentityProvider, known_public_url, startIdentityProvider } from '../support/identity-provider.ts'
import { openSession } from '../access/sign-in/contract.ts'
import { newAgent } from '../agents/contract.ts'
import { newConversation } from '../conversations/contract.ts'
import { type World, collectEntries } from './entries.ts'
import { sampleOf } from '../support/sample.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import type { ToolPeer } from '../support/tool-peer.ts'
import { opened_sites, shop, startSite } from '../web-widgets/site.ts'

const collected = await collectEntries()
const entries = new Map(collected.map(({ id, entry }) => [id, entry]))

function entryOf(id: OperationId) {
  const entry = entries.get(id)
  if (!entry) throw new Error(`no contract.ts of a room in server/test has an entry for ${id}`)
  return entry
}

let server: TestServer
let world: World
let provider: IdentityProvider
let site: ToolPeer
let agent: { agent_id: string }
let user: User
let outsider: Organization
/** Imports rows that name an agent of the first organization. */
let importer: Organization
let outsideUser: User
let narrowedKey: string

beforeAll(async () => {
  provider = await startIdentityProvider()
  site = await startSite(shop())
  const settings = { ...provider.settings(known_public_url), ...opened_sites }
  server = await startTestServer(settings, { first_pages: () => [site.url] })
  agent = { agent_id: (await publishAgent(server.client)).agent_id }
  user = await makeUser(server, server.organization_id)
  outsider = await makeOrganization(server)
  importer = await makeOrganization(server)
  outsideUser = await makeUser(server, outsider.id)
  world = { server, client: server.client, agent, user, stack: new AsyncDisposableStack() }
  narrowedKey = await makeNarrowedKey(server, [await newAgent(world)])
})
afterAll(async () => {
  await world.stack[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

const ajv = createAjv()
const judgingFetch = createJudgingFetch()

const as = (token: string | undefined) =>
  createClient({ base_url: server.url, fetch: judgingFetch, ...(token === undefined ? {} : { token }) })

const inputOf = async (id: OperationId) => (await entryOf(id).input(world)) as Record<string, unknown>
const insider = async ({ id, access }: AnyOperation, input: Record<string, unknown>) => {
  if (access === 'session') return openSession(server, createJudgingFetch)
  const { token, caller } = entryOf(id)
  if (caller === 'member') return asMember(user.token, server.organization_id)
  return as(token?.(input) ?? (access === 'user' ? user.token : server.admin_key))
}
const asMember = (token: string, organization_id: string) =>
  createClient({ base_url: server.url, fetch: judgingFetch, token, organization_id })
/** Whether an organization key can call the operation. */
const isForKeys = (operation: Operation) =>
  needsCredential(operation) && operation.access !== 'user' && operation.access !== 'session'
/** Whether a credential decides who can call it, and not the token of an address. */
const needsCredential = ({ access }: Operation) => access !== 'public' && !isByAddress(access)
const isByAddress = (access: Operation['access']) => typeof access === 'object' && 'by' in access
const needsScope = ({ access }: Operation) => Array.isArray(access)

type AnyOperation = Operation & { id: OperationId }
const all = Object.values(operations).map((operation): [OperationId, AnyOperation] => [operation.id, operation])
/** In the short form, since one mechanism answers for all operations; the long tests ask all. That each works is always asked of all. */
const one_in = 6
const needing = (test_: (operation: Operation, id: OperationId) => boolean) =>
  sampleOf(
    all.filter(([id, operation]) => test_(operation, id)),
    one_in,
  )

const answer = {
  'not found': (error: ApiError) => expect(error).toMatchObject({ status: 404, code: 'not_found' }),
  forbidden: (error: ApiError) => expect(error).toMatchObject({ status: 403, code: 'forbidden' }),
}

describe('every operation', () => {
  test.each(all)('%s works, and its response matches its schema', async (id, operation) => {
    const input = await inputOf(id)
    let status = 0
    const output = await call(await insider(operation, input), id, input, (response) => (status = response.status))
    expect(status).toBe(operation.success.status)
    if (operation.answer?.kind === 'file' && !operation.success.schema)
      return expect((await (output as Response).bytes()).length).toBeGreaterThan(0)
    if (!operation.success.schema) return expect(output).toBeUndefined()
    const validate = ajv.compile(operation.success.schema)
    expect(validate(output), ajv.errorsText(validate.errors)).toBe(true)
  })

  test.each(needing(needsCredential))('%s: a missing or invalid credential is always the same 401', async (id) => {
    const input = await inputOf(id)
    const bad = [undefined, 'nonsense', 'ak_unknown.secretsecretsecretsecret', 'pat_unknown.secret', `${user.token}x`]
    const errors = await Promise.all(bad.map((token) => refusal(call(as(token), id, input))))
    for (const { status, body } of errors) {
      expect(status).toBe(401)
      const { request_id: _, ...rest } = body as Record<string, unknown>
      expect(rest).toEqual({ detail: 'Invalid or missing credentials.', code: 'unauthorized' })
    }
  })

  const isBound = ({ method, changes_nothing, sign_in }: Operation) => method === 'POST' && !changes_nothing && !sign_in
  test.each(needing(isBound))('T9: %s with the same key twice', async (id, operation) => {
    const input = { ...(await inputOf(id)), idempotency_key: crypto.randomUUID() }
    const replays: (string | null)[] = []
    const onResponse = ({ headers }: Response) => replays.push(headers.get('idempotent-replayed'))
    const first = await call(await insider(operation, input), id, input, onResponse)
    expect(await call(await insider(operation, input), id, input, onResponse)).toEqual(first)
    expect(replays).toEqual([null, 'true'])
  })

  test.each(needing(needsScope))('%s: without the scope it is 403', async (id, operation) => {
    const key = await makeKey(server, { without: operation.access as readonly Scope[] })
    answer.forbidden(await refusal(call(as(key), id, await inputOf(id))))
  })

  test.each(needing(needsScope))('%s: one of its scopes is enough', async (id, op) => {
    for (const scope of op.access as readonly Scope[]) {
      // Callers can grant and remove only roles whose scopes they all have.
      const input = { ...(await inputOf(id)), ...(id === 'createOrganizationKey' ? { scopes: [scope] } : {}) }
      const error = await call(as(await makeKey(server, { only: [scope] })), id, input).catch(
        (thrown: unknown) => thrown,
      )
      if (error instanceof Error)
        expect(error.message).toMatch(
          /^(You cannot (grant|remove|delete|renew)|Webhook endpoints need|Only members|The request is not valid)/,
        )
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
      const isOfMembers = entryOf(id).caller === 'member'
      const outside = as(op.access === 'user' ? outsideUser.token : key)
      const client = isOfMembers ? asMember(outsideUser.token, outsider.id) : outside
      if (entryOf(id).outsider === 'invalid')
        return expect(await refusal(call(client, id, input))).toMatchObject({ status: 422 })
      if (entryOf(id).outsider === 'not found') return answer['not found'](await refusal(call(client, id, input)))
      const output = JSON.stringify((await call(client, id, input)) ?? null)
      for (const secret of await idsOfFirst()) expect(output).not.toContain(secret)
    },
  )

  test.each(needing((operation) => operation.narrowed && isForKeys(operation)))(
    '%s: a key narrowed to another agent sees nothing of this one',
    async (id) => {
      const input = await inputOf(id)
      const own = entryOf(id).narrowed
      if (own === 'not found') return answer['not found'](await refusal(call(as(narrowedKey), id, input)))
      expect(own).toBe('own')
      const output = JSON.stringify(await call(as(narrowedKey), id, input))
      const { conversations, agent_versions } = await readIds()
      for (const secret of [agent.agent_id, ...agent_versions]) expect(output).not.toContain(secret)
      // An import reports which row it refuses.
      if (id !== 'importConversations') for (const secret of conversations) expect(output).not.toContain(secret)
      else expect(output).toContain('"created":0,"unchanged":0')
    },
  )

  test.each(needing((operation) => !operation.narrowed && needsCredential(operation) && operation.access !== 'user'))(
    '%s: is not found for a narrowed key',
    async (id) => {
      expect(entryOf(id).narrowed).toBeUndefined()
      answer['not found'](await refusal(call(as(narrowedKey), id, await inputOf(id))))
    },
  )
})

describe('unknown ids', () => {
  // http/unknown-ids.long.test.ts sends many more.
  const unknown = ['nonsense', '\0', '../..', '0190b000-0000-7000-8000-ffffffffffff']
  const cases = sampleOf(
    all.flatMap(([id, { params }]) =>
      Object.keys(params?.properties ?? {}).map((name): [OperationId, string] => [id, name]),
    ),
    one_in,
  )
  test.each(cases)('%s: %s', async (id, name) => {
    const input = await inputOf(id)
    for (const value of unknown) {
      const error = await refusal(call(await insider(operations[id], input), id, { ...input, [name]: value }))
      // The caller chooses the name there: an invalid one is a fault of the request, if it is a valid path at all.
      if (id === 'setSecret' && error.status === 422) continue
      const { access } = operations[id] as Operation
      const isUpload = typeof access === 'object' && 'by' in access && access.by === 'upload'
      const unknownTo = isUpload ? [403, 'upload_url_invalid'] : [404, 'not_found']
      expect([value, error.status, error.code]).toEqual([value, ...unknownTo])
    }
  })
})

describe('conversation tokens', () => {
  const tokenFor = async (conversation_id: string, permissions: ConversationPermission[]) =>
    as((await server.client.createConversationToken({ conversation_id, permissions })).token)
  const permitted = needing(({ conversation_permission }) => conversation_permission !== undefined)
  const closed = needing((operation) => needsCredential(operation) && !operation.conversation_permission)

  test.each(closed)('%s: refuses them', async (id) => {
    const input = await inputOf(id)
    const conversation_id = String(input['conversation_id'] ?? (await newConversation(world)))
    answer.forbidden(
      await refusal(call(await tokenFor(conversation_id, ['read', 'message', 'end', 'handoff', 'rate']), id, input)),
    )
  })

  test.each(permitted)('%s: accepts them with the permission, only for their conversation', async (id, operation) => {
    const permission = operation.conversation_permission!
    const input = (await inputOf(id)) as { conversation_id: string }
    const others = (['read', 'message', 'end', 'handoff', 'rate'] as const).filter((other) => other !== permission)
    answer.forbidden(await refusal(call(await tokenFor(input.conversation_id, others), id, input)))
    const client = await tokenFor(input.conversation_id, [permission])
    answer['not found'](await refusal(call(client, id, { ...input, conversation_id: await newConversation(world) })))
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

  test('each operation has one entry, in one room', () => {
    expect(collected.map(({ id }) => id).toSorted()).toEqual(Object.keys(operations).toSorted())
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

  test.each(['/nothing', '/core/conversations/a/b/c', '/core/conversations/a/%/c', '/%E0%A4%A'])(
    'a path without an operation (%s): 404 with the same body',
    async (path) => {
      expect((await judgingFetch(`${server.url}${path}`)).status).toBe(404)
    },
  )
})
