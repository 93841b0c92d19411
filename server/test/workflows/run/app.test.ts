// App steps against real HTTP APIs and real MCP servers.
import type { ConnectionConfig } from '@parley/contract'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type McpPeer, startMcpPeer, textResult, textTool } from '../../support/mcp-peer.ts'
import { type ToolPeer, answerJson, startToolPeer } from '../../support/tool-peer.ts'
import { type Given, type Steps, held_ms, shareSandbox } from './fixture.ts'

const shared = shareSandbox()
let steps: Steps
let peer: ToolPeer
beforeAll(async () => {
  peer = await startToolPeer()
})
afterAll(() => peer[Symbol.asyncDispose]())
beforeEach(() => {
  steps = shared()
  steps.secrets.set('TOKEN', 'planted-token-value').set('PART', 'v2/x')
  peer.requests.length = 0
  peer.answer = (_request, response) => answerJson(response, { ok: true })
})

let connections = 0
function connect(config: Partial<ConnectionConfig>): string {
  const name = `Connection ${(connections += 1)}`
  steps.connections.push({
    id: `id-${name}`,
    name,
    config: { kind: 'http', url: peer.url, ...config } as ConnectionConfig,
  })
  return name
}

const app = (
  connection: string,
  tool: string,
  given: object = {},
  more: Partial<Given> & { timeout_ms?: number } = {},
) =>
  steps.attempt({
    type: 'app',
    config: { connection, tool, arguments: given, ...(more.timeout_ms ? { timeout_ms: more.timeout_ms } : {}) },
    ...more,
  })
const failureOf = async (...given: Parameters<typeof app>) => {
  const { report } = await app(...given)
  return report.type === 'failed' ? report : expect.fail(`it did not fail: ${JSON.stringify(report)}`)
}

const contact = {
  ...{ name: 'getContact', path: '/contacts/{id}' },
  parameters: {
    type: 'object',
    properties: { id: { type: 'string' }, fields: { type: 'array', items: { type: 'string' } } },
    required: ['id'],
    additionalProperties: false,
  },
} as const
const note = { name: 'addNote', method: 'POST', path: '/contacts/{id}/notes' } as const

