import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOutboundClient } from '../../src/outbound/client.ts'
import { createCertificate, createLoopbackClient, failureOf, requestTo, startPeer } from './peers.ts'

/** Allows no private host, and resolves every name with this function only. */
function createGuardedClient(...answers: string[]) {
  const asked: string[] = []
  const client = createOutboundClient({
    allowed_hosts: [],
    async lookup(hostname) {
      asked.push(hostname)
      return answers.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    },
  })
  return { client, asked }
}

describe('what is refused', () => {
  test.each([
    ...[
      '127.0.0.1',
      '127.1',
      '127.0.1',
      '127.0.0.1.',
      '0',
      '0.0.0.0',
      '10.0.0.1',
      '169.254.169.254',
      '255.255.255.255',
    ],
    ...[
      '2130706433',
      '0x7f000001',
      '0x7F000001.',
      '017700000001',
      '0x7f.1',
      '0177.0.0.1',
      '0x7f.0x0.0x0.0x1',
      '00000177.1',
    ],
    ...['%31%32%37.0.0.1', '①②⑦.⓪.⓪.①', '127。0。0。1', '127．0．0．1', '12\t7.0.0.1', '0xa9fea9fe', '2852039166'],
    ...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::FFFF:7F00:1]', '[0:0:0:0:0:ffff:127.0.0.1]'],
    ...[
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[2001::1]',
      '[fe80::1]',
      '[fd00:ec2::254]',
      '[fec0::1]',
    ],
    ...['localhost', 'LOCALHOST', 'localhost.', 'ⓛocalhost', 'lo\ncalhost', 'a.localhost', 'a.b.LocalHost.'],
  ])('the host %j, without looking it up', async (host) => {
    const { client, asked } = createGuardedClient('8.8.8.8')
    for (const scheme of ['http', 'https', 'HtTp']) {
      const failure = await failureOf(client.request(requestTo(`${scheme}://${host}:8080/?secret`)))
      expect(failure).toMatchObject({ kind: 'refused_address', sent: false })
    }
    expect(asked).toEqual([])
  })

  test.each([
    [['127.0.0.1']],
    [['10.1.2.3']],
    [['169.254.169.254']],
    [['100.64.0.1']],
    [['::1']],
    [['fe80::1%eth0']],
    [['::ffff:192.168.0.1']],
    [['64:ff9b::a00:1']],
    [['0.0.0.0']],
    [['8.8.8.8', '192.168.0.1']],
    [['192.168.0.1', '8.8.8.8']],
    [['2606:4700::1111', '8.8.8.8', 'fd00::1']],
    [['not an address']],
  ])('a name that resolves to %j', async (answers) => {
    const { client, asked } = createGuardedClient(...answers)
    const failure = await failureOf(client.request(requestTo('http://Rebound.Example./?secret')))
    expect(failure).toMatchObject({ kind: 'refused_address', sent: false })
    expect(failure.message).toBe('rebound.example is not a public address')
    expect(asked).toEqual(['rebound.example'])
  })

  test.each([
    ...[
      '',
      'example.com',
      '/path',
      '//example.com',
      'http://',
      'http://a b/',
      'http://example.com:99999',
      'http://[::1',
    ],
    ...['http://[::1%25lo]/', 'http://[fe80::1%eth0]/', 'http://4294967296/', 'http://256.0.0.1/', 'http://1.2.3.4.5/'],
    ...['file:///etc/passwd', 'ftp://example.com/', 'gopher://example.com/', 'data:,secret', 'javascript:secret'],
    ...['ws://example.com/', 'unix:/run/secret', 'http+unix://x/', 'blob:http://example.com/secret'],
    ...[
      'http://secret@8.8.8.8/',
      'http://secret:secret@8.8.8.8/',
      'http://:secret@8.8.8.8/',
      'http://8.8.8.8%40@1.1.1.1/',
    ],
    ...['https://8.8.8.8:secret@127.0.0.1/'],
  ])('the address %j', async (url) => {
    const { client, asked } = createGuardedClient('8.8.8.8')
    expect(await failureOf(client.request(requestTo(url)))).toMatchObject({ kind: 'invalid_url', sent: false })
    expect(asked).toEqual([])
  })

  test('a name that cannot be resolved', async () => {
    expect(await failureOf(createGuardedClient().client.request(requestTo('http://none.test/')))).toMatchObject({
      kind: 'dns',
      sent: false,
    })
    const client = createOutboundClient({
      allowed_hosts: [],
      lookup: () => Promise.reject(new Error('secret 10.0.0.1')),
    })
    const failure = await failureOf(client.request(requestTo('http://none.test/?secret')))
    expect(failure).toMatchObject({ kind: 'dns', sent: false, message: 'none.test could not be resolved' })
  })

  test.each([
    ['an unsupported method', { method: 'CONNECT' as 'GET' }],
    ['a method in lower case', { method: 'get' as 'GET' }],
    ['a line break in a header', { headers: { 'x-key': 'a\r\nhost: secret' } }],
    ['an invalid header name', { headers: { 'secret x': 'a' } }],
    ['a header that is not Latin-1', { headers: { 'x-key': '秘密secret' } }],
    ['a control character in a header', { headers: { 'x-key': 'secret\u0001' } }],
  ])('%s', async (_what, more) => {
    await using peer = await startPeer((response) => response.end())
    const failure = await failureOf(createLoopbackClient().request(requestTo(peer.url, more)))
    expect(failure).toMatchObject({ kind: 'invalid_request', sent: false })
    expect(peer.requests).toEqual([])
  })
})

