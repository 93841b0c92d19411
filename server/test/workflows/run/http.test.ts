// The http step against real peers: what is sent, what is read, and what every failure is called.
import { type AddressInfo, createServer } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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
  peer.requests.length = 0
  peer.answer = (_request, response) => answerJson(response, { ok: true })
})

const http = (config: object, more: Partial<Given> = {}) =>
  steps.attempt({ type: 'http', config: { url: `${peer.url}/`, ...config }, ...more })
const failureOf = async (config: object, more: Partial<Given> = {}) => {
  const { report } = await http(config, more)
  return report.type === 'failed' ? report : expect.fail(`it did not fail: ${JSON.stringify(report)}`)
}
const plain =
  (body: string | Buffer, type: string | null, status = 200): ToolPeer['answer'] =>
  (_request, response) =>
    void response.writeHead(status, type === null ? {} : { 'content-type': type }).end(body)

describe('the request', () => {
  test('has method, address, query, headers and body with their expressions filled', async () => {
    const { report, key, noted } = await http(
      {
        ...{ method: 'POST', url: `${peer.url}/c/{{ id }}?a={{ text }}` },
        query_params: { q: '{{ text }}', list: '{{ list }}', none: '{{ missing }}', literal: 7, nothing: null },
        headers: { 'X-Text': 'n={{ n }}', 'x-none': '{{ missing }}', 'Idempotency-Key': 'mine', 'Parley-Depth': '0' },
        body: { n: '{{ n }}', deep: [{ t: 'is {{ text }}' }], kept: true },
      },
      { input: { id: 'a/b', text: 'x&y z', n: 5, list: [1, 'two'] }, depth: 1 },
    )
    expect(report).toMatchObject({ type: 'result', output: { status_code: 200, body: { ok: true } } })
    const [request] = peer.requests
    expect(request).toMatchObject({ method: 'POST', key })
    expect(request!.url).toBe('/c/a%2Fb?a=x%26y+z&q=x%26y+z&list=1&list=two&literal=7')
    expect(request!.headers).toMatchObject({ 'x-text': 'n=5', 'parley-depth': '2', 'content-type': 'application/json' })
    expect(request!.headers).not.toHaveProperty('x-none')
    expect(JSON.parse(request!.body)).toEqual({ n: 5, deep: [{ t: 'is x&y z' }], kept: true })
    expect(noted.log).toEqual(['effect'])
    expect(report.input).toMatchObject({ method: 'POST', headers: { 'x-text': 'n=5' }, body: { n: 5 } })
  })

  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])(
    '%s may be repeated, so only whether it may be sent is asked',
    async (method) => {
      const { noted } = await http({ method, body: 'text' })
      expect(noted.log).toEqual(['open'])
      const { body, headers } = peer.requests[0]!
      const sends = method === 'PUT' || method === 'DELETE'
      expect([body, headers['content-type']]).toEqual(sends ? ['text', 'text/plain'] : ['', undefined])
    },
  )

  test('what the step says of repeating holds', async () => {
    expect((await http({ method: 'POST' }, { step: { idempotent: true } })).noted.log).toEqual(['open'])
    expect((await http({ method: 'GET' }, { step: { idempotent: false } })).noted.log).toEqual(['effect'])
  })

  test('nothing is sent once the execution has ended', async () => {
    for (const method of ['GET', 'POST']) {
      await expect(http({ method }, { isOver: true })).rejects.toThrow('the execution has changed')
    }
    expect(peer.requests).toEqual([])
  })

  test('a whole expression as the body keeps its type', async () => {
    await http({ method: 'POST', body: '{{ list }}' }, { input: { list: [1] } })
    await http(
      { method: 'POST', body: '{{ text }}', headers: { 'Content-Type': 'text/xml' } },
      { input: { text: '<a/>' } },
    )
    expect(peer.requests.map(({ body, headers }) => [body, headers['content-type']])).toEqual([
      ['[1]', 'application/json'],
      ['<a/>', 'text/xml'],
    ])
  })

  test.each([
    ['{{ x }}.example.com', { x: 'evil.test/' }],
    [`http://127.0.0.1{{ x }}/`, { x: '.evil.test' }],
    [`http://127.0.0.1/a/{{ x }}/b`, { x: '..' }],
    ['ftp://example.com', {}],
    ['{{ missing }}', {}],
  ])('the address %s is refused', async (url, input) => {
    const { error, cause } = await failureOf({ url }, { input })
    expect([error.code, cause]).toEqual(['http_failed', 'permanent'])
    expect(peer.requests).toEqual([])
  })

  test('a value with a line break is no header', async () => {
    const { error } = await failureOf({ headers: { a: '{{ x }}' } }, { input: { x: 'a\r\nb: c' } })
    expect(error).toEqual({ code: 'http_failed', message: 'A header has an invalid name or value.' })
  })

  test('is no larger than half a million characters', async () => {
    const config = { method: 'POST', body: '{{ text }}{{ text }}{{ text }}' }
    const { error } = await failureOf(config, { input: { text: 'x'.repeat(250_000) } })
    expect(error).toEqual({ code: 'http_failed', message: 'The request has more than 524288 characters.' })
  })
})

