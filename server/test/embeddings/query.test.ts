// Vectors of queries: the same text twice, a model that is down in every way, the pause after failures, organizations apart.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '../../src/base/ports.ts'
import type { EmbeddingFault, Space } from '../../src/embeddings/embeddings.ts'
import { makeOrganization } from '../support/actors.ts'
import { type EmbeddingServer, type Trouble, startEmbeddingServer } from '../support/embedding-server.ts'
import { hashedVector } from '../support/hashed-vector.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, startTestServer } from '../support/server.ts'
import { steadyTime } from '../support/steady-time.ts'
import { embeddingsOf, faultOf, never, spaceOf, storeOf } from './fixture.ts'

let model: EmbeddingServer
let server: TestServer
/** Time that has passed besides the real one. */
let passed_ms = 0
/** A call with this bound has no time left once the model has got it. */
const late_ms = 60
let beLate = () => {}

beforeAll(async () => {
  model = await startEmbeddingServer()
  const clock: Clock = {
    ...testPorts.clock,
    monotonic: () => testPorts.clock.monotonic() + passed_ms,
    after: (ms, call) => {
      if (ms === late_ms) beLate = call
      return ms === late_ms ? () => {} : testPorts.clock.after(ms, call)
    },
  }
  server = await startTestServer(
    { ...model.environment, PARLEY_EMBEDDING_DIMENSION: '64', PARLEY_EMBEDDING_API_KEY: 'embedding-key' },
    { ports: { clock } },
  )
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
})
beforeEach(async () => {
  model.trouble = null
  // Whatever was counted or kept before is over.
  passed_ms += 700_000
  await ask('is it well?')
  model.calls.length = 0
})

const store = () => storeOf(server)
const ask = (text: string, more: { timeout_ms?: number; signal?: AbortSignal; space?: Space } = {}) => {
  const { space, ...bounds } = more
  const own = space ? Promise.resolve(space) : spaceOf(server, store()).then((found) => found!)
  return own.then((of) =>
    embeddingsOf(server).embedQuery(store(), of, text, { signal: never, timeout_ms: 5000, ...bounds }),
  )
}

test('a query gets the vector of its text, of length 1', async () => {
  const vector = await ask('how do I return a parcel?')
  expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
  const expected = hashedVector('how do I return a parcel?', 64)
  expect(Math.max(...Array.from(vector, (value, at) => Math.abs(value - expected[at]!)))).toBeLessThan(1e-6)
  expect(model.calls).toMatchObject([{ model: 'hashing', dimensions: 64, authorization: 'Bearer embedding-key' }])
})

test('the same query is asked for once in ten minutes', async () => {
  expect(await ask('opening hours')).toEqual(await ask('opening hours'))
  expect(model.calls).toHaveLength(1)
  passed_ms += 600_001
  await ask('opening hours')
  expect(model.calls).toHaveLength(2)
})

test('1,000 vectors are kept; then the one that was used least recently goes', async () => {
  await ask('the first')
  for (let number = 0; number < 1000; number += 1) await ask(`query ${number}`)
  await ask('query 999')
  expect(model.calls).toHaveLength(1001)
  await ask('the first')
  expect(model.calls).toHaveLength(1002)
})

const down: [string, Trouble, EmbeddingFault, RegExp][] = [
  ['silent', 'silent', 'timeout', /within 60 ms/],
  ['slow', { slow_ms: 5000 }, 'timeout', /within 60 ms/],
  ['401', { status: 401 }, 'unauthorized', /refused the key \(status 401\)/],
  ['403', { status: 403 }, 'unauthorized', /status 403/],
  ['400', { status: 400 }, 'rejected', /status 400/],
  ['404', { status: 404 }, 'rejected', /status 404/],
  ['413', { status: 413 }, 'rejected', /status 413/],
  ['429', { status: 429 }, 'failed', /rate limit/],
  ['500', { status: 500 }, 'failed', /status 500/],
  ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'rejected', /status 302/],
  ['a broken connection', 'reset', 'failed', /connection/],
  ['half of an answer', 'broken', 'failed', /format/],
  ['not a number', 'nan', 'failed', /format/],
  ['the zero vector', 'zero', 'failed', /no direction/],
  ['too few vectors', 'half', 'failed', /0 vectors of 1 texts/],
  ['the wrong dimension', 'wrong_dimension', 'dimension_mismatch', /63 dimensions instead of 64/],
]

