// Races of a conversation's timer: with a message, an end, a deletion, the end of its turn, and itself on another node. Each side is
// held at each pause point of its commit.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stages } from '../../src/conversations/commit/pause-points.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { refusal } from '../support/server.ts'
import { type Talk, fireTimer, shiftTimes, soon, talkWith } from '../inactivity/fixture.ts'
import { type Hold, type NodeName, type Races, isAnyoneLockedOut, startRaces, until } from './harness.ts'
import { checkInvariants, readStored } from './invariants.ts'
import { answerOf, sendMessage } from './scene.ts'

let races: Races
beforeAll(async () => {
  races = await startRaces()
})
afterAll(() => races[Symbol.asyncDispose]())

const names: NodeName[] = ['a', 'b', 'c']
const inactivity = { end_after_seconds: 60, end_message: 'Goodbye.' }

/** The timer may fire on any node: the first one that reaches the point stays there, and the others pass. */
function holdTimer(stage: (typeof stages)[number]) {
  const holds = names.map((name): Hold => races.nodes[name].holdAt(`inactivity.${stage}`))
  const releaseBut = (kept?: Hold) => holds.forEach((hold) => hold !== kept && hold.release())
  const reached = Promise.race(holds.map((hold) => hold.reached.then(() => releaseBut(hold))))
  return { reached, release: () => releaseBut() }
}

async function statusOf(talk: Talk) {
  const { rows } = await races.server.database.pool.query<{
    status: string
    end_reason: string | null
    deleted: boolean
  }>('select status, end_reason, deleted_at is not null as deleted from conversations where id = $1', [talk.id])
  return rows[0]!
}

const isOver = async (talk: Talk) => (await statusOf(talk)).status !== 'in_progress'

async function check(talk: Talk): Promise<void> {
  checkInvariants(await readStored(races.server.database, talk.id))
  await expect
    .poll(async () => {
      const { rowCount } = await races.server.database.pool.query(
        `select from work where subject = $1 and kind = 'conversation_timer'`,
        [talk.id],
      )
      return rowCount
    }, soon)
    .toBe((await isOver(talk)) ? 0 : 1)
}

/** The side that holds the lock decides what the other one finds. */
const hasLock = (stage: (typeof stages)[number]) => stage === 'locked' || stage === 'written'

describe.each(['message', 'end', 'delete'] as const)('the timer is held, and a %s comes', (other) => {
  test.each(stages)('%s', async (stage) => {
    races.server.model.answer = () => 'Yes.'
    const talk = await talkWith(races.server, { inactivity })
    const held = holdTimer(stage)
    await talk.pass(61)
    await held.reached
    const { client } = races.nodes.b
    const conversation_id = talk.id
    const call = {
      message: () => sendMessage(client, conversation_id, 'Wait!'),
      end: () =>
        answerOf(client.endConversation({ conversation_id, prefer: 'wait=0' }).then(({ status }) => ({ status }))),
      delete: () => answerOf(client.deleteConversation({ conversation_id }).then(() => ({}))),
    }[other]()
    if (hasLock(stage)) await until(() => isAnyoneLockedOut(races), 'the other one waits')
    else await call
    held.release()
    const answer = await call
    const isTimerFirst = stage !== 'begun'
    if (other === 'message') {
      expect(answer).toEqual(
        isTimerFirst ? { status: 409, code: 'conversation_not_active', stored: false } : { reply: 'Yes.' },
      )
      if (isTimerFirst) await until(() => isOver(talk), 'it is over')
      expect(await statusOf(talk)).toMatchObject(
        isTimerFirst ? { status: 'completed', end_reason: 'inactivity' } : { status: 'in_progress' },
      )
      expect(await talk.said()).toEqual(isTimerFirst ? ['assistant: Goodbye.'] : ['user: Wait!', 'assistant: Yes.'])
    }
    if (other === 'end') {
      expect(answer).toEqual({ status: 'completed' })
      expect(await statusOf(talk)).toMatchObject({ end_reason: isTimerFirst ? 'inactivity' : 'ended_by_caller' })
    }
    if (other === 'delete') {
      expect(await statusOf(talk)).toMatchObject({ end_reason: isTimerFirst ? 'inactivity' : 'deleted', deleted: true })
    }
    await check(talk)
  })
})

describe('a message is held, and the timer fires', () => {
  test.each(stages)('%s', async (stage) => {
    races.server.model.answer = () => 'Yes.'
    const talk = await talkWith(races.server, { inactivity })
    const { database } = races.server
    await shiftTimes(database, talk.id, 61)
    const hold = races.nodes.b.holdAt(`message.${stage}`)
    const passing = Promise.race(names.map((name) => races.nodes[name].passing('inactivity.begun')))
    const call = sendMessage(races.nodes.b.client, talk.id, 'Wait!')
    await hold.reached
    await fireTimer(database, talk.id)
    if (stage === 'begun') await until(() => isOver(talk), 'the timer wins')
    else if (hasLock(stage)) await passing
    hold.release()
    expect(await call).toEqual(
      stage === 'begun' ? { status: 409, code: 'conversation_not_active', stored: false } : { reply: 'Yes.' },
    )
    expect(await isOver(talk)).toBe(stage === 'begun')
    await check(talk)
  })
})

