// `max_user_turns`: the conversation ends after the reply to the last message.
import { randomUUID } from 'node:crypto'
import { concurrencyRules } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { endOf, talkOf, talkWith } from './fixture.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const ended = {
  status: 'completed',
  end_reason: 'max_turns',
  ended_by: { type: 'system', id: null, name: null, reason: null },
}
const limitedTo = (max_user_turns: number) => ({
  inactivity: { max_user_turns, end_message: 'That was all, {{ user_id }}.' },
})

test('ends with the commit of the last reply, after which it says goodbye', async () => {
  server.model.answer = () => 'Yes.'
  const talk = await talkWith(server, limitedTo(2))
  expect(await talk.say('One')).toBe('Yes.')
  expect((await talk.read()).status).toBe('in_progress')
  // The answer of the call, and the end, are one commit.
  expect(await talk.say('Two')).toBe('Yes.')
  expect(await talk.read()).toMatchObject({ ...ended, user_turn_count: 2 })
  expect((await talk.said()).slice(2)).toEqual(['user: Two', 'assistant: Yes.', 'assistant: That was all, ada.'])
  const events = (await talk.events()).slice(-4)
  expect(events.map(({ type }) => type)).toEqual([
    ...['message.created', 'turn.completed', 'message.created', 'conversation.ended'],
  ])
  expect(new Set(events.map(({ occurred_at }) => String(occurred_at))).size).toBe(1)
  expect(await refusal(talk.say('Three'))).toMatchObject({ status: 409, code: 'conversation_not_active' })
})

describe('meanwhile', () => {
  test.each(concurrencyRules)('a message with %s is refused, and stops nothing', async (parley_concurrency) => {
    const held = holdAnswer()
    server.model.answer = () => held
    const talk = await talkWith(server, limitedTo(1))
    const last = talk.say('One')
    await held.asked
    const next = { conversation_id: talk.id, text: 'Two', parley_concurrency }
    expect(await refusal(server.client.sendConversationMessage(next))).toMatchObject({
      ...{ status: 409, code: 'conversation_ending', turn_id: null },
    })
    held.say('The last word.')
    held.finish()
    expect(await last).toBe('The last word.')
    expect(await endOf(talk)).toEqual(ended)
    expect(await talk.said()).toEqual(['user: One', 'assistant: The last word.', 'assistant: That was all, ada.'])
  })

  test.each(['queue', 'merge', 'interrupt'] as const)(
    'the last message itself may come with %s',
    async (parley_concurrency) => {
      const held = holdAnswer()
      server.model.answer = ({ messages }) => (messages.at(-1)!.content === 'One' ? held : 'Both.')
      const talk = await talkWith(server, limitedTo(3))
      const first = refusal(talk.say('One')).catch(() => null)
      await held.asked
      const send = (text: string) =>
        server.client.sendConversationMessage({ conversation_id: talk.id, text, parley_concurrency }).then(
          ({ reply }) => reply,
          (error: { code: string }) => error.code,
        )
      const answers = [send('Two')]
      await expect.poll(async () => (await talk.said()).includes('user: Two')).toBe(true)
      if (parley_concurrency === 'interrupt') await answers[0]
      answers.push(send('Three'))
      await expect.poll(async () => (await talk.said()).includes('user: Three')).toBe(true)
      held.finish()
      expect(await Promise.all(answers)).toEqual(['Both.', 'Both.'])
      await first
      expect(await endOf(talk)).toEqual(ended)
      expect((await talk.said()).slice(-2)).toEqual(['assistant: Both.', 'assistant: That was all, ada.'])
    },
  )
})

test('ends also if the last turn is cancelled', async () => {
  const held = holdAnswer()
  server.model.answer = () => held
  const talk = await talkWith(server, limitedTo(1))
  const last = refusal(talk.say('One'))
  await held.asked
  const { data } = await server.client.listConversationTurns({ conversation_id: talk.id })
  await server.client.cancelTurn({ conversation_id: talk.id, turn_id: data[0]!.turn_id })
  expect((await last).code).toBe('turn_cancelled')
  expect(await endOf(talk)).toEqual(ended)
  expect(await talk.said()).toEqual(['user: One', 'assistant: That was all, ada.'])
})

async function endingOf(conversation_id: string) {
  const { rows } = await server.database.pool.query<{ reason: string }>(
    `select ending ->> 'end_reason' as reason from conversations where id = $1`,
    [conversation_id],
  )
  return rows[0]!.reason
}

