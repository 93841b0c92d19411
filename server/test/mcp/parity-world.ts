// The callers of parity.test.ts, and how they call by HTTP and by MCP.
import type { Operation, OperationId, Scope } from '@parley/contract'
import { toolOperations } from '../../src/calls/rules/mcp-tools.ts'
import { ApiError, type Client } from '@parley/sdk'
import { makeNarrowedKey, makeOrganization, makeUser } from '../support/actors.ts'
import { callOperation } from '../support/call.ts'
import { newAgent } from '../agents/contract.ts'
import { type World, collectEntries } from '../contract/entries.ts'
import { publishAgent, startTestServer } from '../support/server.ts'
import { known_public_url, startIdentityProvider } from '../support/identity-provider.ts'
import { opened_sites, shop, startSite } from '../web-widgets/site.ts'
import { post, requestOf } from './client.ts'

export interface Calling {
  name: string
  token: string
  organization_id?: string
}

interface Answer {
  status: number
  value: unknown
}

type AnyOperation = Operation & { id: OperationId }

export type ParityWorld = Awaited<ReturnType<typeof openParity>>

export async function openParity() {
  await using stack = new AsyncDisposableStack()
  const provider = stack.use(await startIdentityProvider())
  const site = stack.use(await startSite(shop()))
  const settings = { ...provider.settings(known_public_url), ...opened_sites }
  const server = stack.use(await startTestServer(settings, { first_pages: () => [site.url] }))
  const agent = { agent_id: (await publishAgent(server.client)).agent_id }
  const user = await makeUser(server, server.organization_id)
  const outsider = await makeOrganization(server)
  const outside_user = await makeUser(server, outsider.id)
  const open = stack.use(new AsyncDisposableStack())
  const world: World = { server, client: server.client, agent, user, stack: open }
  const entries = new Map((await collectEntries()).map(({ id, entry }) => [id, entry]))
  const narrowed = await makeNarrowedKey(server, [await newAgent(world)])
  const viewer = (await server.client.createOrganizationKey({ name: 'Viewer', role: 'viewer' })).pat_key
  const owned = stack.move()

  const clientOf = ({ token, organization_id }: Calling): Client =>
    server.as({ token, ...(organization_id === undefined ? {} : { organization_id }) })

  return {
    server,
    inputOf: async (id: OperationId) => (await entries.get(id)!.input(world)) as Record<string, unknown>,
    insiderOf(operation: AnyOperation, input: Record<string, unknown>): Calling {
      const { token, caller } = entries.get(operation.id)!
      if (caller === 'member') return { name: 'member', token: user.token, organization_id: server.organization_id }
      if (operation.access === 'user') return { name: 'user', token: user.token }
      return { name: 'admin', token: token?.(input) ?? server.admin_key }
    },
    /** Whom it refuses, or shows their own: who reads nothing of the first organization changes nothing of it. */
    strangersOf({ access, method, id }: AnyOperation): Calling[] {
      if (access === 'public' || (typeof access === 'object' && 'by' in access)) return []
      if (access === 'user') return [{ name: 'key', token: server.admin_key }]
      const pat = { name: 'without an organization', token: user.token }
      const foreign = { name: 'foreign token', token: outside_user.token, organization_id: server.organization_id }
      const refusing = entries.get(id)!.outsider === 'not found' || method === 'GET'
      const isRead = method === 'GET'
      const mayCall = Array.isArray(access) && (access as Scope[]).some((scope) => scope.endsWith(':read'))
      return [
        pat,
        foreign,
        { name: 'unknown', token: 'ak_unknown.secretsecretsecretsecret' },
        ...(refusing ? [{ name: 'outsider', token: outsider.key }] : []),
        ...(isRead || entries.get(id)!.narrowed !== 'own' ? [{ name: 'narrowed', token: narrowed }] : []),
        ...(isRead || (Array.isArray(access) && !mayCall) ? [{ name: 'viewer', token: viewer }] : []),
      ]
    },
    async byHttp(id: OperationId, input: object, caller: Calling): Promise<Answer> {
      let status = 0
      try {
        const output = await callOperation(clientOf(caller), id, input, (response) => (status = response.status))
        return { status, value: output instanceof Response ? await output.text() : output }
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        return { status: error.status, value: withoutIds(error.body) }
      }
    },
    async byMcp(name: string, input: object, caller: Calling): Promise<Answer> {
      const given = { name, arguments: input, organization_id: caller.organization_id }
      const { body, headers } = requestOf('tools/call', { name: 'call_tool', arguments: given })
      const answer = await post(`${server.url}/mcp`, body, { ...headers, authorization: `Bearer ${caller.token}` })
      // Before anything of the protocol: the tool is not called.
      if (answer.status === 401)
        return { status: 401, value: { detail: 'Invalid or missing credentials.', code: 'unauthorized' } }
      if (answer.body.error) throw new Error(JSON.stringify(answer.body.error))
      const { content, structuredContent, isError = false } = answer.body.result
      const [{ text, resource }] = content as [{ text: string; resource?: { blob: string } }]
      if (isError) {
        const { status, ...value } = structuredContent as { status: number }
        return { status, value: withoutIds(value) }
      }
      const { answer: form, success } = toolOperations.get(name)!
      const { status } = success
      if (resource) return { status, value: Buffer.from(resource.blob, 'base64').toString() }
      if (structuredContent?.status === 204) return { status: 204, value: undefined }
      // The SDK reads a stream that ends to its end, and returns nothing.
      if (form?.kind === 'events' && !('schema' in success)) return { status, value: undefined }
      return { status, value: structuredContent ?? parseIfJson(text) }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function withoutIds(body: unknown): unknown {
  const { request_id: _, ...rest } = body as Record<string, unknown>
  return rest
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Whether they have the same fields with the same kinds of values. Ids and times differ, and what is null in one may be set in the other. */
export function haveSameShape(one: unknown, other: unknown): boolean {
  if (one === null || other === null) return true
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === 0 || other.length === 0 || haveSameShape(one[0], other[0])
  if (typeof one !== 'object' || typeof other !== 'object') return typeof one === typeof other
  const names = [one, other].map((value) => Object.keys(value).toSorted().join())
  return names[0] === names[1] && Object.entries(one).every(([name, value]) => haveSameShape(value, read(other, name)))
}

const read = (value: object, name: string) => (value as Record<string, unknown>)[name]
