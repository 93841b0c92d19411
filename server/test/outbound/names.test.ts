import { describe, expect, test } from 'vitest'
import { createOutboundClient, type OutboundRequest } from '../../src/outbound/client.ts'
import { type NameAnswer, type Zone, startNameServer } from './name-server.ts'
import { createLookup, type LookupOptions } from '../../src/outbound/names.ts'
import { testPorts } from '../support/ports.ts'
import { createManualClock, failureOf, requestTo, startPeer } from './peers.ts'

const { clock } = testPorts

/** A client that uses this zone, and what a test observes of it. */
async function startClient(
  zone: Zone | Record<string, NameAnswer>,
  options: Partial<LookupOptions> & { allowed_hosts?: string[] } = {},
) {
  const answer: Zone =
    typeof zone === 'function' ? zone : (name) => (Object.hasOwn(zone, name) ? zone[name] : { code: 'nxdomain' })
  const server = await startNameServer(answer)
  const { allowed_hosts = [], ...more } = options
  const lookup = createLookup({ clock, name_servers: [server.address], ...more })
  const client = createOutboundClient({ allowed_hosts, clock, lookup })
  const failure = (url: string, more_of_request: Partial<OutboundRequest> = {}) =>
    failureOf(client.request(requestTo(url, more_of_request)))
  const resolve = (hostname: string, signal = new AbortController().signal, owner = 'tests') =>
    lookup(hostname, { owner, signal, is_opened: false })
  return { server, client, failure, resolve, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

const refused = { kind: 'refused_address', sent: false }

describe('answers of a name server', () => {
  test('addresses of both kinds, IPv4 first', async () => {
    await using it = await startClient({ 'both.test': { addresses: ['2606:4700::1111', '8.8.8.8', '1.1.1.1'] } })
    expect(await it.resolve('both.test')).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '1.1.1.1', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ])
    expect(it.server.questions.toSorted()).toEqual(['A both.test', 'AAAA both.test'])
  })

  test('addresses of one kind', async () => {
    await using it = await startClient({
      'four.test': { addresses: ['8.8.8.8'] },
      'six.test': { addresses: ['2606:4700::1111'] },
    })
    expect(await it.resolve('four.test')).toEqual([{ address: '8.8.8.8', family: 4 }])
    expect(await it.resolve('six.test')).toEqual([{ address: '2606:4700::1111', family: 6 }])
  })

  test('addresses behind an alias', async () => {
    await using it = await startClient({ 'alias.test': { alias: 'true.test', addresses: ['8.8.8.8'] } })
    expect(await it.resolve('alias.test')).toEqual([{ address: '8.8.8.8', family: 4 }])
  })

  test('addresses of one kind, and no answer for the other in time', async () => {
    await using it = await startClient((_name, type) => (type === 'A' ? { addresses: ['8.8.8.8'] } : undefined), {
      timeout_ms: 1000,
    })
    expect(await it.resolve('half.test')).toEqual([{ address: '8.8.8.8', family: 4 }])
  })

  test('more than a packet can hold, so it is asked again over TCP', async () => {
    await using it = await startClient({ 'large.test': { addresses: ['8.8.8.8'], is_truncated: true } })
    expect(await it.resolve('large.test')).toEqual([{ address: '8.8.8.8', family: 4 }])
    expect(it.server.over_tcp).toBe(2)
  })

  test('an answer under another id is ignored', async () => {
    await using it = await startClient({ 'forged.test': { addresses: ['8.8.8.8'], is_forged: true } })
    expect(await it.resolve('forged.test')).toEqual([{ address: '8.8.8.8', family: 4 }])
  })

  test.each<[string, NameAnswer]>([
    ['a private address', { addresses: ['10.0.0.1'] }],
    ['a private one among public ones', { addresses: ['8.8.8.8', '192.168.0.1', '1.1.1.1'] }],
    ['a private one of the other kind', { addresses: ['8.8.8.8', 'fd00::1'] }],
    ['IPv4 inside IPv6', { addresses: ['::ffff:7f00:1'] }],
    ['an alias of a private host', { alias: 'inside.test', addresses: ['127.0.0.1'] }],
    ['the last of many', { addresses: [...Array.from({ length: 20 }, (_, n) => `8.8.8.${n + 1}`), '127.0.0.1'] }],
  ])('%s is refused', async (_what, answer) => {
    await using it = await startClient({ 'poisoned.test': answer })
    expect(await it.failure('http://poisoned.test/?secret')).toMatchObject(refused)
  })

  test.each<[string, NameAnswer, string]>([
    ['the name does not exist', { code: 'nxdomain' }, 'the name does not exist'],
    ['it has no address', {}, 'the name has no address'],
    ['an alias leads nowhere', { alias: 'nowhere.test' }, 'the name has no address'],
    ['the server failed', { code: 'servfail' }, 'the name server returned an error (ESERVFAIL)'],
    ['the server refuses', { code: 'refused' }, 'the name server returned an error (EREFUSED)'],
  ])('%s', async (_what, answer, reason) => {
    await using it = await startClient({ 'odd.test': answer })
    const failure = await it.failure('http://odd.test/?secret')
    expect(failure).toMatchObject({ kind: 'dns', sent: false, message: `odd.test could not be resolved: ${reason}` })
  })

  test('nothing, because nothing listens there', async () => {
    const it = await startClient({})
    await it[Symbol.asyncDispose]()
    const reason = 'the name server returned an error (ECONNREFUSED)'
    expect((await it.failure('http://a.test/')).message).toBe(`a.test could not be resolved: ${reason}`)
  })
})