describe('allowed private hosts', () => {
  test.each([
    [['127.0.0.1'], 'http://127.0.0.1:PORT/', true],
    [['127.0.0.1'], 'http://2130706433:PORT/', true],
    [['127.0.0.1:PORT'], 'http://127.0.0.1:PORT/', true],
    [['127.0.0.1:1'], 'http://127.0.0.1:PORT/', false],
    [['127.0.0.1:80'], 'http://127.0.0.1:PORT/', false],
    [['127.0.0.2'], 'http://127.0.0.1:PORT/', false],
    [['inside.test'], 'http://inside.test:PORT/', true],
    [['inside.test:PORT'], 'http://INSIDE.test.:PORT/', true],
    [['INSIDE.test.'], 'http://inside.test:PORT/', true],
    [['bücher.test'], 'http://BÜCHER.test:PORT/', true],
    [['inside.test'], 'http://other.inside.test:PORT/', false],
    [['127.0.0.1'], 'http://inside.test:PORT/', false],
    [['localhost'], 'http://localhost:PORT/', true],
    [['localhost'], 'http://a.localhost:PORT/', false],
    [['a.localhost'], 'http://a.localhost:PORT/', true],
    [['::1', '[::2]', '[::3]:80'], 'http://127.0.0.1:PORT/', false],
  ])('%j allows %s: %s', async (allowed_hosts, url, opened) => {
    await using peer = await startPeer((response) => response.end('inside'))
    const fill = (text: string) => text.replace('PORT', String(peer.port))
    const client = createLoopbackClient([], { allowed_hosts: allowed_hosts.map(fill) })
    const answer = client.request(requestTo(fill(url)))
    if (opened) expect((await answer).body.toString()).toBe('inside')
    else expect(await failureOf(answer)).toMatchObject({ kind: 'refused_address', sent: false })
    expect(peer.connections).toBe(opened ? 1 : 0)
  })

  test('an IPv6 address, with and without its port', async () => {
    await using peer = await startPeer((response) => response.end('inside'), { host: '::1' })
    for (const entry of ['::1', '[::1]', `[0::1]:${peer.port}`]) {
      const client = createOutboundClient({ allowed_hosts: [entry] })
      expect((await client.request(requestTo(`http://[::1]:${peer.port}`))).status).toBe(200)
    }
    expect(peer.requests[0]!.headers.host).toBe(`[::1]:${peer.port}`)
  })

  test.each(['http://inside', 'inside/path', 'a@inside', 'in side', '', '::1:x', 'inside:99999'])(
    '%j is not a valid host',
    (entry) => {
      expect(() => createOutboundClient({ allowed_hosts: [entry] })).toThrow(/PARLEY_ALLOW_PRIVATE_HOSTS/)
    },
  )
})

