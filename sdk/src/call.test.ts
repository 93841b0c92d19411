import { afterEach, describe, expect, test, vi } from 'vitest'
import { serve } from '../test/support/serve.ts'
import {
  ApiError,
  ConnectionError,
  type ErrorCode,
  TimeoutError,
  call,
  createClient,
  isApiError,
  operations,
} from './index.ts'

const message = { conversation_id: 'c', text: 'Hello' }
const comparison = { agent_id: 'a', from_version: 1, to_version: 2 }
const ok = () => Response.json({})
const refused = (status: number, code?: ErrorCode, headers: Record<string, string> = {}) =>
  Response.json({ detail: 'No', ...(code ? { code } : {}) }, { status, headers })

afterEach(() => {
  vi.useRealTimers()
})

/** A client whose requests meet one answer each, then succeed; its pauses pass at once. */
function meet(answers: (Response | 'reset')[], options: object = {}) {
  const keys: (string | undefined)[] = []
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const client = createClient({
    base_url: 'http://localhost',
    timeout_ms: 0,
    fetch: (_url, init) => {
      keys.push(new Headers(init?.headers).get('idempotency-key') ?? undefined)
      const answer = answers.shift() ?? ok()
      return answer === 'reset' ? Promise.reject(new TypeError('fetch failed')) : Promise.resolve(answer)
    },
    ...options,
  })
  const run = async <T>(work: Promise<T>) => {
    const settled = work.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    for (;;) {
      const outcome = await Promise.race([settled, new Promise<null>((resolve) => setImmediate(() => resolve(null)))])
      if (outcome) return 'error' in outcome ? outcome.error : outcome.value
      vi.advanceTimersToNextTimer()
    }
  }
  return { client, keys, run }
}

