// compareAgentVersions through the SDK: the exact difference, and the text that a model writes about it.
import { ConnectionError } from '@parley/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemPorts } from '../../src/base/ports.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())
afterEach(() => {
  server.model.answer = () => 'They differ.'
  server.model.requests.length = 0
})

const soon = { timeout: 40_000 }
const tool = (name: string) => ({ name, description: `Calls ${name}` })

/** An agent with a published version and a draft. */
async function makeVersions(from: object, to: object, on = server) {
  const { agent_id } = await publishAgent(on.client, from)
  await on.client.createAgentVersion({
    agent_id,
    config: { instructions: 'Be brief.', analysis: { summary: { enabled: false } }, ...to },
  })
  return { agent_id, from_version: 1, to_version: 2 }
}

const changed = () => makeVersions({ instructions: 'Be brief.' }, { instructions: 'Be friendly.' })

const stream = (input: { agent_id: string; from_version: number; to_version: number }, signal?: AbortSignal) =>
  server.client.streamAgentVersionComparison(input, signal ? { signal } : {})

async function readAll(pieces: AsyncIterable<string>): Promise<string> {
  return (await Array.fromAsync(pieces)).join('')
}

/** Of a refusal before the first piece. */
const refused = (pieces: AsyncIterable<string>) => refusal(readAll(pieces))

describe('?format=json', () => {
  test('is the exact difference, without a model', async () => {
    const pair = await makeVersions(
      { tools: [tool('a'), tool('b')], guardrails: 'Be kind.' },
      { tools: [tool('new'), tool('a'), { ...tool('b'), timeout_ms: 5 }], instructions: 'Be long.' },
    )
    const expected = [
      { op: 'removed', path: '/guardrails', label: 'guardrails', from: 'Be kind.' },
      { op: 'changed', path: '/instructions', label: 'instructions', from: 'Be brief.', to: 'Be long.' },
      { op: 'added', path: '/tools/0', label: 'tools[new]', to: tool('new') },
      { op: 'added', path: '/tools/2/timeout_ms', label: 'tools[b].timeout_ms', to: 5 },
    ]
    expect(await server.client.compareAgentVersions(pair)).toEqual({
      from_version: 1,
      to_version: 2,
      differences: expected,
    })
    const again = { ...pair, from_version: '1', to_version: 'latest' }
    expect((await server.client.compareAgentVersions(again)).differences).toEqual(expected)
    expect(server.model.requests).toEqual([])
  })

  test('latest is the highest number, and no draft is created for it', async () => {
    const { agent_id } = await publishAgent(server.client)
    const same = await server.client.compareAgentVersions({ agent_id, from_version: 1, to_version: 'latest' })
    expect(same).toEqual({ from_version: 1, to_version: 1, differences: [] })
    expect((await server.client.getAgent({ agent_id })).versions).toHaveLength(1)
  })

  test.each([
    [{ from_version: 0 }, 'from_version'],
    [{ from_version: 1.5 }, 'from_version'],
    [{ to_version: 'newest' }, 'to_version'],
    [{ to_version: '0' }, 'to_version'],
    [{ to_version: null }, 'to_version'],
    [{ to_version: undefined }, 'to_version'],
  ])('%j is 422', async (change, path) => {
    const input = { ...(await changed()), ...change } as never
    const { status, errors } = await refusal(server.client.compareAgentVersions(input))
    expect([status, errors[0]?.path]).toEqual([422, path])
    expect((await refused(stream(input))).status).toBe(422)
  })

  test('another format is 422, a missing version 404', async () => {
    const pair = await changed()
    const path = `${server.url}/core/agents/${pair.agent_id}/versions/compare?format=xml`
    const headers = { Authorization: `Bearer ${server.admin_key}`, 'Content-Type': 'application/json' }
    expect((await fetch(path, { method: 'POST', headers, body: JSON.stringify(pair) })).status).toBe(422)
    for (const to_version of [3, '3', '9999999999', 2_147_483_647]) {
      const input = { ...pair, to_version } as typeof pair
      const missing = { status: 404, code: 'not_found', message: 'Agent version not found' }
      expect(await refusal(server.client.compareAgentVersions(input))).toMatchObject(missing)
      expect(await refused(stream(input))).toMatchObject(missing)
    }
  })
})

