// The provider adapters over real HTTP: streams as they arrive, aborts, and the pool of connections.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GREETING, collectParts, joinText, joinTexts } from '../../../test/support/model-contract.ts'
import { PROVIDER_CASES, TEST_KEY, cutBody, loadBody, loadStreams } from '../../../test/support/model-fixtures.ts'
import {
  catchError,
  expectSafe,
  startProviderHarness,
  type ProviderHarness,
} from '../../../test/support/provider-harness.ts'
import { createModelProviders } from './providers.ts'

let harness: ProviderHarness
beforeAll(async () => {
  harness = await startProviderHarness()
})
afterAll(() => harness[Symbol.asyncDispose]())

describe.each(PROVIDER_CASES)('over HTTP: $name', (provider) => {
  const body = loadBody(provider.fixtures, 'text.txt')
  const beginning = body.subarray(0, body.length * 0.7)

  test.for(loadStreams(provider.fixtures))('$name: arrives as expected', async ({ body, expected }) => {
    for (const size of [97, body.length]) {
      const { model } = harness.openModel(provider, { chunks: cutBody(body, size, 11) })
      if ('parts' in expected) {
        expect(joinTexts(await collectParts(model))).toEqual(expected.parts)
      } else {
        const { error, parts } = await catchError(model)
        expect({ fails: error.kind, after: joinTexts(parts) }).toEqual(expected)
        expectSafe(error, model, body)
      }
    }
  })

  test('a connection that breaks in mid-stream is a connection error', async () => {
    const { model } = harness.openModel(provider, { chunks: [beginning], ending: 'cut' })
    const { error } = await catchError(model)
    expect(error.kind).toBe('connection')
    expectSafe(error, model, body)
  })

  test('a connection that breaks before the answer is a connection error', async () => {
    const { model } = harness.openModel(provider, { chunks: [], ending: 'cut' })
    expect((await catchError(model)).error.kind).toBe('connection')
  })

  test('an abort in mid-stream throws its reason and closes the connection', async () => {
    const { model, route } = harness.openModel(provider, { chunks: [beginning], ending: 'hold' })
    const reason = new Error('superseded')
    const controller = new AbortController()
    const consume = async () => {
      for await (const part of model.stream(GREETING, controller.signal)) {
        expect(part.type).toBe('text')
        controller.abort(reason)
      }
    }
    await expect(consume()).rejects.toBe(reason)
    await route.hangUp
  })

  test('an abort before the answer throws its reason and closes the connection', async () => {
    const { model, route } = harness.openModel(provider, { chunks: [], ending: 'hold' })
    const reason = new Error('superseded')
    const controller = new AbortController()
    const call = collectParts(model, GREETING, controller.signal)
    await route.asked
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
    await route.hangUp
  })

  test('a consumer that stops early closes the connection', async () => {
    const { model, route } = harness.openModel(provider, { chunks: [beginning], ending: 'hold' })
    for await (const part of model.stream(GREETING, new AbortController().signal)) {
      expect(part.type).toBe('text')
      break
    }
    await route.hangUp
  })
})

test('a connection that breaks after the last event does not affect the answer', async () => {
  const anthropic = PROVIDER_CASES.find(({ name }) => name === 'anthropic')
  if (anthropic === undefined) throw new Error('No such case')
  const body = loadBody('anthropic', 'text.txt')
  const { model } = harness.openModel(anthropic, { chunks: [body], ending: 'cut' })
  expect(joinText(await collectParts(model))).toBe('Your order is on its way.')
})

describe('the pool of connections', () => {
  const ref = { provider: 'anthropic', model: 'claude-sonnet-4-5' }

  test('carries a hundred calls at once and reuses their connections', async () => {
    const route = harness.server.addRoute({ chunks: cutBody(loadBody('anthropic', 'text.txt'), 500, 0) })
    await using providers = createModelProviders({ anthropic: { api_key: TEST_KEY, base_url: route.base_url } })
    const model = providers.createModel(ref)
    const answers = await Promise.all(Array.from({ length: 100 }, () => collectParts(model)))
    for (const answer of answers) expect(joinText(answer)).toBe('Your order is on its way.')
    for (let call = 0; call < 5; call += 1) await collectParts(model)
    const ports = route.requests.map(({ port }) => port)
    expect(ports).toHaveLength(105)
    // Not all: one that was idle for seconds, as on a busy machine, is closed.
    expect(new Set(ports).size).toBeLessThan(105)
  })

  test('ends its calls when it is disposed of', async () => {
    const route = harness.server.addRoute({ chunks: [], ending: 'hold' })
    const providers = createModelProviders({ anthropic: { api_key: TEST_KEY, base_url: route.base_url } })
    const call = catchError(providers.createModel(ref))
    await route.asked
    await providers[Symbol.asyncDispose]()
    expect((await call).error.kind).toBe('connection')
  })
})
