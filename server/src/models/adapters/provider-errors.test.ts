// How provider failures are reported: by kind and status, in our own words, without any text of their cause.
import { APICallError, InvalidResponseDataError, JSONParseError } from '@ai-sdk/provider'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROVIDER_CASES, TEST_KEY, loadBody, loadErrors } from '../../../test/support/model-fixtures.ts'
import {
  SECRET_PROMPT,
  catchError,
  expectSafe,
  startProviderHarness,
  type ProviderHarness,
} from '../../../test/support/provider-harness.ts'
import { startProviderServer } from '../../../test/support/provider-server.ts'
import type { ModelErrorKind } from '../port.ts'
import { fromErrorPart, toModelError } from './provider-errors.ts'
import { createModelProviders } from './providers.ts'

const STATUSES: [number, ModelErrorKind][] = [
  [307, 'refused'],
  [400, 'refused'],
  [401, 'refused'],
  [403, 'refused'],
  [404, 'refused'],
  [408, 'unavailable'],
  [409, 'unavailable'],
  [413, 'refused'],
  [422, 'refused'],
  [429, 'rate_limited'],
  [500, 'unavailable'],
  [502, 'unavailable'],
  [503, 'unavailable'],
  [504, 'unavailable'],
  [529, 'unavailable'],
]
const KINDS = new Map(STATUSES)

let harness: ProviderHarness
beforeAll(async () => {
  harness = await startProviderHarness()
})
afterAll(() => harness[Symbol.asyncDispose]())

describe.each(PROVIDER_CASES)('answers of $name', (provider) => {
  test.for(loadErrors(provider.fixtures))('status $status is reported in our own words', async ({ status, body }) => {
    const headers = { 'content-type': 'application/json' }
    const { model, route } = harness.openModel(provider, { status, headers, chunks: [body] })
    const { error, parts } = await catchError(model)
    expect(parts).toEqual([])
    expect(error).toMatchObject({ kind: KINDS.get(status), status })
    expect(error.message).toContain(`status ${status}`)
    expectSafe(error, model, body)
    expect(JSON.stringify(route.requests[0]?.body)).toContain(SECRET_PROMPT)
  })

  test.for(STATUSES)('status %i is %s for any body', async ([status, kind]) => {
    for (const text of ['', '<html>Bad gateway</html>', '{"error":', '{"error":{"message":"leaked","type":"x"}}']) {
      const { model } = harness.openModel(provider, { status, headers: {}, chunks: [Buffer.from(text)] })
      const { error } = await catchError(model)
      expect(error, text).toMatchObject({ kind, status })
      expectSafe(error, model, Buffer.from(text))
    }
  })

  test('a redirect is not followed: it would send the key elsewhere', async () => {
    const elsewhere = harness.server.addRoute({ chunks: [loadBody(provider.fixtures, 'text.txt')] })
    const headers = { location: `${elsewhere.base_url}${provider.path}` }
    const { model } = harness.openModel(provider, { status: 307, headers, chunks: [] })
    expect((await catchError(model)).error).toMatchObject({ kind: 'refused', status: 307 })
    expect(elsewhere.requests).toEqual([])
  })

  test.for(['text/html; charset=utf-8', 'application/json'])('a page of %s is not a stream', async (type) => {
    const page = Buffer.from('{"message":"leaked"}')
    const { model } = harness.openModel(provider, { headers: { 'content-type': type }, chunks: [page] })
    const { error } = await catchError(model)
    expect(error.kind).toBe('protocol')
    expectSafe(error, model, page)
  })
})

test('a refused connection names the network fault', async () => {
  const closed = await startProviderServer()
  const { base_url } = closed.addRoute({ chunks: [] })
  await closed[Symbol.asyncDispose]()
  await using providers = createModelProviders({ anthropic: { api_key: TEST_KEY, base_url } })
  const model = providers.createModel({ provider: 'anthropic', model: 'claude-sonnet-4-5' })
  const { error } = await catchError(model)
  expect(error).toMatchObject({ kind: 'connection', status: null })
  expect(error.message).toContain('ECONNREFUSED')
  expectSafe(error, model)
})