describe('the text', () => {
  test('is written by the default model, and sent while it writes', async () => {
    const held = holdAnswer()
    server.model.answer = () => held
    let type: string | null = null
    const onResponse = ({ headers }: Response) => (type = headers.get('content-type'))
    const pieces = server.client.streamAgentVersionComparison(await changed(), { onResponse })
    const first = pieces.next()
    await held.asked
    held.say('It is now ')
    expect((await first).value).toBe('It is now ')
    expect(type).toBe('text/plain; charset=utf-8')
    held.say('friendly: ä 😀.')
    held.finish()
    expect(await readAll(pieces)).toBe('friendly: ä 😀.')
    const [{ model, messages, tools } = expect.fail()] = server.model.requests
    expect([model, tools]).toEqual(['scripted', undefined])
    expect(messages.at(-1)?.content).toContain('- changed instructions\n  from: "Be brief."\n  to: "Be friendly."')
  })

  test('of equal versions needs no model', async () => {
    expect(await readAll(stream(await makeVersions({}, {})))).toBe('The two versions have the same configuration.')
    expect(server.model.requests).toEqual([])
  })

  test('the model is shown a bounded part of a large difference', async () => {
    const tools = Array.from({ length: 100 }, (_, index) => ({ ...tool(`t${index}`), output: 'x'.repeat(2000) }))
    await readAll(
      stream(await makeVersions({ instructions: 'a'.repeat(150_000), tools: [] }, { instructions: 'b', tools })),
    )
    const prompt = server.model.requests[0]!.messages.at(-1)!.content
    expect(prompt.length).toBeLessThan(61_000)
    expect(/- changed instructions\n {2}from: "a{1000,}.*- and \d+ more, not shown/s.test(prompt)).toBe(true)
  })

  test.each([
    [500, 3],
    [401, 1],
    [null, 3],
    ['', 1],
  ])('a model that fails with %j before the first word: a plain 502', async (answer, calls) => {
    const pair = await changed()
    server.model.answer = () => answer
    const error = await refused(stream(pair))
    expect(error).toMatchObject({ status: 502, code: 'model_failed', body: { request_id: expect.any(String) } })
    expect(JSON.stringify(error.body)).not.toContain('friendly')
    expect(server.model.requests).toHaveLength(calls)
  })

  test('a model that breaks off in the middle breaks off the text', async () => {
    const pair = await changed()
    const heard = Promise.withResolvers<void>()
    server.model.answer = () =>
      (async function* () {
        yield 'It is '
        await heard.promise
        throw new Error('cut')
      })()
    const pieces = stream(pair)
    expect((await pieces.next()).value).toBe('It is ')
    heard.resolve()
    await expect(readAll(pieces)).rejects.toThrow(ConnectionError)
    expect(server.model.requests).toHaveLength(1)
  })

  test('a client that disconnects ends the model call, before and after the first word', async () => {
    const logged = server.log.length
    for (const said of ['', 'It is ']) {
      const pair = await changed()
      const before = server.model.hangUps
      const held = holdAnswer()
      server.model.answer = () => held
      const leaving = new AbortController()
      const pieces = stream(pair, leaving.signal)
      const first = pieces.next()
      first.catch(() => {})
      await held.asked
      if (said !== '') {
        held.say(said)
        await first
      }
      leaving.abort()
      await expect(readAll(pieces))
        .resolves.toBeDefined()
        .catch(() => {})
      await expect.poll(() => server.model.hangUps, soon).toBe(before + 1)
      held.finish()
    }
    const faults = server.log.slice(logged).filter((line) => (JSON.parse(line) as { level: number }).level >= 50)
    expect(faults).toEqual([])
  })

  test('an endless text is cut off, and the model call ends with it', async () => {
    const pair = await changed()
    const before = server.model.hangUps
    server.model.answer = () =>
      (async function* () {
        for (let piece = 0; piece < 10_000; piece += 1) yield '0123456789'.repeat(10)
        await new Promise(() => {})
      })()
    const text = await readAll(stream(pair))
    expect([text.length, text.at(-1)]).toEqual([20_000, '…'])
    await expect.poll(() => server.model.hangUps, soon).toBe(before + 1)
  })

  test('without a real model the demo model answers and says so', async () => {
    await using demo = await startTestServer({ PARLEY_DEFAULT_MODEL: 'demo/parley-demo' })
    const pair = await makeVersions({}, { instructions: 'Be long.', guardrails: 'x' }, demo)
    expect(await readAll(demo.client.streamAgentVersionComparison(pair))).toBe(
      '[Demo model, not an AI] I see 2 differences: added guardrails; changed instructions.',
    )
  })
})

describe('bounds of time', () => {
  /** A server on which the given time is over at once. */
  const startHasty = (hasty_ms: number) =>
    startTestServer(
      {},
      {
        ports: {
          clock: {
            ...systemPorts.clock,
            after: (ms, call) => systemPorts.clock.after(ms === hasty_ms ? 100 : ms, call),
          },
        },
      },
    )

  test.each([
    ['each try', 60_000, 3],
    ['the whole', 120_000, 1],
  ])('a model that does not start: 504 (%s)', async (_what, ms, calls) => {
    await using hasty = await startHasty(ms)
    const pair = await makeVersions({}, { instructions: 'Be long.' }, hasty)
    hasty.model.answer = () => holdAnswer()
    const error = await refused(hasty.client.streamAgentVersionComparison(pair))
    expect(error).toMatchObject({ status: 504, code: 'model_failed' })
    expect(hasty.model.requests).toHaveLength(calls)
    await expect.poll(() => hasty.model.hangUps, soon).toBe(calls)
  })

  test('a model that stops sending breaks off the text', async () => {
    await using hasty = await startHasty(60_000)
    const pair = await makeVersions({}, { instructions: 'Be long.' }, hasty)
    const held = holdAnswer()
    held.say('It is ')
    hasty.model.answer = () => held
    const pieces = hasty.client.streamAgentVersionComparison(pair)
    expect((await pieces.next()).value).toBe('It is ')
    await expect(readAll(pieces)).rejects.toThrow(ConnectionError)
  })

  test('a server that stops does not wait for a text', async () => {
    await using stopping = await startTestServer()
    const pair = await makeVersions({}, { instructions: 'Be long.' }, stopping)
    const [early, late] = [holdAnswer(), holdAnswer()]
    late.say('It is ')
    stopping.model.answer = () => late
    const begun = stopping.client.streamAgentVersionComparison(pair)
    await begun.next()
    stopping.model.answer = () => early
    const waiting = refused(stopping.client.streamAgentVersionComparison(pair))
    await early.asked
    const rest = readAll(begun)
    rest.catch(() => {})
    await stopping.restart()
    await expect(rest).rejects.toThrow(ConnectionError)
    expect(await waiting).toMatchObject({ status: 503, code: 'unavailable' })
  })
})

test('the organization’s own key is used, and never revealed', async () => {
  const key = 'sk-own-very-secret-key'
  await using own = await startTestServer({ PARLEY_BASE_URLS_FOR_ORGANIZATION_KEYS: 'openai' })
  await own.client.setSecret({ name: 'OPENAI_API_KEY', value: key })
  const pair = await makeVersions({}, { instructions: 'Be long.' }, own)
  own.model.answer = () => `I was sent ${key}.`
  const text = await readAll(own.client.streamAgentVersionComparison(pair))
  expect(text).toMatch(/^I was sent /)
  expect(text).not.toContain(key)
})
