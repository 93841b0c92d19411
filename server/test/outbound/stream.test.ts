// Streamed bodies: the same guards as for whole responses, for as long as they last.
import { describe, expect, test } from 'vitest'
import { createLoopbackClient, createManualClock, failureOf, requestTo, startPeer } from './peers.ts'
import { eventually } from '../support/eventually.ts'

const readAll = async (body: ReadableStream<Uint8Array>) =>
  Buffer.from(await new Response(body).arrayBuffer()).toString()

describe('stream', () => {
  test('returns data as it arrives, and closes the connection at the end', async () => {
    const rest = Promise.withResolvers<void>()
    await using peer = await startPeer((response) => {
      response.write('one ')
      void rest.promise.then(() => response.end('two'))
    })
    const { status, body } = await createLoopbackClient().stream(requestTo(peer.url))
    expect(status).toBe(200)
    const reader = body.getReader()
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('one ')
    rest.resolve()
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('two')
    expect((await reader.read()).done).toBe(true)
    await peer.disconnected
  })

  test('fails if the body exceeds the limit', async () => {
    await using peer = await startPeer((response) => response.end('x'.repeat(1001)))
    const { body } = await createLoopbackClient().stream(requestTo(peer.url, { max_body_bytes: 1000 }))
    expect(await failureOf(readAll(body))).toMatchObject({ kind: 'response_too_large' })
    await peer.disconnected
  })

  test.each(['deadline', 'signal'])('the %s ends a body that does not arrive', async (what) => {
    const clock = createManualClock()
    const stop = new AbortController()
    await using peer = await startPeer((response) => response.write('one '))
    const client = createLoopbackClient([], { clock })
    const { body } = await client.stream(requestTo(peer.url, { signal: stop.signal }))
    const failure = failureOf(readAll(body))
    if (what === 'signal') stop.abort()
    else clock.fire()
    expect(await failure).toMatchObject({ kind: what === 'signal' ? 'aborted' : 'timeout', sent: true })
    await peer.disconnected
    expect(clock.waiting.size).toBe(0)
  })

  test('cancelling a body closes the connection and clears the deadline', async () => {
    const clock = createManualClock()
    await using peer = await startPeer((response) => response.write('one '))
    const { body } = await createLoopbackClient([], { clock }).stream(requestTo(peer.url))
    await body.cancel()
    await peer.disconnected
    await eventually(() => expect(clock.waiting.size).toBe(0))
  })

  test('a body that ends early', async () => {
    await using peer = await startPeer((response) => {
      response.write('one ')
      setImmediate(() => response.destroy())
    })
    const { body } = await createLoopbackClient().stream(requestTo(peer.url))
    expect(await failureOf(readAll(body))).toMatchObject({ kind: 'connection', message: 'The response ended early' })
  })

  test('private addresses and redirects to them are refused', async () => {
    await using peer = await startPeer((response) => response.writeHead(307, { location: 'http://10.0.0.1/' }).end())
    const client = createLoopbackClient()
    expect(await failureOf(client.stream(requestTo('http://10.0.0.1/')))).toMatchObject({ kind: 'refused_address' })
    expect(await failureOf(client.stream(requestTo(peer.url)))).toMatchObject({ kind: 'refused_address' })
  })
})