describe('error frames within a stream', () => {
  const frames: [object, ModelErrorKind, number][] = [
    [{ type: 'overloaded_error', message: 'leaked' }, 'unavailable', 503],
    [{ type: 'rate_limit_error', message: 'leaked' }, 'rate_limited', 429],
    [{ type: 'tokens', code: 'rate_limit_exceeded', message: 'leaked' }, 'rate_limited', 429],
    [{ type: 'insufficient_quota', code: 'insufficient_quota', message: 'leaked' }, 'rate_limited', 429],
    [{ type: 'TooManyRequests', code: 429, message: 'leaked' }, 'rate_limited', 429],
    [{ code: '503', message: 'leaked' }, 'unavailable', 503],
    [{ statusCode: 529, type: 'overloaded_error', message: 'leaked' }, 'unavailable', 529],
    [{ type: 'server_error', code: null, message: 'leaked' }, 'unavailable', 500],
    [{ type: 'authentication_error', message: 'leaked' }, 'refused', 401],
    [{ code: 'invalid_api_key', message: 'leaked' }, 'refused', 401],
    [{ type: 'permission_error', message: 'leaked' }, 'refused', 403],
    [{ type: 'not_found_error', message: 'leaked' }, 'refused', 404],
    [{ type: 'invalid_request_error', code: 'context_length_exceeded', message: 'leaked' }, 'refused', 400],
    [{ message: 'leaked' }, 'unavailable', 500],
    [{ code: 7, type: 42, message: 'leaked' }, 'unavailable', 500],
  ]
  test.for(frames)('%o is %s', ([frame, kind, status]) => {
    const error = fromErrorPart(frame, 'openai/m')
    expect(error).toMatchObject({ kind, status, model: 'openai/m' })
    expect(error.message).not.toContain('leaked')
  })

  test.for(['leaked', null, undefined, 7])('%o is unavailable', (frame) => {
    expect(fromErrorPart(frame, 'openai/m')).toMatchObject({ kind: 'unavailable', status: 500 })
  })
})

describe('thrown errors', () => {
  const call = { message: 'leaked', url: 'http://leaked.test', requestBodyValues: { leaked: true } }
  const reset = Object.assign(new Error('leaked'), { code: 'ECONNRESET' })
  const thrown: [string, unknown, ModelErrorKind][] = [
    ['a call without an answer', new APICallError(call), 'connection'],
    ['a body that breaks off', new APICallError({ ...call, statusCode: 200, cause: reset }), 'connection'],
    [
      'a body that cannot be read',
      new APICallError({ ...call, statusCode: 200, cause: new Error('leaked') }),
      'protocol',
    ],
    ['an error of fetch', new TypeError('fetch failed', { cause: new Error('leaked') }), 'connection'],
    ['a nested network error', new Error('leaked', { cause: new Error('leaked', { cause: reset }) }), 'connection'],
    ['text that is not JSON', new JSONParseError({ text: 'leaked', cause: new Error('leaked') }), 'protocol'],
    ['an answer out of order', new InvalidResponseDataError({ data: { leaked: true }, message: 'leaked' }), 'protocol'],
    ['anything else', 'leaked', 'protocol'],
  ]
  test.for(thrown)('%s', ([, error, kind]) => {
    const told = toModelError(error, 'openai/m')
    expect(told.kind).toBe(kind)
    expect(told.cause).toBeUndefined()
    expect(`${told.message} ${told.stack}`).not.toContain('leaked')
    expect(toModelError(told, 'openai/other')).toBe(told)
  })

  test('a circular chain of causes ends', () => {
    const circle = new Error('leaked')
    circle.cause = circle
    expect(toModelError(circle, 'openai/m').kind).toBe('protocol')
  })
})