describe('which names are looked up', () => {
  test('in the form that DNS uses', async () => {
    await using it = await startClient({})
    for (const host of ['Straße.test', 'BÜCHER.test.', 'xn--bcher-kva.test', 'under_score.test']) {
      expect(await it.failure(`http://${host}/`)).toMatchObject({ kind: 'dns' })
    }
    const names = new Set(it.server.questions.map((question) => question.split(' ')[1]))
    expect([...names]).toEqual(['xn--strae-oqa.test', 'xn--bcher-kva.test', 'under_score.test'])
  })

  test('no invalid names', async () => {
    await using it = await startClient({})
    const long = `${'a'.repeat(63)}.`.repeat(4)
    expect(await it.failure(`http://${long}test/`)).toMatchObject({
      kind: 'invalid_url',
      message: 'The host name is longer than 253 characters',
    })
    for (const host of ['a..test', `${'a'.repeat(64)}.test`]) {
      expect(await it.failure(`http://${host}/`)).toMatchObject({
        kind: 'dns',
        message: `${host} could not be resolved: it is not a valid host name`,
      })
    }
    expect(it.server.questions).toEqual([])
  })

  test('no addresses, and no names that the operator allows', async () => {
    const opened: string[] = []
    await using peer = await startPeer((response) => response.end('here'))
    await using it = await startClient(
      {},
      {
        allowed_hosts: ['127.0.0.1', 'inside.test'],
        async lookUpOpened(hostname) {
          opened.push(hostname)
          return [{ address: '127.0.0.1', family: 4 }]
        },
      },
    )
    for (const host of ['127.0.0.1', 'inside.test', 'Inside.test.']) {
      const answer = await it.client.request(requestTo(`http://${host}:${peer.port}/`))
      expect(answer.body.toString()).toBe('here')
    }
    expect(opened).toEqual(['inside.test', 'inside.test'])
    expect(it.server.questions).toEqual([])
  })

  test('an allowed name in the hosts file', async () => {
    await using peer = await startPeer((response) => response.end('here'))
    await using it = await startClient({}, { allowed_hosts: ['localhost'] })
    expect((await it.client.request(requestTo(`http://localhost:${peer.port}/`))).body.toString()).toBe('here')
    expect(it.server.questions).toEqual([])
  })

  test('each target of a redirect, separately', async () => {
    await using peer = await startPeer((response) => response.writeHead(302, { location: 'http://moved.test/' }).end())
    await using it = await startClient({ 'moved.test': { addresses: ['10.0.0.1'] } }, { allowed_hosts: ['127.0.0.1'] })
    const failure = await it.failure(peer.url, { method: 'GET', body: undefined })
    expect(failure).toMatchObject({ kind: 'refused_address', message: 'moved.test is not a public address' })
  })

  test('at most sixteen addresses are tried', async () => {
    await using peer = await startPeer((response) => response.end('here'))
    // Nothing listens except on the last one.
    const addresses = [...Array.from({ length: 16 }, (_, n) => `127.0.1.${n + 1}`), '127.0.0.1']
    const lookUpOpened = async () => addresses.map((address) => ({ address, family: 4 }))
    await using it = await startClient({}, { allowed_hosts: ['many.test'], lookUpOpened })
    expect(await it.failure(`http://many.test:${peer.port}/`)).toMatchObject({ kind: 'connection' })
    addresses.shift()
    expect((await it.client.request(requestTo(`http://many.test:${peer.port}/`))).body.toString()).toBe('here')
  })
})