describe('the answer', () => {
  const bodyOf = async (body: string | Buffer, type: string | null) => {
    peer.answer = plain(body, type)
    const { report } = await http({})
    return report.type === 'result' ? (report.output as { body: unknown }).body : report
  }

  test.each([
    ['{"a":1}', 'application/json', { a: 1 }],
    ['[1]', 'application/problem+json; charset=utf-8', [1]],
    ['{"a":', 'application/json', '{"a":'],
    ['{"id":12345678901234567890}', 'application/json', { id: '12345678901234567890' }],
    ['hello', 'text/plain', 'hello'],
    ['<a/>', 'application/xml', '<a/>'],
    ['{"a":1}', null, { a: 1 }],
    ['', 'text/plain', null],
    [Buffer.from([0xe9]), 'text/plain; charset=latin1', 'é'],
    [Buffer.from([1, 0, 255]), 'image/png', { base64: 'AQD/', content_type: 'image/png' }],
    [Buffer.from([1, 0, 255]), null, { base64: 'AQD/', content_type: null }],
    ['abc', 'application/octet-stream', { base64: 'YWJj', content_type: 'application/octet-stream' }],
  ])('%s as %s', async (body, type, expected) => expect(await bodyOf(body, type)).toEqual(expected))

  test('any status is one, with its headers', async () => {
    peer.answer = (_request, response) =>
      void response.writeHead(404, { 'x-why': 'gone', 'set-cookie': ['a=1', 'b=2'] }).end('no')
    const { report } = await http({})
    expect(report).toMatchObject({
      ...{ type: 'result', retry: null },
      output: { status_code: 404, headers: { 'x-why': 'gone', 'set-cookie': 'a=1, b=2' } },
    })
  })

  test.each([429, 500, 503])('%i stands only if it was the last attempt', async (status) => {
    peer.answer = (_request, response) => void response.writeHead(status, { 'retry-after': '7' }).end()
    const { report } = await http({ method: 'POST' })
    expect(report).toMatchObject({
      ...{ type: 'result', output: { status_code: status } },
      retry: { error: { code: 'http_status', message: `The server answered ${status}.` }, after_ms: 7000 },
    })
  })

  test.each([
    [404, 'permanent'],
    [429, 'transient'],
    [500, 'transient'],
  ])('%i fails a step with fail_on_status', async (status, cause) => {
    peer.answer = plain('', null, status)
    const failed = await failureOf({ fail_on_status: true, method: 'POST' })
    expect(failed).toMatchObject({ error: { code: 'http_status', message: `The server answered ${status}.` }, cause })
    expect(failed.input).toMatchObject({ method: 'POST' })
  })

  test('Retry-After may be a date', async () => {
    const at = new Date(Date.now() + 90_000).toUTCString()
    peer.answer = (_request, response) => void response.writeHead(503, { 'retry-after': at }).end()
    const { report } = await http({})
    const { after_ms } = (report as { retry: { after_ms: number } }).retry
    expect(after_ms).toBeGreaterThan(60_000)
    expect(after_ms).toBeLessThanOrEqual(90_000)
  })
})

describe('failures', () => {
  test('an answer of 10 MB is not read to its end', async () => {
    peer.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      const piece = 'x'.repeat(65_536)
      const write = (left: number) => {
        if (left === 0) return response.end()
        response.write(piece, () => write(left - 1))
      }
      write(160)
    }
    const { error, cause } = await failureOf({})
    expect([error, cause]).toEqual([
      { code: 'response_too_large', message: 'The answer has more than 1048576 bytes.' },
      'permanent',
    ])
  })

  test('an answer of exactly the limit is read', async () => {
    steps.limits = { ...steps.limits, answer_bytes: 1000 }
    peer.answer = plain('x'.repeat(1000), 'text/plain')
    expect((await http({})).report.type).toBe('result')
    peer.answer = plain('x'.repeat(1001), 'text/plain')
    expect((await failureOf({})).error.code).toBe('response_too_large')
  })

  test('one that drips in is left at its time', async () => {
    peer.answer = (_request, response) => {
      response.writeHead(200)
      let drops = 0
      const timer = setInterval(() => {
        response.write('x')
        if ((drops += 1) === 5) steps.endTime()
      }, 5)
      response.on('close', () => clearInterval(timer))
    }
    const failed = await failureOf({ timeout_ms: held_ms })
    expect(failed).toMatchObject({
      ...{ error: { code: 'http_failed', message: 'No complete response within 777 ms.' }, cause: 'unclear' },
    })
  })

  test('a connection that is cut leaves the outcome open', async () => {
    peer.answer = (_request, response) => response.socket!.destroy()
    expect(await failureOf({ method: 'POST' })).toMatchObject({ error: { code: 'http_failed' }, cause: 'unclear' })
  })

  test('without a connection nothing was sent', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const failed = await failureOf({ url: `http://127.0.0.1:${port}/`, method: 'POST' })
    expect(failed).toMatchObject({ error: { code: 'http_failed' }, cause: 'transient' })
  })

  test.each(['http://10.0.0.1/', 'http://localhost:1/', 'http://[::1]/', 'http://169.254.169.254/'])(
    '%s is no public address',
    async (url) => {
      expect(await failureOf({ url })).toMatchObject({ error: { code: 'address_refused' }, cause: 'permanent' })
    },
  )

  test('nor is where a redirect leads', async () => {
    peer.answer = (_request, response) => void response.writeHead(302, { location: 'http://10.0.0.1/' }).end()
    const { error } = await failureOf({})
    expect(error).toEqual({ code: 'address_refused', message: '10.0.0.1 is not a public address.' })
  })

  test('five redirects are followed, a sixth is not', async () => {
    peer.answer = ({ url }, response) => {
      const left = Number(url.slice(1))
      if (left === 0) return answerJson(response, 'there')
      response.writeHead(302, { location: `/${left - 1}` }).end()
    }
    expect(await steps.run('http', { url: `${peer.url}/5` })).toMatchObject({ body: 'there' })
    const { error, cause } = await failureOf({ url: `${peer.url}/6` })
    expect([error.code, cause]).toEqual(['http_failed', 'permanent'])
  })

  test('it ends with its execution', async () => {
    const stop = new AbortController()
    peer.answer = () => stop.abort(new Error('cancelled'))
    await expect(http({}, { signal: stop.signal })).rejects.toThrow('cancelled')
  })
})

