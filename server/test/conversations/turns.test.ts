// Several messages, callers or servers at once: the answer to each call, and the content of the transcript.
import type { ConcurrencyRule } from '@parley/contract'
import { createClient } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOrganization } from '../support/actors.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_LIMIT_WAITING_TURNS: '3', PARLEY_DRAIN_SECONDS: '1' })
})
afterAll(() => server[Symbol.asyncDispose]())

async function start(config: object = {}): Promise<string> {
  const { agent_id } = await publishAgent(server.client, config)
  return (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
}
const send = (conversation_id: string, text: string, parley_concurrency?: ConcurrencyRule) =>
  server.client.sendConversationMessage({
    conversation_id,
    text,
    ...(parley_concurrency ? { parley_concurrency } : {}),
  })
const turnsOf = async (conversation_id: string) => (await server.client.listConversationTurns({ conversation_id })).data
const transcriptOf = async (conversation_id: string) =>
  (await server.client.getConversation({ conversation_id })).conversation!.items
const said = async (id: string) => (await transcriptOf(id)).map(({ role, content }) => [role, content!.join('')])
const stored = (id: string, count: number) => expect.poll(async () => (await transcriptOf(id)).length).toBe(count)
const lastWord = (messages: { content: string }[]) => messages.at(-1)!.content

/** Answers each message with its own text, the first one only when the test lets it. */
function holdFirst(first: string) {
  const held = holdAnswer()
  server.model.answer = ({ messages }) => (lastWord(messages) === first ? held : `Re: ${lastWord(messages)}`)
  return held
}

/** A first message whose turn runs and waits for the test. */
async function running(id: string, rule?: ConcurrencyRule) {
  const held = holdFirst('one')
  const call = send(id, 'one', rule)
  call.catch(() => undefined)
  await held.asked
  const finish = () => {
    held.say('Re: one')
    held.finish()
  }
  return { held, call, finish }
}

describe('two messages at once', () => {
  test('queue: each is answered by its own turn, in order', async () => {
    const id = await start()
    const first = await running(id)
    const second = send(id, 'two')
    await stored(id, 2)
    const third = send(id, 'three')
    await stored(id, 3)
    expect((await turnsOf(id)).map(({ status }) => status)).toEqual(['running', 'queued', 'queued'])
    first.finish()
    const answers = await Promise.all([first.call, second, third])
    expect(answers.map(({ reply }) => reply)).toEqual(['Re: one', 'Re: two', 'Re: three'])
    expect(await said(id)).toEqual([
      ...['one', 'two', 'three'].map((text) => ['user', text]),
      ...['one', 'two', 'three'].map((text) => ['assistant', `Re: ${text}`]),
    ])
    expect((await transcriptOf(id)).map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5])
    expect((await turnsOf(id)).map(({ turn_id }) => turn_id)).toEqual(answers.map(({ turn_id }) => turn_id))
    // The second turn was shown its own message last, after the first reply, and not the third message.
    const shown = server.model.requests
      .at(-2)!
      .messages.slice(1)
      .map(({ content }) => content)
    expect(shown).toEqual(['one', 'Re: one', 'two'])
  })

  test('merge: one turn answers all waiting messages', async () => {
    const id = await start({ concurrency: 'merge' })
    const first = await running(id)
    const second = send(id, 'two')
    await stored(id, 2)
    const third = send(id, 'three')
    await stored(id, 3)
    first.finish()
    const [one, two, three] = await Promise.all([first.call, second, third])
    expect([one.reply, two.reply]).toEqual(['Re: one', expect.stringContaining('three')])
    expect(three).toEqual(two)
    const turns = await turnsOf(id)
    expect(turns.map(({ concurrency, user_message_ids }) => [concurrency, user_message_ids.length])).toEqual([
      ['merge', 1],
      ['merge', 2],
    ])
    const shown = JSON.stringify(server.model.requests.at(-1)!.messages)
    expect(shown.indexOf('two')).toBeGreaterThan(shown.indexOf('Re: one'))
    expect(shown.indexOf('three')).toBeGreaterThan(shown.indexOf('two'))
  })

  test('interrupt: supersedes the running and the waiting turns, and keeps the text so far', async () => {
    const id = await start()
    const first = await running(id)
    first.held.say('I was about')
    await expect.poll(() => server.app.rooms.engine.engine.textSoFar(id)).toBe('I was about')
    const second = refusal(send(id, 'two'))
    await stored(id, 2)
    const hangUps = server.model.hangUps
    const third = await send(id, 'three', 'interrupt')
    expect(third.reply).toBe('Re: three')
    for (const error of [await refusal(first.call), await second]) {
      expect(error).toMatchObject({ status: 409, code: 'turn_superseded', turn_id: expect.any(String) })
    }
    await expect.poll(() => server.model.hangUps).toBe(hangUps + 1)
    const items = await transcriptOf(id)
    expect(items.map(({ role, content, interrupted }) => [role, content!.join(''), interrupted])).toEqual([
      ['user', 'one', false],
      ['user', 'two', false],
      ['assistant', 'I was about', true],
      ['user', 'three', false],
      ['assistant', 'Re: three', false],
    ])
    expect((await turnsOf(id)).map(({ status, outcome }) => [status, outcome])).toEqual([
      ['cancelled', 'superseded'],
      ['cancelled', 'superseded'],
      ['completed', 'reply'],
    ])
  })

  test.each([
    ['by the header', {}, 'reject'],
    ['by the version', { concurrency: 'reject' }, undefined],
  ] as const)('reject, %s: nothing is stored, and the answer names the running turn', async (_name, config, rule) => {
    const id = await start(config)
    const first = await running(id)
    const error = await refusal(send(id, 'two', rule))
    const [turn] = await turnsOf(id)
    expect(error).toMatchObject({ status: 409, code: 'turn_in_progress', turn_id: null })
    expect(error.body).toMatchObject({ running_turn_id: turn!.turn_id })
    expect(await said(id)).toEqual([['user', 'one']])
    first.finish()
    await first.call
    expect((await send(id, 'two', rule)).reply).toBe('Re: two')
  })

  test('the header takes precedence over the version', async () => {
    const id = await start({ concurrency: 'reject' })
    const first = await running(id)
    const second = send(id, 'two', 'queue')
    await stored(id, 2)
    first.finish()
    expect((await second).reply).toBe('Re: two')
    expect((await turnsOf(id)).map(({ concurrency }) => concurrency)).toEqual(['reject', 'queue'])
  })

  test.each(['queue', 'merge'] as const)('%s: more messages than may wait: 429, nothing is stored', async (rule) => {
    const id = await start({ concurrency: rule })
    const first = await running(id)
    const waiting = []
    for (const [index, text] of ['two', 'three', 'four'].entries()) {
      waiting.push(send(id, text))
      await stored(id, index + 2)
    }
    const error = await refusal(send(id, 'five'))
    expect(error).toMatchObject({ status: 429, code: 'too_many_waiting_turns', turn_id: null })
    expect(error.retry_after).toBeGreaterThan(0)
    expect((await transcriptOf(id)).length).toBe(4)
    first.finish()
    await Promise.all(waiting)
    expect(await said(id)).not.toContainEqual(['user', 'five'])
  })

  test('many at once: one turn at a time, every message answered once', async () => {
    const id = await start()
    server.model.answer = ({ messages }) => `Re: ${lastWord(messages)}`
    const texts = Array.from({ length: 4 }, (_, index) => `message ${index}`)
    const answers = await Promise.all(texts.map((text) => send(id, text)))
    expect(answers.map(({ reply }) => reply)).toEqual(texts.map((text) => `Re: ${text}`))
    const turns = await turnsOf(id)
    for (const [index, turn] of turns.entries()) {
      if (index > 0) expect(turn.started_at! >= turns[index - 1]!.finished_at!).toBe(true)
    }
    expect((await transcriptOf(id)).map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })
})

describe('cancelTurn', () => {
  const cancel = (conversation_id: string, turn_id: string) => server.client.cancelTurn({ conversation_id, turn_id })

  test('a running one: keeps its text, answers its call, starts the next', async () => {
    const id = await start()
    const first = await running(id)
    first.held.say('Partly')
    await expect.poll(() => server.app.rooms.engine.engine.textSoFar(id)).toBe('Partly')
    const second = send(id, 'two')
    await stored(id, 2)
    const [turn] = await turnsOf(id)
    const cancelled = await cancel(id, turn!.turn_id)
    expect(cancelled).toMatchObject({ status: 'cancelled', outcome: 'cancelled_by_caller', turn_id: turn!.turn_id })
    // In the same commit, not found later by a sweep.
    expect((await turnsOf(id))[1]!.status).not.toBe('queued')
    expect(await refusal(first.call)).toMatchObject({ status: 409, code: 'turn_cancelled', turn_id: turn!.turn_id })
    expect((await second).reply).toBe('Re: two')
    expect((await transcriptOf(id))[2]).toMatchObject({ content: ['Partly'], interrupted: true })
    expect(await cancel(id, turn!.turn_id)).toEqual(cancelled)
  })

  test('a waiting one: the running one continues', async () => {
    const id = await start()
    const first = await running(id)
    const second = refusal(send(id, 'two'))
    await stored(id, 2)
    await cancel(id, (await turnsOf(id))[1]!.turn_id)
    expect(await second).toMatchObject({ status: 409, code: 'turn_cancelled' })
    first.finish()
    expect((await first.call).reply).toBe('Re: one')
  })

  test('a final one does not change; one of another conversation or organization is not found', async () => {
    const id = await start()
    server.model.answer = () => 'Yes.'
    const { turn_id } = await send(id, 'Hi')
    const [{ cost: _cost, ...turn } = expect.fail('no turn')] = await turnsOf(id)
    expect(await cancel(id, turn_id)).toEqual(turn)
    expect(turn).toMatchObject({ status: 'completed' })
    expect(await refusal(cancel(await start(), turn_id))).toMatchObject({ status: 404 })
    const { client } = await makeOrganization(server)
    expect(await refusal(client.cancelTurn({ conversation_id: id, turn_id }))).toMatchObject({ status: 404 })
  })
})

test('listConversationTurns: pages, oldest first', async () => {
  const id = await start()
  server.model.answer = () => 'Yes.'
  const sent: string[] = []
  for (let index = 0; index < 5; index += 1) sent.push((await send(id, `message ${index}`)).turn_id)
  const seen: string[] = []
  const sizes: number[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await server.client.listConversationTurns({
      conversation_id: id,
      limit: 2,
      ...(cursor ? { cursor } : {}),
    })
    expect(page.pagination.limit).toBe(2)
    seen.push(...page.data.map(({ turn_id }) => turn_id))
    sizes.push(page.data.length)
    cursor = page.pagination.next_cursor
  }
  expect([seen, sizes]).toEqual([sent, [2, 2, 1]])
  for (const cursor of ['nonsense', 'WyJhIl0', 'WyIxIiwiMiJd', 'WyI5OTk5OTk5OTk5Il0']) {
    const error = await refusal(server.client.listConversationTurns({ conversation_id: id, cursor }))
    expect(error).toMatchObject({ status: 422, errors: [{ path: 'cursor' }] })
  }
})

describe('more than one server', () => {
  test('a message to one can be read on the other, which can end and cancel what the first runs', async () => {
    await using other = await server.startAnother()
    const there = createClient({ base_url: other.url, token: server.admin_key })
    const id = await start()
    server.model.answer = () => 'From one.'
    await send(id, 'Hi')
    const conversation_id = id
    expect(await there.getConversation({ conversation_id })).toEqual(
      await server.client.getConversation({ conversation_id }),
    )
    const first = await running(id)
    const queued = there.sendConversationMessage({ conversation_id, text: 'two' })
    await stored(id, 4)
    const [, turn] = await turnsOf(id)
    await there.cancelTurn({ conversation_id, turn_id: turn!.turn_id })
    expect(await refusal(first.call)).toMatchObject({ status: 409, code: 'turn_cancelled' })
    expect((await queued).reply).toBe('Re: two')
    const second = await running(id)
    await there.endConversation({ conversation_id })
    expect(await refusal(second.call)).toMatchObject({ status: 409, code: 'conversation_ended' })
  })

  test('a server that stops in mid-turn: the turn is taken over and answered once', async () => {
    const id = await start()
    const first = await running(id)
    first.held.say('I will ne')
    await expect.poll(() => server.app.rooms.engine.engine.textSoFar(id)).toBe('I will ne')
    const restarted = server.restart()
    // The answer says that the message is stored.
    expect(await refusal(first.call)).toMatchObject({ turn_id: expect.any(String) })
    server.model.answer = () => 'Here I am.'
    await restarted
    await expect
      .poll(() => said(id))
      .toEqual([
        ['user', 'one'],
        ['assistant', 'Here I am.'],
      ])
    expect(await turnsOf(id)).toMatchObject([{ status: 'completed', outcome: 'reply', attempts: 2 }])
    expect((await send(id, 'two')).reply).toBe('Here I am.')
  })
})

test('T9: a repeated message whose turn was cut off by an end gets the same refusal, marked as replayed', async () => {
  const conversation_id = await start()
  const held = holdAnswer()
  server.model.answer = () => held
  const message = { conversation_id, text: 'Hello', idempotency_key: 'cut off' }
  const replays: (string | null)[] = []
  const onResponse = ({ headers }: Response) => void replays.push(headers.get('idempotent-replayed'))
  const sendOnce = () => refusal(server.client.sendConversationMessage(message, { onResponse }))
  const first = sendOnce()
  await held.asked
  await server.client.endConversation({ conversation_id })
  expect([await first, await sendOnce()]).toMatchObject([
    { code: 'conversation_ended' },
    { code: 'conversation_ended' },
  ])
  expect(replays).toEqual([null, 'true'])
})