describe('P10: repeats', () => {
  test('a POST without a response, with one generated key', async () => {
    const { client, keys, run } = meet(['reset', refused(503)])
    expect(await run(client.sendConversationMessage(message))).toEqual({})
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('every POST that takes a key has one, also if nothing is repeated', async () => {
    const { client, keys, run } = meet([], { retries: 0 })
    await run(client.createAgent({ name: 'A' }))
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('with the key that the caller passes', async () => {
    const { client, keys, run } = meet(['reset'])
    await run(client.sendConversationMessage({ ...message, idempotency_key: 'mine' }))
    expect(keys).toEqual(['mine', 'mine'])
  })

  test('a read and a POST that changes nothing, without a key', async () => {
    const { client, keys, run } = meet(['reset', refused(503), ok(), refused(503)])
    await run(client.getConversation({ conversation_id: 'c' }))
    await run(client.compareAgentVersions(comparison))
    expect(keys).toEqual([undefined, undefined, undefined, undefined, undefined])
  })

  test('at most twice', async () => {
    const { client, keys, run } = meet(['reset', 'reset', 'reset'])
    expect(await run(client.sendConversationMessage(message))).toBeInstanceOf(ConnectionError)
    expect(keys).toHaveLength(3)
  })

  const remove = (client: ReturnType<typeof createClient>) => client.deleteConversation({ conversation_id: 'c' })
  const get = (client: ReturnType<typeof createClient>) => client.getConversation({ conversation_id: 'c' })
  const post = (client: ReturnType<typeof createClient>) => client.sendConversationMessage(message)
  test.each([
    ['no answer to a change without a key', remove, 'reset', 1],
    ['503, whatever the method', remove, refused(503, 'unavailable'), 2],
    ['503 of a server that has too much to do', remove, refused(503, 'overloaded'), 2],
    ['429 rate_limited, whatever the method', remove, refused(429, 'rate_limited'), 2],
    ['another 429', get, refused(429, 'too_many_streams'), 1],
    ['a 429 that is not from Parley', get, new Response('Slow', { status: 429 }), 1],
    ['500 outcome_unknown with a key', post, refused(500, 'outcome_unknown'), 2],
    ['500 outcome_unknown without a key', remove, refused(500, 'outcome_unknown'), 1],
    ['another 500', post, refused(500, 'internal'), 1],
    ['502', post, refused(502, 'turn_failed'), 1],
    ['504 turn_failed', post, refused(504, 'turn_failed'), 1],
    ...[400, 401, 402, 403, 404, 409, 412, 413, 415, 422].map(
      (status) => [`${status}`, post, refused(status), 1] as const,
    ),
    ['a Retry-After that is not too long', get, refused(503, 'unavailable', { 'retry-after': '60' }), 2],
    ['a Retry-After that is', get, refused(503, 'unavailable', { 'retry-after': '61' }), 1],
  ] as const)('%s', async (_what, act, answer, requests) => {
    const { client, keys, run } = meet([answer])
    await run<unknown>(act(client))
    expect(keys).toHaveLength(requests)
  })

  test('not after the caller aborts', async () => {
    const { client, keys, run } = meet(['reset', 'reset'])
    const controller = new AbortController()
    const calling = client.sendConversationMessage(message, { signal: controller.signal })
    controller.abort(new Error('enough'))
    expect(await run(calling)).toMatchObject({ message: 'enough' })
    expect(keys).toHaveLength(1)
  })
})

describe('errors', () => {
  test('isApiError narrows by code, and knows the errors of another copy of the package', () => {
    const error: unknown = new ApiError(new Response(null, { status: 409 }), { code: 'conversation_ended' })
    expect([isApiError(error), isApiError(error, 'conversation_ended'), isApiError(error, 'not_found')]).toEqual([
      ...[true, true, false],
    ])
    const other = Object.assign(new Error('No'), { name: 'ApiError', code: 'not_found' })
    expect([isApiError(other, 'not_found'), isApiError(new Error('No')), isApiError(null)]).toEqual([
      true,
      false,
      false,
    ])
    if (isApiError(error, 'conversation_ended')) error.code satisfies 'conversation_ended'
  })

  test('a server that does not answer in time', async () => {
    const base_url = await serve(() => {})
    await expect(call({ base_url, timeout_ms: 20, retries: 0 }, operations.listAgents)).rejects.toThrow(TimeoutError)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(call({ base_url }, operations.listAgents, {}, { signal })).rejects.toThrow('enough')
    // A call that waits for a turn has no limit of its own.
    const turn = { timeout_ms: 20, base_url, retries: 0 }
    const stop = new AbortController()
    const waiting = call(turn, operations.sendConversationMessage, message, { signal: stop.signal })
    await expect(call({ ...turn }, operations.sendConversationMessage, message, { timeout_ms: 20 })).rejects.toThrow(
      TimeoutError,
    )
    stop.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
  })

  const answer = Buffer.from(JSON.stringify({ turn_id: 't', reply: 'ä 😀' }))

  test('cut at every byte, an answer is no answer', async () => {
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${answer.length}\r\n\r\n`
    const bytes = Buffer.concat([Buffer.from(head), answer])
    let cut = 0
    const base_url = await serve(({ socket }) => socket.write(bytes.subarray(0, cut), () => socket.destroy()))
    for (cut = 0; cut < bytes.length; cut += 1) {
      const calling = call({ base_url, retries: 0 }, operations.sendConversationMessage, message)
      await expect(calling).rejects.toThrow(ConnectionError)
    }
  })

  test('cut at every byte, a call is repeated with its key', async () => {
    for (let cut = 0; cut < answer.length; cut += 1) {
      const broken = new ReadableStream({
        pull(to) {
          if (cut > 0) to.enqueue(answer.subarray(0, cut))
          to.error(new TypeError('terminated'))
        },
      })
      const headers = { 'content-type': 'application/json' }
      const { client, keys, run } = meet([new Response(broken, { headers }), new Response(answer, { headers })])
      expect(await run(client.sendConversationMessage(message))).toEqual({ turn_id: 't', reply: 'ä 😀' })
      expect([keys.length, new Set(keys).size]).toEqual([2, 1])
    }
  })

  test('JSON that breaks off without a length is no answer either', async () => {
    const base_url = await serve(({ socket }) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"data":[')
    })
    await expect(call({ base_url, retries: 0 }, operations.listAgents)).rejects.toThrow('The response is not complete')
  })
})

describe('iterate', () => {
  const pages = (next: (cursor: string | null) => string | null) =>
    createClient({
      base_url: 'http://localhost',
      fetch: (url) => {
        const cursor = new URL(String(url)).searchParams.get('cursor')
        return Promise.resolve(
          Response.json({ data: [{ name: cursor }], pagination: { limit: 1, next_cursor: next(cursor) } }),
        )
      },
    })

  test('reads all pages', async () => {
    const client = pages((cursor) => ({ null: 'a', a: 'b' })[String(cursor)] ?? null)
    const names = await Array.fromAsync(client.iterate('listAgents', { limit: 1 }), ({ name }) => name)
    expect(names).toEqual([null, 'a', 'b'])
  })

  test('throws if a cursor is repeated', async () => {
    const client = pages((cursor) => (cursor === 'b' ? 'a' : cursor === 'a' ? 'b' : 'a'))
    await expect(Array.fromAsync(client.iterate('listAgents'))).rejects.toThrow('the cursor a twice')
  })

  test('finds the next page of a list in its header', async () => {
    const seen: string[] = []
    const client = createClient({
      base_url: 'http://localhost',
      fetch: (url) => {
        seen.push(String(url))
        const link =
          seen.length === 1 ? { link: '</core/conversations?status=completed&cursor=a%2Bb>; rel="next"' } : {}
        return Promise.resolve(Response.json([{ id: seen.length }], { headers: link as Record<string, string> }))
      },
    })
    const ids = await Array.fromAsync(client.iterate('listConversations', { status: 'completed' }), ({ id }) => id)
    expect(ids).toEqual([1, 2])
    expect(seen[1]).toBe('http://localhost/core/conversations?status=completed&cursor=a%2Bb')
  })
})

describe('files', () => {
  test('a stream is sent once, as it is or in a form, and tells its progress', async () => {
    let body = ''
    let type: string | undefined
    let requests = 0
    const base_url = await serve((request, response) => {
      requests += 1
      body = ''
      type = request.headers['content-type']
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      request.on('end', () =>
        response.writeHead(requests === 3 ? 503 : 200, { 'content-type': 'application/json' }).end('{}'),
      )
    })
    const client = createClient({ base_url })
    const streamOf = (text: string) => new Blob([text]).stream()
    const told: unknown[] = []
    const onProgress = (progress: unknown) => void told.push(progress)
    await client.uploadSource({ source_id: 's', token: 't', file: streamOf('bytes') }, { onProgress })
    expect([body, type, told]).toEqual(['bytes', 'application/octet-stream', [{ bytes: 5, total: null }]])
    const file = new File(['more'], 'a"b.txt', { type: 'text/plain' })
    await client.createSources({ file, metadata: { description: 'D' } }, { onProgress })
    const boundary = /boundary=(.*)/.exec(type!)![1]
    const part = (head: string) => `--${boundary}\r\nContent-Disposition: form-data; ${head}`
    expect(body).toBe(
      `${part('name="metadata"')}\r\n\r\n{"description":"D"}\r\n` +
        `${part('name="file"; filename="a%22b.txt"')}\r\nContent-Type: text/plain\r\n\r\nmore\r\n--${boundary}--\r\n`,
    )
    expect(told.at(-1)).toEqual({ bytes: 4, total: 4 })
    await expect(client.createSources({ file: streamOf('x') })).rejects.toThrow(ApiError)
    expect(requests).toBe(3)
  })

  test('a file that is received tells its progress', async () => {
    const base_url = await serve((_request, response) =>
      response.writeHead(200, { 'content-length': '5' }).end('bytes'),
    )
    const told: unknown[] = []
    const options = { onProgress: (progress: unknown) => void told.push(progress) }
    const response = await createClient({ base_url }).getSourceFile({ source_id: 's' }, options)
    expect([await response.text(), told.at(-1)]).toEqual(['bytes', { bytes: 5, total: 5 }])
  })
})