describe('an HTTP API', () => {
  test('gets arguments in the path, the query and the body', async () => {
    const name = connect({
      ...{ url: `${peer.url}/{{ secrets.PART }}/`, operations: [contact, note] },
      headers: { 'X-Team': 'team {{ secrets.TOKEN }}' },
    })
    const { report, noted, key } = await app(
      name,
      'getContact',
      { id: '{{ n1.id }}', fields: ['a', '{{ "b" }}'] },
      { others: [{ id: 'n1', type: 'http', config: {} }], outputs: { n1: { id: 'a/b' } }, depth: 2 },
    )
    expect(report).toMatchObject({ type: 'result', output: { ok: true }, input: { arguments: { id: 'a/b' } } })
    expect(noted.log).toEqual(['open'])
    const second = await app(`id-${name}`, 'addNote', { id: 7, text: 'hello', n: 1 })
    expect(second.noted.log).toEqual(['effect'])
    expect(peer.requests).toMatchObject([
      {
        ...{ method: 'GET', url: '/v2%2Fx/contacts/a%2Fb?fields=a&fields=b', body: '', key },
        headers: { 'x-team': 'team planted-token-value', 'parley-depth': '3' },
      },
      { method: 'POST', url: '/v2%2Fx/contacts/7/notes', body: '{"text":"hello","n":1}' },
    ])
  })

  test.each([
    [{}, 'The arguments are not valid: id is required.'],
    [{ id: 5 }, 'The arguments are not valid: id must be string.'],
    [{ id: 'x', other: 1 }, /^The arguments are not valid: .*additional/],
    [{ id: '..' }, 'The argument "id" must be a text or a number that fits into the path.'],
  ])('the arguments %j are not sent', async (given, message) => {
    const { error, cause } = await failureOf(connect({ operations: [contact] }), 'getContact', given)
    expect(error).toEqual({
      code: 'app_failed',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
    expect([cause, peer.requests.length]).toEqual(['permanent', 0])
  })

  test('whose tools are not allowed or not there is not called', async () => {
    const name = connect({ operations: [contact, note], allowed_tools: ['getContact'] })
    for (const tool of ['addNote', 'nothing']) {
      const { error } = await failureOf(name, tool, { id: 'x' })
      expect(error).toEqual({ code: 'app_failed', message: `The connection "${name}" has no tool "${tool}".` })
    }
    expect((await failureOf('Missing', 'x')).error.message).toBe('There is no connection "Missing".')
  })

  test.each([
    [404, 'permanent', null],
    [429, 'transient', 3000],
    [503, 'transient', 3000],
  ])('%i is a failure', async (status, cause, after_ms) => {
    peer.answer = (_request, response) =>
      void response.writeHead(status, status === 404 ? {} : { 'retry-after': '3' }).end('planted-token-value')
    const failed = await failureOf(connect({ operations: [note] }), 'addNote', { id: 1 })
    expect(failed).toMatchObject({
      ...{ error: { code: 'app_failed', message: `The server answered ${status}.` }, cause, after_ms },
      input: { tool: 'addNote' },
    })
  })

  test('an answer of 10 MB, one that takes too long, and an address within are named', async () => {
    const name = connect({ operations: [contact] })
    peer.answer = (_request, response) => void response.end('x'.repeat(10_000_000))
    expect((await failureOf(name, 'getContact', { id: 'x' })).error.code).toBe('response_too_large')
    peer.answer = () => steps.endTime()
    expect(await failureOf(name, 'getContact', { id: 'x' }, { timeout_ms: held_ms })).toMatchObject({
      ...{ error: { code: 'app_failed', message: 'No complete response within 777 ms.' }, cause: 'unclear' },
    })
    peer.answer = (_request, response) => void response.writeHead(307, { location: 'http://10.0.0.1/' }).end()
    expect((await failureOf(name, 'getContact', { id: 'x' })).error.code).toBe('address_refused')
  })

  test('proves who sends its requests', async () => {
    const sent = async (auth: ConnectionConfig['auth']) => {
      await app(connect({ operations: [contact], auth }), 'getContact', { id: 'x' })
      return peer.requests.at(-1)!.headers
    }
    expect(await sent({ type: 'none' })).not.toHaveProperty('authorization')
    const secret = '{{ secrets.TOKEN }}'
    expect(await sent({ type: 'bearer', token: secret })).toMatchObject({ authorization: 'Bearer planted-token-value' })
    expect(await sent({ type: 'header', name: 'X-Api-Key', value: `Key ${secret}` })).toMatchObject({
      'x-api-key': 'Key planted-token-value',
    })
    const basic = Buffer.from('ada:planted-token-value').toString('base64')
    expect(await sent({ type: 'basic', username: 'ada', password: secret })).toMatchObject({
      authorization: `Basic ${basic}`,
    })
  })

  test('what it says of secrets is redacted', async () => {
    peer.answer = ({ headers }, response) => answerJson(response, { you: headers['authorization'], raw: [headers] })
    const name = connect({ operations: [contact], auth: { type: 'bearer', token: '{{ secrets.TOKEN }}' } })
    const { report } = await app(name, 'getContact', { id: 'planted-token-value' })
    expect(JSON.stringify(report)).toContain('[secret TOKEN]')
    expect(JSON.stringify(report)).not.toContain('planted')
  })

  test('a secret that does not exist is named', async () => {
    const name = connect({ operations: [contact], headers: { a: '{{ secrets.MISSING }}' } })
    const { error } = await failureOf(name, 'getContact', { id: 'x' })
    expect(error.message).toBe('headers.a of the connection: There is no secret with the name MISSING.')
  })
})

describe('OAuth', () => {
  let issued = 0
  /** Accepts its last token only, unless told otherwise. */
  const serve = ({
    expires_in = 3600,
    in_body = false,
    isGood = (token: string) => token === `access-${issued}`,
  } = {}) => {
    issued = 0
    peer.answer = ({ url, headers, body }, response) => {
      if (url !== '/token') {
        const token = String(headers['authorization']).replace('Bearer ', '')
        return isGood(token) ? answerJson(response, { token }) : answerJson(response, {}, 401)
      }
      const form = new URLSearchParams(body)
      const expected = in_body ? form.get('client_secret') : headers['authorization']
      const secret = in_body
        ? 'planted-token-value'
        : `Basic ${Buffer.from('me:planted-token-value').toString('base64')}`
      if (expected !== secret || form.get('grant_type') !== 'client_credentials') return answerJson(response, {}, 401)
      issued += 1
      answerJson(response, { access_token: `access-${issued}`, token_type: 'bearer', expires_in })
    }
  }
  const auth = (): ConnectionConfig['auth'] => ({
    type: 'oauth2_client_credentials',
    ...{ token_url: `${peer.url}/token`, client_id: 'me', client_secret: '{{ secrets.TOKEN }}', scope: 'a b' },
  })
  const tokenRequests = () => peer.requests.filter(({ url }) => url === '/token')

  test('a token is fetched once, and kept; it is nowhere in what is stored', async () => {
    serve()
    const name = connect({ operations: [contact], auth: auth() })
    const { report } = await app(name, 'getContact', { id: 'x' })
    await app(name, 'getContact', { id: 'y' })
    expect(tokenRequests()).toMatchObject([{ body: 'grant_type=client_credentials&scope=a+b' }])
    expect(report).toMatchObject({ type: 'result', output: { token: '[secret ACCESS_TOKEN]' } })
  })

  test('one that is refused is renewed once, and its request has the same key', async () => {
    serve()
    const name = connect({ operations: [note], auth: auth() })
    await app(name, 'addNote', { id: 1 })
    issued = 41
    const { report, noted, key } = await app(name, 'addNote', { id: 1 }, { position: 4 })
    expect(report).toMatchObject({ type: 'result' })
    expect(tokenRequests()).toHaveLength(2)
    expect(noted.log).toEqual(['effect', 'open', 'open'])
    expect(peer.requests.filter((request) => request.key === key)).toHaveLength(2)
    serve({ isGood: () => false })
    expect((await failureOf(name, 'addNote', { id: 1 })).error.message).toBe('The server answered 401.')
    expect(tokenRequests()).toHaveLength(3)
  })

  test('a server that wants the client in the body gets it there', async () => {
    serve({ in_body: true })
    const { report } = await app(connect({ operations: [contact], auth: auth() }), 'getContact', { id: 'x' })
    expect(report.type).toBe('result')
    expect(tokenRequests()).toHaveLength(2)
  })

  test('one that runs out is fetched again', async () => {
    serve({ expires_in: 1 })
    const name = connect({ operations: [contact], auth: auth() })
    await app(name, 'getContact', { id: 'x' })
    await expect
      .poll(async () => {
        await app(name, 'getContact', { id: 'x' })
        return tokenRequests().length
      })
      .toBeGreaterThan(1)
  })

  test.each([
    [500, 'transient', 'No access token was received: the server answered 500.'],
    [403, 'permanent', 'No access token was received: the server answered 403.'],
    [200, 'permanent', 'No access token was received: the answer of the server has none.'],
  ])('a token server that answers %i', async (status, cause, message) => {
    peer.answer = (_request, response) => answerJson(response, { planted: true }, status)
    const failed = await failureOf(connect({ operations: [contact], auth: auth() }), 'getContact', { id: 'x' })
    expect([failed.error, failed.cause]).toEqual([{ code: 'app_failed', message }, cause])
  })
})

describe.each(['modern', 'sessions'] as const)('an MCP server (%s)', (kind) => {
  let mcp: McpPeer
  beforeEach(async () => {
    mcp = await startMcpPeer(kind)
    mcp.tools = [
      textTool('order'),
      textTool('look', { annotations: { readOnlyHint: true } }),
      textTool('put', { annotations: { idempotentHint: true } }),
    ]
  })
  afterEach(() => mcp[Symbol.asyncDispose]())
  const connectMcp = (config: Partial<ConnectionConfig> = {}) => connect({ kind: 'mcp', url: mcp.url, ...config })

  test('answers its tools; those that may be repeated are not noted first', async () => {
    const name = connectMcp({ headers: { 'X-Key': '{{ secrets.TOKEN }}' } })
    mcp.answer = ({ arguments: given }) => textResult(`Done: ${String(given['what'])} planted-token-value`)
    const { report, noted, key } = await app(name, 'order', { what: '{{ "tea" }}' }, { depth: 1 })
    expect(report).toMatchObject({ type: 'result', output: 'Done: tea [secret TOKEN]' })
    expect(noted.log.slice(-1)).toEqual(['effect'])
    const request = mcp.requests.find(({ rpc }) => rpc === 'tools/call')!
    expect(request.headers).toMatchObject({
      'idempotency-key': key,
      'x-key': 'planted-token-value',
      'parley-depth': '2',
    })
    for (const tool of ['look', 'put']) {
      const { noted: other } = await app(name, tool, { what: 'x' })
      expect(other.log).not.toContain('effect')
      expect(other.log).toContain('open')
    }
    expect((await app(name, 'order', { what: 'x' }, { step: { idempotent: true } })).noted.log).not.toContain('effect')
    expect(mcp.requests.filter(({ rpc }) => rpc === 'tools/list')).toHaveLength(1)
  })

  test('that fails, refuses, or answers too much has a name', async () => {
    const name = connectMcp()
    mcp.answer = () => ({ ...textResult('No tea with planted-token-value.'), isError: true })
    expect(await failureOf(name, 'order', { what: 'x' })).toMatchObject({
      error: { code: 'app_failed', message: 'No tea with [secret TOKEN].' },
      cause: 'permanent',
    })
    mcp.answer = () => textResult('x'.repeat(2_000_000))
    expect((await failureOf(name, 'order', { what: 'x' })).error.code).toBe('response_too_large')
    mcp.answer = () => textResult('x'.repeat(10_000_000))
    expect((await failureOf(name, 'order', { what: 'x' })).error.code).toBe('response_too_large')
    mcp.answer = () => {
      steps.endTime()
      return new Promise(() => {})
    }
    expect(await failureOf(name, 'order', { what: 'x' }, { timeout_ms: held_ms })).toMatchObject({
      error: { code: 'app_failed' },
      cause: 'unclear',
    })
  })

  test('arguments are checked, tools that are missing are looked for once more', async () => {
    const name = connectMcp({ allowed_tools: ['order', 'new'] })
    expect((await failureOf(name, 'order', {})).error.message).toBe('The arguments are not valid: what is required.')
    expect((await failureOf(name, 'look', { what: 'x' })).error.message).toMatch(/has no tool "look"/)
    mcp.tools = [textTool('new')]
    expect((await app(name, 'new', { what: 'x' })).report.type).toBe('result')
    expect((await failureOf(name, 'order', { what: 'x' })).error.message).toMatch(/has no tool "order"/)
  })

  test('that is away, or within, was not asked', async () => {
    const name = connectMcp()
    await mcp.kill()
    expect(await failureOf(name, 'order', { what: 'x' })).toMatchObject({
      error: { code: 'app_failed' },
      cause: 'transient',
    })
    const inner = connectMcp({ url: 'http://10.0.0.1/mcp' })
    expect((await failureOf(inner, 'order', { what: 'x' })).error.code).toBe('address_refused')
  })

  test('429 and 5xx may pass, other statuses do not', async () => {
    const name = connectMcp()
    await app(name, 'order', { what: 'x' })
    const answer = (status: number) => {
      mcp.intercept = ({ rpc }, response) => {
        if (rpc !== 'tools/call') return false
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
        return true
      }
    }
    answer(503)
    expect(await failureOf(name, 'order', { what: 'x' })).toMatchObject({ cause: 'transient' })
    answer(403)
    expect(await failureOf(name, 'order', { what: 'x' })).toMatchObject({ cause: 'permanent' })
  })

  test('nothing is called once the execution has ended', async () => {
    const name = connectMcp()
    await app(name, 'order', { what: 'x' })
    const before = mcp.calls.length
    await expect(app(name, 'order', { what: 'x' }, { isOver: true })).rejects.toThrow('the execution has changed')
    expect(mcp.calls).toHaveLength(before)
  })
})