describe('secrets', () => {
  beforeEach(() => {
    steps.secrets.set('API_KEY', 'planted-secret-value').set('HOST', '127.0.0.1')
  })
  const config = () => ({
    ...{ method: 'POST', url: `${peer.url}/{{ secrets.API_KEY }}?k={{ secrets.API_KEY }}` },
    ...{
      headers: { authorization: '{{ "Bearer " & $uppercase(secrets.API_KEY) }}', 'x-key': '{{ secrets.API_KEY }}' },
    },
    ...{ query_params: { key: '{{ secrets.API_KEY }}' }, body: { key: 'is {{ secrets.API_KEY }}' } },
  })

  test('are sent, and are nowhere in what is stored', async () => {
    peer.answer = ({ headers, url, body }, response) => {
      response.setHeader('x-echo', String(headers['x-key']))
      answerJson(response, { url, body, base64: Buffer.from(`user:${headers['x-key']}`).toString('base64') })
    }
    const { report } = await http(config())
    const [{ url, headers, body }] = peer.requests as [(typeof peer.requests)[number]]
    expect(url).toBe('/planted-secret-value?k=planted-secret-value&key=planted-secret-value')
    expect(headers).toMatchObject({ authorization: 'Bearer PLANTED-SECRET-VALUE', 'x-key': 'planted-secret-value' })
    expect(body).toBe('{"key":"is planted-secret-value"}')
    const told = JSON.stringify(report)
    expect(told).toContain('[secret API_KEY]')
    expect(told).not.toMatch(/planted-secret-value/i)
    expect(told).not.toContain(Buffer.from('planted-secret').toString('base64').slice(4, 14))
  })

  test('are nowhere in messages', async () => {
    const failed = await failureOf({ headers: { a: '{{ $number(secrets.API_KEY) }}' } })
    expect(failed.error.code).toBe('expression_failed')
    expect(failed.error.message).toMatch(/^headers\.a: /)
    expect(JSON.stringify(failed)).not.toContain('planted')
    steps.secrets.set('HIDDEN_HOST', 'hidden-host.invalid')
    const refused = await failureOf({ url: 'http://{{ secrets.HIDDEN_HOST }}/' })
    expect(JSON.stringify(refused)).not.toContain('hidden-host')
  })

  test('one that does not exist is named', async () => {
    const { error } = await failureOf({ headers: { a: '{{ secrets.NOT_THERE }}' } })
    expect(error).toEqual({
      code: 'expression_failed',
      message: 'headers.a: There is no secret with the name NOT_THERE.',
    })
  })

  test('are not given to a model', async () => {
    const { error } = await failureOf({ method: 'POST', body: '${ Say {{ secrets.API_KEY }} }' })
    expect(error).toEqual({ code: 'expression_failed', message: 'body: A prompt cannot contain a secret.' })
  })

  test('stay with their origin when it redirects', async () => {
    await using other = await startToolPeer()
    peer.answer = (_request, response) => void response.writeHead(302, { location: `${other.url}/there` }).end()
    await http({ headers: { 'x-key': '{{ secrets.API_KEY }}' } })
    expect(other.requests[0]!.headers).not.toHaveProperty('x-key')
    const { error } = await failureOf({ ...config(), method: 'PUT' })
    expect(error.code).toBe('address_refused')
    expect(other.requests).toHaveLength(1)
  })
})
