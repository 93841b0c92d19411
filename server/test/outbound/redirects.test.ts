import { describe, expect, test } from 'vitest'
import { createLoopbackClient, failureOf, requestTo, startPeer } from './peers.ts'

/** Answers `/<status>?<location>` with that redirect, and everything else with what it received. */
function startRedirector() {
  return startPeer((response, { method, url, headers, body }) => {
    const [, status, location] = /^\/(3\d\d)\?(.*)$/.exec(url) ?? []
    if (status) response.writeHead(Number(status), { location: decodeURIComponent(location!) }).end('not read')
    else response.end(JSON.stringify({ method, url, headers, body }))
  })
}

const redirectTo = (location: string, status = 302) => `/${status}?${encodeURIComponent(location)}`

describe('the request after a redirect', () => {
  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
    [303, 'PUT', 'GET'],
    [303, 'DELETE', 'GET'],
    [303, 'OPTIONS', 'GET'],
    [307, 'PATCH', 'PATCH'],
    [301, 'GET', 'GET'],
    [303, 'GET', 'GET'],
    [308, 'GET', 'GET'],
  ] as const)('%i turns a %s into a %s', async (status, method, becomes) => {
    await using peer = await startRedirector()
    const headers = { 'content-type': 'text/plain', 'content-language': 'en', 'x-key': 'secret' }
    const request = requestTo(peer.url + redirectTo('/end?a=1#b', status), { method, headers, body: 'text' })
    const end = JSON.parse((await createLoopbackClient().request(request)).body.toString())
    const kept = becomes === method
    expect(end).toMatchObject({ method: becomes, url: '/end?a=1', body: kept ? 'text' : '' })
    expect(end.headers['content-type']).toBe(kept ? 'text/plain' : undefined)
    expect(end.headers['content-language']).toBe(kept ? 'en' : undefined)
    expect(end.headers['x-key']).toBe('secret')
    expect(peer.connections).toBe(2)
  })

  test('303 keeps a HEAD', async () => {
    await using peer = await startRedirector()
    const request = requestTo(peer.url + redirectTo('/end', 303), { method: 'HEAD', body: undefined })
    expect((await createLoopbackClient().request(request)).status).toBe(200)
    expect(peer.requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD'])
  })

  test.each([
    ['/end', '/end'],
    ['end', '/end'],
    ['?a=1', '/302?a=1'],
    ['//127.0.0.1:PORT/end', '/end'],
    ['http:/end', '/end'],
    ['\\end', '/end'],
    ['/ü', '/%C3%BC'],
  ])('the location %j leads to %s', async (location, url) => {
    await using peer = await startPeer((response, request) => {
      if (request.url !== '/302') return response.end(request.url)
      // As UTF-8, which Node would refuse to send.
      const line = Buffer.from(`location: ${location.replace('PORT', String(peer.port))}`)
      response.socket!.end(Buffer.concat([Buffer.from('HTTP/1.1 302 Found\r\n'), line, Buffer.from('\r\n\r\n')]))
    })
    expect((await createLoopbackClient().request(requestTo(`${peer.url}/302`))).body.toString()).toBe(url)
  })

  test.each([300, 304, 305, 306])('%i is an ordinary response', async (status) => {
    await using peer = await startRedirector()
    expect((await createLoopbackClient().request(requestTo(peer.url + redirectTo('/end', status)))).status).toBe(status)
  })

  test('so is a redirect without a location', async () => {
    await using peer = await startPeer((response) => response.writeHead(302).end('no target'))
    const response = await createLoopbackClient().request(requestTo(peer.url))
    expect(response).toMatchObject({ status: 302, truncated: false })
    expect(response.body.toString()).toBe('no target')
  })
})

describe('headers', () => {
  const headers = {
    Authorization: 'secret',
    cookie: 'secret',
    'proxy-authorization': 'secret',
    'X-Key': 'secret',
    'x-other': 'kept',
  }

  test('stay within an origin', async () => {
    await using peer = await startRedirector()
    const request = requestTo(peer.url + redirectTo('/end'), { headers, sensitive_headers: ['x-key'] })
    const end = JSON.parse((await createLoopbackClient().request(request)).body.toString())
    expect(end.headers).toMatchObject({
      authorization: 'secret',
      cookie: 'secret',
      'x-key': 'secret',
      'x-other': 'kept',
    })
  })

  test('that are secret do not leave it, and do not return', async () => {
    await using peer = await startRedirector()
    await using other = await startRedirector()
    const there_and_back = redirectTo(other.url + redirectTo(`${peer.url}/end`, 307), 307)
    const request = requestTo(peer.url + there_and_back, { headers, sensitive_headers: ['x-KEY'] })
    const end = JSON.parse((await createLoopbackClient().request(request)).body.toString())
    for (const seen of [other.requests[0]!.headers, end.headers]) {
      expect(JSON.stringify(seen)).not.toContain('secret')
      expect(seen['x-other']).toBe('kept')
    }
    expect(end.headers.host).toBe(`127.0.0.1:${peer.port}`)
  })

  test('are dropped for another name of the same address', async () => {
    await using peer = await startRedirector()
    const client = createLoopbackClient(['a.test', 'b.test'])
    const url = `http://a.test:${peer.port}${redirectTo(`http://b.test:${peer.port}/end`)}`
    const end = JSON.parse((await client.request(requestTo(url, { headers }))).body.toString())
    expect(end.headers.authorization).toBeUndefined()
    expect(end.headers['x-key']).toBe('secret')
  })
})

