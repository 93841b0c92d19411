// What all requests have in common: authentication, valid input, idempotency keys, limits; and the pages beside the API.
import { makeUser } from '../../support/actors.ts'
import { openRawClient } from '../../hostile/raw-client.ts'
import { makeAgent, type Walk } from '../world.ts'

export async function walkRequests(walk: Walk): Promise<void> {
  await enter(walk)
  await read(walk)
  await repeat(walk)
}

async function enter(walk: Walk): Promise<void> {
  const { call, world, organization } = walk
  await call('listAgents', 'without a credential', { as: null })
  await call('listAgents', 'with nonsense', { as: 'nonsense' })
  await call('listAgents', 'with an unknown key', { as: `ak_unknown.${'x'.repeat(43)}` })
  await call('listAgents', 'with another scheme', { as: null, headers: { authorization: 'Basic YTpi' } })
  const { token } = await makeUser(world.server, organization.id)
  await call('listAgents', 'of a user without an organization', { as: token })
  const { json } = await walk.prepare('createOrganizationKey', { body: { name: 'R', scopes: ['agents:read'] } })
  await call('createAgent', 'without the scope', { as: json.pat_key, body: { name: 'A' } })
  const agent_id = await makeAgent(walk)
  const narrow = await walk.prepare('createOrganizationKey', { body: { name: 'N', agent_ids: [agent_id] } })
  await call('createAgent', 'with a narrowed key', { as: narrow.json.pat_key, body: { name: 'A' } })
  await call('getAgent', 'of another organization', { params: { agent_id }, as: world.server.admin_key })
}

async function read(walk: Walk): Promise<void> {
  const { call, send } = walk
  await call('createAgent', 'a body that is no JSON', { body: '{"name":' })
  await call('createAgent', 'a body that is not UTF-8', { body: '{"name":"\\xff"}' })
  await call('createAgent', 'a body that is no object', { body: '[]' })
  await call('createAgent', 'an empty body', { body: '' })
  await call('createAgent', 'another media type', { headers: { 'content-type': 'text/plain' }, body: 'name' })
  await call('createAgent', 'a form', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'name=A',
  })
  await call('createAgent', 'a large body', {
    body: { name: 'x'.repeat(1_100_000) },
    shown_body: '(1,100,000 characters)',
  })
  await call('createAgent', 'unknown fields', { body: { name: 'A', id: 'mine', constructor: 1 } })
  await send('a path that is no operation', { method: 'GET', path: '/nothing' })
  await send('a path that cannot be decoded', { method: 'GET', path: '/core/agents/%E0%A4%A' })
  await send('a path that is too long', { method: 'GET', path: `/core/agents/${'a'.repeat(600)}` })
  await send('a method that is not there', { method: 'PATCH', path: '/core/agents', body: {} })
  await send('an unknown method', { method: 'PROPFIND', path: '/core/agents' })
  await send('HEAD', { method: 'HEAD', path: '/core/agents' })
  await send('OPTIONS, as a page of another origin asks', {
    method: 'OPTIONS',
    path: '/core/agents',
    headers: { origin: 'https://elsewhere.test', 'access-control-request-method': 'POST' },
  })
  await send('with a slash at its end', { method: 'GET', path: '/core/agents/' })
  await send('from a page of another origin', {
    method: 'GET',
    path: '/core/agents?limit=1',
    headers: { origin: 'https://elsewhere.test' },
  })
  await tellRaw(walk, 'what is no HTTP', 'NONSENSE\r\n\r\n')
  await tellRaw(walk, 'headers that are too long', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(70_000)}\r\n\r\n`)
  await tellRaw(walk, 'without a host', 'GET /healthz HTTP/1.1\r\n\r\n')
}

/** The answer to an invalid request. */
async function tellRaw(walk: Walk, title: string, bytes: string): Promise<void> {
  const client = await openRawClient(walk.world.server.url, bytes)
  await client.takeAll()
  tellBytes(walk, title, client.text)
}

/** An answer with everything that belongs to it. */
export function tellBytes({ tell, name }: Walk, title: string, bytes: string): void {
  const [, request_id] = /x-request-id: (\S+)/.exec(bytes) ?? []
  if (request_id !== undefined) name(request_id, '<request>')
  tell(title, () => bytes.replaceAll(/^date: .* GMT$/gim, 'Date: <date>').split('\r\n'))
}

async function repeat(walk: Walk): Promise<void> {
  const { call } = walk
  const headers = { 'idempotency-key': 'agent-1' }
  await call('createAgent', 'under a key', { headers, body: { name: 'Once' } })
  await call('createAgent', 'under a key, again', { headers, body: { name: 'Once' } })
  await call('createAgent', 'another one under this key', { headers, body: { name: 'Twice' } })
  await call('createAgent', 'under a key, refused', { headers: { 'idempotency-key': 'agent-2' }, body: { name: '' } })
  await call('createAgent', 'under a key, no longer refused', {
    headers: { 'idempotency-key': 'agent-2' },
    body: { name: 'Now' },
  })
  await call('createAgent', 'a key that cannot be', {
    headers: { 'idempotency-key': 'x'.repeat(300) },
    body: { name: 'A' },
  })
}

export async function walkPages(walk: Walk): Promise<void> {
  const { call, send } = walk
  const get = (title: string, path: string, rest: object = {}) =>
    send(title, { method: 'GET', path, as: null, ...rest })
  await call('getHealth', 'of a running server', { as: null })
  await call('getReadiness', 'of a running server', { as: null })
  const document = await get('the OpenAPI document', '/openapi.json', { shows: 'hash' })
  const etag = document.headers.etag!
  await get('the OpenAPI document, of who has it', '/openapi.json', { headers: { 'if-none-match': etag } })
  await get('the documentation, without its slash', '/docs')
  await get('the documentation', '/docs/', { shows: 'no body' })
  await get('a page of the documentation', '/docs/quickstart', { shows: 'no body' })
  await get('the API reference, without its slash', '/docs/api')
  await get('the API reference', '/docs/api/', { shows: 'hash' })
  await get('the script of the API reference', '/docs/api/js/scalar.js', { shows: 'hash' })
  for (const path of ['/', '/sign-in', '/agents', '/settings/keys']) {
    await get(`a page of the console: ${path}`, path, { shows: 'no body' })
  }
  await get('the icon of the console', '/icon.svg', { shows: 'no body' })
  await get('an asset that is not there', '/assets/nothing.js')
}
