// H2: people take conversations over on one node while their turns run on another; streams on both.
import { type Client, createClient } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { readInBackground } from '../support/event-readers.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { patientPorts } from '../support/patient-ports.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { desk, talkWith } from './fixture.ts'

let server: TestServer
let other: App

beforeAll(async () => {
  server = await startTestServer({ PARLEY_DRAIN_SECONDS: '1' }, { ports: patientPorts })
  other = await server.startAnother()
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const there = (node = other) => createClient({ base_url: node.url, token: server.admin_key })

const isSaid = (event: string) => event === 'message.delta' || event === 'message.snapshot'

/** A turn that runs on the first node, has said this much, and is followed. */
async function startTurn(text: string, clients: Client[]) {
  const talk = await talkWith(server)
  const readers = clients.map((client) => readInBackground(client, talk.id))
  const held = holdAnswer()
  server.model.answer = () => held
  const call = refusal(talk.say('Hello'))
  await held.asked
  held.say(text)
  const isTold = () => readers.every(({ events }) => events.some(({ event }) => isSaid(event)))
  await expect.poll(isTold).toBe(true)
  return { talk, held, call, readers }
}

type Reader = ReturnType<typeof readInBackground>

const hasSeen = ({ events }: Reader, type: string) => events.some(({ event }) => event === type)
const after = ({ events }: Reader, type: string) => events.slice(events.findIndex(({ event }) => event === type) + 1)

describe.each([
  ['conversation.taken', (id: string) => there().takeConversation({ conversation_id: id, external: desk })],
  ['conversation.handoff_requested', (id: string) => there().handOffConversation({ conversation_id: id })],
])('H2: %s', (type, leave) => {
  test('no stream that has sent it sends a word of the agent afterwards, however much the model still says', async () => {
    const { talk, held, call, readers } = await startTurn('Long ago ', [server.client, there()])
    const hangUps = server.model.hangUps
    await leave(talk.id)
    for (const text of ['a ', 'princess ', 'lived ']) held.say(text)
    expect(await call).toMatchObject({ status: 409, code: 'turn_taken_over' })
    await expect.poll(() => server.model.hangUps).toBe(hangUps + 1)
    for (const reader of readers) await expect.poll(() => hasSeen(reader, type)).toBe(true)
    await server.client.endConversation({ conversation_id: talk.id, prefer: 'wait=0' })
    for (const reader of readers) {
      await reader.done
      const late = after(reader, type).filter(({ event }) => isSaid(event))
      expect(late).toEqual([])
    }
    expect((await talk.said()).filter((line) => line.startsWith('agent'))).toEqual(['agent, interrupted: Long ago '])
  })
})

test('H2: with its stop message lost, an attempt writes nothing more and its words reach nobody after the event', async () => {
  await using silent = await server.startAnother({}, { ports: testPorts })
  // Nothing that it says arrives.
  silent.core.live.bus.publish = async () => {}
  const { talk, held, call, readers } = await startTurn('Long ago ', [server.client])
  await there(silent).takeConversation({ conversation_id: talk.id, external: desk })
  held.say('a princess lived.')
  held.finish()
  expect(await call).toMatchObject({ status: 409, code: 'turn_taken_over', body: { handled_by: 'person' } })
  for (const reader of readers) {
    await expect.poll(() => hasSeen(reader, 'conversation.taken')).toBe(true)
  }
  await there(silent).replyToConversation({ conversation_id: talk.id, external: desk, text: 'It is Ada now.' })
  await server.client.endConversation({ conversation_id: talk.id, prefer: 'wait=0' })
  for (const reader of readers) {
    await reader.done
    expect(after(reader, 'conversation.taken').filter(({ event }) => isSaid(event))).toEqual([])
  }
  expect((await talk.said()).filter((line) => !line.startsWith('end_user'))).toEqual(['user: It is Ada now.'])
})