describe('the last turn fails', () => {
  /** A conversation of two messages, whose last turn has failed. */
  async function talkThatFailed(rules: object = {}) {
    const talk = await talkWith(server, { inactivity: { ...limitedTo(2).inactivity, ...rules } })
    const send = (text: string, idempotency_key: string) =>
      server.client.sendConversationMessage({ conversation_id: talk.id, text, idempotency_key })
    server.model.answer = () => 400
    const first_key = randomUUID()
    expect((await refusal(send('One', first_key))).code).toBe('turn_failed')
    const last_key = randomUUID()
    expect((await refusal(send('Two', last_key))).code).toBe('turn_failed')
    return { ...talk, again: () => send('Two', last_key), first_again: () => send('One', first_key) }
  }

  test('T9: the same key tries its message again, no other is taken, and the reply ends the conversation', async () => {
    const talk = await talkThatFailed()
    expect((await talk.read()).status).toBe('in_progress')
    expect(await refusal(talk.say('Three'))).toMatchObject({ status: 409, code: 'conversation_ending' })
    expect((await refusal(talk.again())).code).toBe('turn_failed')
    server.model.answer = () => 'At last.'
    // Its reply would not be one to the last message.
    expect((await refusal(talk.first_again())).code).toBe('turn_failed')
    expect((await talk.again()).reply).toBe('At last.')
    expect(await talk.read()).toMatchObject({ ...ended, user_turn_count: 2 })
    const said = ['user: One', 'user: Two', 'assistant: At last.', 'assistant: That was all, ada.']
    expect(await talk.said()).toEqual(said)
    expect((await talk.again()).reply).toBe('At last.')
  })

  test('and nobody tries again: silence ends the conversation', async () => {
    const talk = await talkThatFailed({ end_after_seconds: 60 })
    await talk.pass(61)
    expect(await endOf(talk)).toEqual({ ...ended, end_reason: 'inactivity' })
  })

  test.each(['cut', 'finish'] as const)('and the caller ends the conversation with %s', async (mode) => {
    const talk = await talkThatFailed()
    await server.client.endConversation({ conversation_id: talk.id, mode })
    expect(await endOf(talk)).toMatchObject({ end_reason: 'ended_by_caller' })
  })

  test('after the caller has asked to finish: the conversation ends', async () => {
    const talk = await talkThatFailed()
    const held = holdAnswer()
    server.model.answer = () => held
    const again = refusal(talk.again())
    await held.asked
    const finished = server.client.endConversation({ conversation_id: talk.id, mode: 'finish' })
    await expect.poll(() => endingOf(talk.id)).toBe('ended_by_caller')
    server.model.answer = () => 400
    held.finish()
    await Promise.all([again, finished])
    expect(await endOf(talk)).toMatchObject({ end_reason: 'ended_by_caller' })
  })
})

test('a last message that cannot be rendered is tried near the limit only, and logged with its place and agent', async () => {
  server.model.answer = () => 'Yes.'
  const config = { inactivity: { max_user_turns: 13, end_message: '{{ [1] | select(user_id) | list }}' } }
  const { agent_id, version_id: agent_version_id } = await publishAgent(server.client, config)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  const talk = talkOf(server, conversation.id)
  const faults = () =>
    server.log.map((line) => JSON.parse(line) as Record<string, unknown>).filter((one) => one.agent_id === agent_id)
  await talk.say('One')
  expect(faults()).toEqual([])
  // As another node would leave it.
  await server.database.pool.query(
    `update conversation_progress set user_turn_count = 12, updated_at = clock_timestamp() where conversation_id = $1`,
    [talk.id],
  )
  await talk.say('Thirteen')
  expect(await endOf(talk)).toEqual(ended)
  expect(faults()).toMatchObject([
    {
      agent_version_id,
      conversation_id: talk.id,
      path: 'inactivity.end_message',
      msg: 'a template of an agent failed',
    },
  ])
  expect(faults()[0]).not.toHaveProperty('err')
  expect(faults()[0]!.reason).toMatch(/^The template `inactivity.end_message` could not be rendered: /)
})

test('one that is imported at its limit ends with the next reply', async () => {
  server.model.answer = () => 'Yes.'
  const { agent_id, version_id: agent_version_id } = await publishAgent(server.client, limitedTo(1))
  const id = '0190b000-0000-7000-8000-000000000001'
  const items = ['One', 'Two'].map((text) => ({ type: 'message' as const, role: 'user' as const, content: [text] }))
  const row = {
    id,
    agent_id,
    agent_version_id,
    channel: 'text' as const,
    status: 'in_progress' as const,
    user_id: 'ada',
  }
  const created_at = '2026-01-01T00:00:00Z'
  const answer = await server.client.importConversations({
    conversations: [{ ...row, created_at, conversation: { items } }],
  })
  expect(answer).toMatchObject({ created: 1, errors: [] })
  const talk = talkOf(server, id)
  expect(await talk.say('Three')).toBe('Yes.')
  expect(await endOf(talk)).toEqual(ended)
})

test('a cut does not wait for the last reply', async () => {
  const held = holdAnswer()
  server.model.answer = () => held
  const talk = await talkWith(server, limitedTo(1))
  const last = refusal(talk.say('One'))
  await held.asked
  await server.client.endConversation({ conversation_id: talk.id })
  expect((await last).code).toBe('conversation_ended')
  expect(await endOf(talk)).toMatchObject({ end_reason: 'ended_by_caller' })
  expect(await talk.said()).toEqual(['user: One'])
})