describe('names without an answer', () => {
  const hangs: Zone = (name) => (name.endsWith('hang.test') ? undefined : { addresses: ['10.0.0.1'] })
  /** No time of the resolver's own is over before the test says so. */
  const patient = { timeout_ms: 600_000 }

  test('fail in time, and say so', async () => {
    await using it = await startClient(hangs, { timeout_ms: 200 })
    expect(await it.failure('http://hang.test/?secret')).toMatchObject({
      kind: 'dns',
      sent: false,
      message: 'hang.test could not be resolved: the name server did not answer within 0.2 s',
    })
  })

  test('stop with the request, and free their place', async () => {
    const manual = createManualClock()
    await using it = await startClient(hangs, { ...patient, clock: manual, places: 1 })
    const caller = new AbortController()
    const failure = it.failure('http://hang.test/', { signal: caller.signal })
    await it.server.asked(2)
    const next = it.failure('http://quiet.test/', { owner: 'quiet' })
    caller.abort()
    expect(await failure).toMatchObject({ kind: 'aborted', sent: false })
    expect(await next).toMatchObject(refused)
    expect(manual.waiting.size).toBe(0)
  })

  test('delay no other owner', async () => {
    await using it = await startClient(hangs, { ...patient, clock: createManualClock(), most_held: 4, places: 16 })
    const caller = new AbortController()
    const { signal } = caller
    const loud = Array.from({ length: 100 }, (_, n) => it.failure(`http://${n}.hang.test/`, { owner: 'loud', signal }))
    await it.server.asked(8)
    for (let n = 0; n < 20; n += 1) {
      expect(await it.failure(`http://${n}.quiet.test/`, { owner: 'quiet' })).toMatchObject(refused)
    }
    const asked = new Set(it.server.questions.filter((question) => question.includes('hang')))
    expect(asked.size).toBe(8)
    caller.abort()
    for (const failure of await Promise.all(loud)) expect(failure).toMatchObject({ kind: 'aborted' })
  })

  test('are refused once too many of one owner wait, and after a time', async () => {
    const manual = createManualClock()
    await using it = await startClient(hangs, { ...patient, clock: manual, most_held: 1 })
    const reason = 'could not be resolved: too many other look-ups are in progress; try again later'
    const loud = Array.from({ length: 257 }, (_, n) => it.failure(`http://${n}.hang.test/`, { owner: 'loud' }))
    await it.server.asked(2)
    expect(await it.failure('http://more.test/', { owner: 'loud' })).toMatchObject({
      kind: 'dns',
      message: `more.test ${reason}`,
    })
    manual.fire()
    const failures = await Promise.all(loud)
    expect(failures[0]!.message).toBe('0.hang.test could not be resolved: the name server did not answer within 600 s')
    expect(failures[256]!.message).toBe(`256.hang.test ${reason}`)
  })
})

describe('one name at the same time', () => {
  test('is looked up once for each owner, and again afterwards', async () => {
    await using it = await startClient({ 'same.test': { addresses: ['10.0.0.1'] } })
    const ask = (owner: string) => it.failure('http://same.test/', { owner })
    await Promise.all([ask('a'), ask('a'), ask('a')])
    expect(it.server.questions).toHaveLength(2)
    await Promise.all([ask('a'), ask('b')])
    expect(it.server.questions).toHaveLength(6)
  })

  test('continues for the other callers if one aborts', async () => {
    let is_open = false
    await using it = await startClient(() => (is_open ? { addresses: ['8.8.8.8'] } : undefined), { timeout_ms: 3000 })
    const first = new AbortController()
    const given_up = it.resolve('same.test', first.signal).catch(() => undefined)
    const wanted = it.resolve('same.test')
    await it.server.asked(2)
    first.abort()
    is_open = true
    // The second attempt is answered.
    expect(await wanted).toEqual([{ address: '8.8.8.8', family: 4 }])
    await given_up
  })

  test('is looked up again after all callers aborted', async () => {
    let is_open = false
    await using it = await startClient(() => (is_open ? { addresses: ['8.8.8.8'] } : undefined))
    const first = new AbortController()
    const given_up = it.resolve('same.test', first.signal)
    await it.server.asked(2)
    is_open = true
    first.abort(new Error('aborted'))
    const wanted = it.resolve('same.test')
    await expect(given_up).rejects.toThrow('aborted')
    expect(await wanted).toEqual([{ address: '8.8.8.8', family: 4 }])
  })
})

describe('names that the operator allows', () => {
  test('use one thread at most, and share one look-up for each name', async () => {
    const running: { hostname: string; end(): void }[] = []
    const lookUpOpened = (hostname: string) => {
      const { promise, resolve } = Promise.withResolvers<{ address: string; family: number }[]>()
      running.push({ hostname, end: () => resolve([{ address: '127.0.0.1', family: 4 }]) })
      return promise
    }
    const manual = createManualClock()
    const lookup = createLookup({ clock: manual, name_servers: [], lookUpOpened })
    const { signal } = new AbortController()
    const ask = (hostname: string, owner: string) => lookup(hostname, { owner, signal, is_opened: true })
    const hanging = [ask('hangs.inside', 'a'), ask('hangs.inside', 'b')]
    const late = ask('other.inside', 'b')
    await new Promise(setImmediate)
    expect(running.map(({ hostname }) => hostname)).toEqual(['hangs.inside'])
    manual.fire()
    for (const { reason } of (await Promise.allSettled([...hanging, late])) as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({ kind: 'dns', message: expect.stringContaining('did not answer within 5 s') })
    }
    // It still occupies the thread.
    const again = [ask('hangs.inside', 'a'), ask('other.inside', 'b')]
    await new Promise(setImmediate)
    expect(running).toHaveLength(1)
    running[0]!.end()
    await expect.poll(() => running.length).toBe(2)
    running[1]!.end()
    expect(await Promise.all(again)).toHaveLength(2)
    expect(manual.waiting.size).toBe(0)
  })
})