describe('where a request goes', () => {
  test('to the address that was checked, even if the name resolves to another one by then', async () => {
    await using first = await startPeer((response) => response.end('first'))
    await using second = await startPeer((response) => response.end('second'), { host: '127.0.0.2', port: first.port })
    const answers = ['127.0.0.1', '127.0.0.2']
    const client = createLoopbackClient(['moving.test'], {
      lookup: async () => [{ address: answers.shift()!, family: 4 }],
    })
    const url = `http://moving.test:${first.port}/`
    expect((await client.request(requestTo(url))).body.toString()).toBe('first')
    expect(answers).toEqual(['127.0.0.2'])
    expect((await client.request(requestTo(url))).body.toString()).toBe('second')
    expect([first.connections, second.connections]).toEqual([1, 1])
  })

  test('nowhere, if the name has become private since the last request', async () => {
    await using peer = await startPeer((response) => response.end())
    const caller = new AbortController()
    const client = createLoopbackClient([], {
      allowed_hosts: [],
      async lookup() {
        if (caller.signal.aborted) return [{ address: '127.0.0.1', family: 4 }]
        // Aborted between look-up and connection, so that this test calls no public server.
        caller.abort()
        return [{ address: '8.8.8.8', family: 4 }]
      },
    })
    const url = `http://moving.test:${peer.port}/`
    const { signal } = caller
    expect(await failureOf(client.request(requestTo(url, { signal })))).toMatchObject({ kind: 'aborted', sent: false })
    expect(await failureOf(client.request(requestTo(url)))).toMatchObject({ kind: 'refused_address', sent: false })
    expect(peer.connections).toBe(0)
  })

  test('to the next address of a name, if one does not respond', async () => {
    await using peer = await startPeer((response) => response.end('here'))
    const client = createLoopbackClient(['many.test'], {
      lookup: async () =>
        ['::1', '127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: address === '::1' ? 6 : 4 })),
    })
    expect((await client.request(requestTo(`http://many.test:${peer.port}`))).body.toString()).toBe('here')
  })

  test('past proxies in the environment', async () => {
    await using proxy = await startPeer((response) => response.end('proxy'))
    await using peer = await startPeer((response) => response.end('peer'))
    const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']
    const before = names.map((name) => process.env[name])
    for (const name of names) process.env[name] = proxy.url
    try {
      expect((await createLoopbackClient().request(requestTo(peer.url))).body.toString()).toBe('peer')
    } finally {
      for (const [index, name] of names.entries()) {
        if (before[index] === undefined) delete process.env[name]
        else process.env[name] = before[index]
      }
    }
    expect(proxy.connections).toBe(0)
  })
})

describe('what is sent and what comes back', () => {
  test('method, path, headers and body as given; connection headers are set by the client', async () => {
    await using peer = await startPeer((response) => {
      response.writeHead(
        418,
        [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
          ['__proto__', 'x'],
          ['Content-Type', 'text/plain'],
        ].flat(),
      )
      response.end(Buffer.from([0, 255, 10]))
    })
    const client = createLoopbackClient(['inside.test'])
    const headers = {
      'X-Key': 'secret',
      Host: 'elsewhere.test',
      Connection: 'upgrade',
      'Content-Length': '999',
      'Transfer-Encoding': 'chunked',
      Expect: '100-continue',
      Upgrade: 'h2c',
      'Accept-Encoding': 'gzip',
    }
    const url = `http://inside.test.:${peer.port}/a%20b/ö?q=ü&q=2#fragment`
    const response = await client.request(requestTo(url, { method: 'PATCH', headers, body: 'grüße' }))
    expect(peer.requests).toEqual([
      {
        method: 'PATCH',
        url: '/a%20b/%C3%B6?q=%C3%BC&q=2',
        headers: {
          host: `inside.test:${peer.port}`,
          connection: 'close',
          'x-key': 'secret',
          'user-agent': 'Parley',
          'accept-encoding': 'identity',
          'content-length': '7',
        },
        body: 'grüße',
      },
    ])
    expect(response).toMatchObject({ status: 418, truncated: false })
    expect([...response.body]).toEqual([0, 255, 10])
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(response.headers.get('__proto__')).toBe('x')
    expect(response.headers.get('content-type')).toBe('text/plain')
  })

  test.each(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)(
    '%s without a body',
    async (method) => {
      await using peer = await startPeer((response) => response.writeHead(200, { 'content-length': 2 }).end('ok'))
      const response = await createLoopbackClient().request(
        requestTo(peer.url, { method, body: undefined, headers: { 'user-agent': 'mine' } }),
      )
      expect(response.body.toString()).toBe(method === 'HEAD' ? '' : 'ok')
      expect(peer.requests).toMatchObject([{ method, body: '', headers: { 'user-agent': 'mine' } }])
    },
  )

  test('cookies are not stored', async () => {
    await using peer = await startPeer((response) => response.writeHead(200, { 'set-cookie': 'a=1' }).end())
    const client = createLoopbackClient()
    for (let count = 0; count < 2; count++) await client.request(requestTo(peer.url))
    expect(peer.requests.map((request) => request.headers.cookie)).toEqual([undefined, undefined])
    expect(peer.connections).toBe(2)
  })

  test('a body that is compressed although not requested is returned unchanged', async () => {
    const bytes = Buffer.from('1f8b0800', 'hex')
    await using peer = await startPeer((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes))
    const response = await createLoopbackClient().request(requestTo(peer.url))
    expect(response.body).toEqual(bytes)
  })
})

describe('TLS', () => {
  const certificate = createCertificate('secure.test')
  const before = getCACertificates('default')
  beforeAll(() => setDefaultCACertificates([...before, certificate.cert]))
  afterAll(() => setDefaultCACertificates(before))

  test('the certificate is checked for the name, not for the address', async () => {
    const names: unknown[] = []
    await using peer = await startPeer(
      (response) => {
        names.push((response.socket as TLSSocket).servername)
        response.end('secure')
      },
      { certificate },
    )
    const client = createLoopbackClient(['secure.test', 'other.test'])
    expect((await client.request(requestTo(`https://SECURE.test.:${peer.port}/`))).body.toString()).toBe('secure')
    expect(names).toEqual(['secure.test'])
    for (const host of ['other.test', '127.0.0.1']) {
      const failure = await failureOf(client.request(requestTo(`https://${host}:${peer.port}/?secret`)))
      expect(failure).toMatchObject({ kind: 'connection', sent: false })
      expect(failure.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID')
    }
    expect(peer.requests).toHaveLength(1)
  })

  test('an untrusted certificate', async () => {
    await using peer = await startPeer((response) => response.end(), { certificate: createCertificate('secure.test') })
    const request = createLoopbackClient(['secure.test']).request(requestTo(`https://secure.test:${peer.port}/`))
    expect(await failureOf(request)).toMatchObject({ kind: 'connection', sent: false })
    expect(peer.requests).toEqual([])
  })

  test('a server that does not speak it', async () => {
    await using peer = await startPeer((response) => response.end())
    const request = createLoopbackClient().request(requestTo(peer.url.replace('http', 'https')))
    expect(await failureOf(request)).toMatchObject({ kind: 'connection', sent: false })
  })

  test('a redirect from https to http is refused', async () => {
    await using peer = await startPeer(
      (response) => response.writeHead(302, { location: 'http://secure.test/?secret' }).end(),
      {
        certificate,
      },
    )
    const request = createLoopbackClient(['secure.test']).request(requestTo(`https://secure.test:${peer.port}/`))
    expect(await failureOf(request)).toMatchObject({ kind: 'refused_redirect', sent: true })
  })
})
