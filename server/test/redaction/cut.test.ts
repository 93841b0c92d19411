// A reply that is cut in the middle of a number or an address: nothing that readers were not shown is stored or delivered.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { talkWith } from '../inactivity/fixture.ts'
import { opened_hosts } from '../support/tool-peer.ts'
import { readInBackground, until } from '../support/event-readers.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { patientPorts } from '../support/patient-ports.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'
import { dumpDatabase } from '../support/dump-database.ts'
import { retention } from './planted.ts'

let server: TestServer
let other: App
let receiver: Receiver

beforeAll(async () => {
  receiver = await startReceiver()
  server = await startTestServer({ ...opened_hosts, PARLEY_DRAIN_SECONDS: '1' }, { ports: patientPorts })
  other = await server.startAnother()
  const endpoint = await server.client.createWebhookEndpoint({ url: receiver.url, events: ['*'] })
  receiver.secret = endpoint.secret
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

const halves = ['4111 1111 1111 111', 'ada.lovelace@example', 'KD-4242']

type Cut = (conversation_id: string, pass: (seconds: number) => Promise<void>) => Promise<unknown>

const onOther = () => server.as({ base_url: other.url })
const ways: [string, Cut][] = [
  ['an end', (conversation_id) => server.client.endConversation({ conversation_id })],
  ['an end on another node', (conversation_id) => onOther().endConversation({ conversation_id })],
  ['a cancellation', (conversation_id) => cancel(server.client, conversation_id)],
  ['a cancellation on another node', (conversation_id) => cancel(onOther(), conversation_id)],
  ['an interruption', (conversation_id) => interrupt(server.client, conversation_id)],
  ['an interruption on another node', (conversation_id) => interrupt(onOther(), conversation_id)],
  ['the maximum duration', (_id, pass) => pass(601)],
]

async function cancel(client: TestServer['client'], conversation_id: string) {
  const [turn] = (await client.listConversationTurns({ conversation_id })).data
  return client.cancelTurn({ conversation_id, turn_id: turn!.turn_id })
}

function interrupt(client: TestServer['client'], conversation_id: string) {
  server.model.answer = () => 'Yes?'
  return client.sendConversationMessage({ conversation_id, text: 'Wait', parley_concurrency: 'interrupt' })
}

describe.each(ways)('%s', (_way, cut) => {
  test.each(halves)('in the middle of %s', async (half) => {
    const held = holdAnswer()
    server.model.answer = () => held
    const talk = await talkWith(server, { retention, inactivity: { max_duration_seconds: 600 } })
    const reader = readInBackground(server.client, talk.id)
    const call = refusal(talk.say('Hello'))
    await held.asked
    held.say(`For ada@example.org or ${half}`)
    const { engine } = server.app.rooms.engine
    await expect.poll(() => engine.textSoFar(talk.id)).toContain(half)
    await cut(talk.id, talk.pass)
    await call
    await expect.poll(() => talk.said()).toContain('assistant, interrupted: For [email] or ')
    await until(() => JSON.stringify(reader.events).includes('"interrupted":true'))
    reader.stop()
    const delivered = () => receiver.received.map(({ body }) => body).filter((body) => body.includes(talk.id))
    await expect.poll(() => delivered().some((body) => body.includes('"interrupted":true'))).toBe(true)
    const everywhere = [JSON.stringify(reader.events), ...delivered(), ...(await dumpDatabase(server)), ...server.log]
    expect(everywhere.filter((text) => text.includes(half))).toEqual([])
  })
})