describe('a model that is down', () => {
  test.each(down)('%s', async (name, trouble, kind, message) => {
    model.trouble = trouble
    const timeout_ms = kind === 'timeout' ? late_ms : 5000
    if (kind === 'timeout') model.before = async () => beLate()
    const began_at = steadyTime()
    const fault = await faultOf(ask(`query while ${name}`, { timeout_ms }))
    model.before = null
    expect(fault).toMatchObject({ kind, may_pass: kind === 'timeout' || kind === 'failed' })
    expect(fault.message).toMatch(message)
    expect(fault.message).not.toContain('embedding-key')
    expect(steadyTime() - began_at).toBeLessThan(4000)
    expect(model.calls).toHaveLength(1)
  })

  test('what the caller aborts ends with the reason of the caller, and is not counted', async () => {
    model.trouble = 'silent'
    for (let time = 0; time < 6; time += 1) {
      const stop = new AbortController()
      const asked = ask('aborted', { signal: stop.signal })
      await expect.poll(() => model.calls.length).toBe(time + 1)
      stop.abort(new Error('the turn was cancelled'))
      await expect(asked).rejects.toThrow('the turn was cancelled')
    }
    model.trouble = null
    await ask('aborted')
  })

  test('Retry-After is read as seconds and as a date', async () => {
    model.trouble = { status: 429, headers: { 'retry-after': '7' } }
    expect(await faultOf(ask('limited'))).toMatchObject({ retry_after_ms: 7000 })
    model.trouble = { status: 503, headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() } }
    const { retry_after_ms } = await faultOf(ask('limited'))
    expect(retry_after_ms).toBeGreaterThan(50_000)
    model.trouble = { status: 503 }
    expect(await faultOf(ask('limited'))).toMatchObject({ retry_after_ms: null })
  })
})

describe('after five failures in a row', () => {
  const failTimes = async (count: number) => {
    model.trouble = { status: 500 }
    for (let time = 0; time < count; time += 1) await faultOf(ask(`failing ${time}`))
  }

  test('the model is not asked for ten seconds, then again', async () => {
    await failTimes(5)
    model.trouble = null
    const fault = await faultOf(ask('paused'))
    expect(fault).toMatchObject({ kind: 'failed', message: expect.stringContaining('not asked for 10 seconds') })
    expect(model.calls).toHaveLength(5)
    passed_ms += 10_001
    await ask('paused')
    expect(model.calls).toHaveLength(6)
  })

  test('a success between them resets the count', async () => {
    await failTimes(4)
    model.trouble = null
    await ask('works')
    await failTimes(4)
    model.trouble = null
    await ask('works too')
  })

  test('what is kept is answered meanwhile', async () => {
    await ask('known')
    await failTimes(5)
    await ask('known')
  })

  test('another organization asks on (K9)', async () => {
    await failTimes(5)
    model.trouble = null
    const other = storeOf(server, (await makeOrganization(server)).id)
    const space = (await spaceOf(server, other))!
    await embeddingsOf(server).embedQuery(other, space, 'paused elsewhere', { signal: never, timeout_ms: 5000 })
  })
})

test('K9: an equal query of another organization is asked for again, in a space of its own', async () => {
  const other = storeOf(server, (await makeOrganization(server)).id)
  const spaces = [await spaceOf(server, store()), await spaceOf(server, other)]
  expect(spaces[0]!.id).not.toBe(spaces[1]!.id)
  await ask('the same words')
  await embeddingsOf(server).embedQuery(other, spaces[1]!, 'the same words', { signal: never, timeout_ms: 5000 })
  expect(model.texts).toEqual(['the same words', 'the same words'])
})
