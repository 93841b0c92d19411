// T9 in races: two calls with one key, the first held at each pause point of its commit, have one effect and one answer.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChangeName, stages } from '../../src/conversations/commit/pause-points.ts'
import { type NodeName, type RaceNode, type Races, isAnyoneLockedOut, startRaces, until } from './harness.ts'
import { checkInvariants, readStored } from './invariants.ts'
import { refusal } from '../support/server.ts'
import { type Answer, type Scene, answerOf, newConversation, sendMessage, setScene } from './scene.ts'

let races: Races
beforeAll(async () => {
  races = await startRaces()
})
afterAll(() => races[Symbol.asyncDispose]())

interface KeyedCall {
  change: ChangeName
  call: (scene: Scene, node: RaceNode, idempotency_key: string) => Promise<Answer>
}

const calls: Record<string, KeyedCall> = {
  'a message': {
    change: 'message',
    call: ({ conversation_id }, { client }, idempotency_key) =>
      sendMessage(client, conversation_id, 'Once', { idempotency_key }),
  },
  'an interrupting message': {
    change: 'message',
    call: ({ conversation_id }, { client }, idempotency_key) =>
      sendMessage(client, conversation_id, 'Once', { idempotency_key, parley_concurrency: 'interrupt' }),
  },
  'an end': {
    change: 'end',
    call: ({ conversation_id }, { client }, idempotency_key) =>
      answerOf(client.endConversation({ conversation_id, idempotency_key })),
  },
  'a cancel': {
    change: 'cancel',
    call: ({ conversation_id, turn_id }, { client }, idempotency_key) =>
      answerOf(client.cancelTurn({ conversation_id, turn_id, idempotency_key })),
  },
  'a message that failed before': {
    change: 'retry',
    call: ({ conversation_id, failed_key }, { client }) =>
      sendMessage(client, conversation_id, 'Old', { idempotency_key: failed_key }),
  },
}

const places: [NodeName, NodeName][] = [
  ['a', 'a'],
  ['a', 'b'],
  ['b', 'a'],
]
const cases = stages.flatMap((stage) => places.map(([here, there]) => ({ stage, here, there })))

describe.each(Object.entries(calls))('%s', (_what, { change, call }) => {
  test.each(cases)('held $stage on $here, again on $there', async ({ stage, here, there }) => {
    const scene = await setScene(races, { has_failed_message: change === 'retry' })
    const { conversation_id } = scene
    const key = `key ${conversation_id}`
    const hold = races.nodes[here].holdAt(`${change}.${stage}`)
    const first = call(scene, races.nodes[here], key)
    await hold.reached
    const commits = races.nodes[there].passing(`${change}.committed`)
    const second = call(scene, races.nodes[there], key)
    if (stage === 'begun') await Promise.race([commits, second])
    if (stage === 'locked' || stage === 'written') await until(() => isAnyoneLockedOut(races), 'the second waits')
    hold.release()
    scene.settle()
    expect(await second).toEqual(await first)
    await scene.hello
    const read = () => readStored(races.server.database, conversation_id)
    const isOver = async () => (await read()).turns.every(({ outcome }) => outcome !== null)
    await until(isOver, 'every turn is over')
    const stored = await read()
    checkInvariants(stored)
    expect(stored.items.filter(({ text }) => text === 'Once').length).toBe(change === 'message' ? 1 : 0)
    expect(stored.turns.length).toBe({ message: 2, retry: 3 }[change as string] ?? 1)
  })
})

// The analysis binds its key first and then needs the conversation; the message has the conversation and then needs the key.
test.each(places)('a message held on %s and an analysis with its key on %s cause no deadlock', async (here, there) => {
  const conversation_id = await newConversation(races)
  races.server.model.answer = () => 'Yes.'
  const idempotency_key = `key ${conversation_id}`
  const hold = races.nodes[here].holdAt('message.locked')
  const message = sendMessage(races.nodes[here].client, conversation_id, 'Once', { idempotency_key })
  await hold.reached
  const analysis = refusal(races.nodes[there].client.analyzeConversation({ conversation_id, idempotency_key }))
  await until(() => isAnyoneLockedOut(races), 'the analysis waits for the conversation')
  hold.release()
  expect(await message).toMatchObject({ reply: 'Yes.' })
  // Refused for its own reason, or because of the key that the message has bound meanwhile.
  expect((await analysis).status).toBeOneOf([409, 422])
})