describe('a body that is secret', () => {
  const secret = { method: 'POST', body: 'secret', has_sensitive_body: true } as const

  test('stays within an origin', async () => {
    await using peer = await startRedirector()
    const request = requestTo(peer.url + redirectTo('/end', 307), secret)
    const end = JSON.parse((await createLoopbackClient().request(request)).body.toString())
    expect(end).toMatchObject({ method: 'POST', body: 'secret' })
  })

  test.each([307, 308])('is not sent to another server after %i', async (status) => {
    await using peer = await startRedirector()
    await using other = await startRedirector()
    const request = requestTo(peer.url + redirectTo(`${other.url}/end`, status), secret)
    const failure = await failureOf(createLoopbackClient().request(request))
    expect(failure).toMatchObject({ kind: 'refused_redirect', sent: true })
    expect(failure.message).toContain('redirects a body to another server')
    expect(other.requests).toEqual([])
  })

  test('does not block a redirect that drops it', async () => {
    await using peer = await startRedirector()
    await using other = await startRedirector()
    const request = requestTo(peer.url + redirectTo(`${other.url}/end`, 303), secret)
    const end = JSON.parse((await createLoopbackClient().request(request)).body.toString())
    expect(end).toMatchObject({ method: 'GET', body: '' })
  })
})

describe('allowed targets of a redirect', () => {
  test.each([
    ['http://127.0.0.2:PORT/', 'refused_address'],
    ['http://2130706434:PORT/', 'refused_address'],
    ['//0x7f000002:PORT/', 'refused_address'],
    ['http://[::1]:PORT/', 'refused_address'],
    ['http://[::ffff:127.0.0.1]:PORT/', 'refused_address'],
    ['http://169.254.169.254/latest/meta-data/', 'refused_address'],
    ['http://inside.test:PORT/', 'refused_address'],
    ['https://inside.test:PORT/', 'refused_address'],
    ['http://localhost:PORT/', 'refused_address'],
    ['http://secret@127.0.0.1:PORT/', 'invalid_url'],
    ['http://127.0.0.1:secret@127.0.0.1:PORT/', 'invalid_url'],
    ['http://:secret@127.0.0.1:PORT/', 'invalid_url'],
    ['file:///etc/passwd', 'invalid_url'],
    ['ftp://127.0.0.1/', 'invalid_url'],
    ['data:text/plain,secret', 'invalid_url'],
    ['javascript:secret', 'invalid_url'],
    ['http://127.0.0.1:99999/', 'invalid_url'],
    ['http://[::1/', 'invalid_url'],
  ])('not to %s', async (location, kind) => {
    await using peer = await startRedirector()
    const url = peer.url + redirectTo(location.replace('PORT', String(peer.port)))
    expect(await failureOf(createLoopbackClient().request(requestTo(url)))).toMatchObject({ kind, sent: true })
    expect(peer.requests).toHaveLength(1)
  })

  test('not to a name that has become private since the last hop', async () => {
    await using peer = await startRedirector()
    const answers = ['127.0.0.1', '127.0.0.2']
    await using other = await startPeer((response) => response.end('moved'), { host: '127.0.0.2', port: peer.port })
    const client = createLoopbackClient(['a.test'], { lookup: async () => [{ address: answers.shift()!, family: 4 }] })
    const url = `http://a.test:${peer.port}${redirectTo('/end')}`
    // Allowed names are not checked: this shows that each hop resolves again and connects to the result.
    expect((await client.request(requestTo(url))).body.toString()).toBe('moved')
    expect([peer.requests.length, other.requests.length]).toEqual([1, 1])
  })

  test('at most five times', async () => {
    await using peer = await startPeer((response, { url }) => {
      const left = Number(url.slice(1))
      if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end()
      else response.end('arrived')
    })
    const client = createLoopbackClient()
    expect((await client.request(requestTo(`${peer.url}/5`))).body.toString()).toBe('arrived')
    expect(await failureOf(client.request(requestTo(`${peer.url}/6`)))).toMatchObject({
      kind: 'too_many_redirects',
      sent: true,
    })
    expect(peer.requests).toHaveLength(12)
  })

  test('not in a circle', async () => {
    await using peer = await startPeer((response) => response.writeHead(307, { location: '/?secret' }).end())
    expect(await failureOf(createLoopbackClient().request(requestTo(peer.url)))).toMatchObject({
      kind: 'too_many_redirects',
    })
    expect(peer.requests).toHaveLength(6)
  })

  test.each(['', 'never ends'])('the body of a redirect is ignored: %j', async (content) => {
    await using peer = await startPeer((response, { url }) => {
      if (url === '/end') return response.end('arrived')
      response.writeHead(302, { location: '/end' }).flushHeaders()
      return content && response.write(content)
    })
    const { body } = await createLoopbackClient().request(requestTo(peer.url, { max_body_bytes: 7 }))
    expect(body.toString()).toBe('arrived')
    await peer.disconnected
  })
})