test.each(stages)('a node is held, %s, and another one takes its timer over: one end, said once', async (stage) => {
  const talk = await talkWith(races.server, { inactivity })
  const held = holdTimer(stage)
  await talk.pass(61)
  await held.reached
  const { pool } = races.server.database
  const leased = 'select lease from work where subject = $1 and lease is not null'
  await expect.poll(async () => (await pool.query(leased, [talk.id])).rowCount, soon).toBe(1)
  const [{ lease }] = (await pool.query(leased, [talk.id])).rows
  // The lease of the first one runs out, again and again: it renews what nobody has taken yet.
  const lost = `update work set due_at = now() - interval '1 second' where subject = $1 and lease = $2`
  const runOut = () => pool.query(lost, [talk.id, lease])
  await runOut()
  if (stage === 'begun') await until(() => runOut().then(() => isOver(talk)), 'the other node ends it')
  held.release()
  await until(() => isOver(talk), 'it is over')
  expect(await talk.said()).toEqual(['assistant: Goodbye.'])
  expect((await talk.events()).filter(({ type }) => type === 'conversation.ended').length).toBe(1)
  await check(talk)
})

test.each(stages)('a warning is held, %s, and its timer fires on another node: one warning', async (stage) => {
  const rules = { warn_after_seconds: 60, warn_message: 'Still there?', end_after_seconds: null }
  const talk = await talkWith(races.server, { inactivity: rules })
  const held = holdTimer(stage)
  await talk.pass(61)
  await held.reached
  const { pool } = races.server.database
  const lost = `update work set due_at = now() - interval '1 second' where subject = $1 and lease is not null`
  await expect.poll(async () => (await pool.query(lost, [talk.id])).rowCount, soon).toBe(1)
  held.release()
  await expect.poll(talk.said, soon).toEqual(['assistant: Still there?'])
  await check(talk)
  expect(await talk.said()).toEqual(['assistant: Still there?'])
})

describe('the maximum duration, during a turn', () => {
  const limits = { max_duration_seconds: 600, end_message: 'Time is up.' }

  test.each(stages)('the timer is held, %s, and the turn has its reply', async (stage) => {
    const answer = holdAnswer()
    races.server.model.answer = () => answer
    const talk = await talkWith(races.server, { inactivity: limits })
    const call = sendMessage(races.server.client, talk.id, 'Hello')
    await answer.asked
    answer.say('Once')
    const { engine } = races.server.app.rooms.engine
    await until(() => engine.textSoFar(talk.id) === 'Once', 'it has said something')
    const held = holdTimer(stage)
    await talk.pass(601)
    await held.reached
    answer.say(' more.')
    answer.finish()
    held.release()
    // The attempt was stopped before the commit began, so that its text could be kept.
    expect(await call).toEqual({ status: 409, code: 'conversation_ended', stored: true })
    expect(await talk.said()).toEqual(['user: Hello', 'assistant, interrupted: Once', 'assistant: Time is up.'])
    expect(await statusOf(talk)).toMatchObject({ status: 'completed', end_reason: 'max_duration' })
    await check(talk)
  })

  test('a reply that commits first is kept whole, and the conversation ends after it', async () => {
    const answer = holdAnswer()
    races.server.model.answer = () => answer
    const talk = await talkWith(races.server, { inactivity: limits })
    const hold = races.nodes.a.holdAt('result.written')
    const call = sendMessage(races.server.client, talk.id, 'Hello')
    await answer.asked
    await shiftTimes(races.server.database, talk.id, 601)
    answer.say('Once.')
    answer.finish()
    await hold.reached
    await fireTimer(races.server.database, talk.id)
    await until(() => isAnyoneLockedOut(races), 'the timer waits')
    hold.release()
    expect(await call).toEqual({ reply: 'Once.' })
    await until(() => isOver(talk), 'it is over')
    expect(await talk.said()).toEqual(['user: Hello', 'assistant: Once.', 'assistant: Time is up.'])
    await check(talk)
  })
})

describe('the last message', () => {
  test.each(stages)('is held, %s, and another one comes: one of them is the last', async (stage) => {
    races.server.model.answer = () => 'Yes.'
    const talk = await talkWith(races.server, { inactivity: { max_user_turns: 1 } })
    const hold = races.nodes.b.holdAt(`message.${stage}`)
    const first = sendMessage(races.nodes.b.client, talk.id, 'First')
    await hold.reached
    const second = refusal(
      races.nodes.a.client.sendConversationMessage({ conversation_id: talk.id, text: 'Second' }),
    ).catch(() => 'accepted')
    if (hasLock(stage)) await until(() => isAnyoneLockedOut(races), 'the second waits')
    else if (stage === 'begun') await second
    hold.release()
    const [one, other] = await Promise.all([first, second])
    const isFirst = stage !== 'begun'
    expect('reply' in one).toBe(isFirst)
    expect(other === 'accepted').toBe(!isFirst)
    await until(() => isOver(talk), 'it is over')
    expect((await talk.said()).filter((text) => text.startsWith('user')).length).toBe(1)
    expect(await statusOf(talk)).toMatchObject({ end_reason: 'max_turns' })
    await check(talk)
  })
})
