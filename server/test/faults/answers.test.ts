// The database becomes unavailable right after a commit: the call is answered as done, not as refused.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { PausePoint } from '../../src/conversations/commit/pause-points.ts'
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer, withoutKey } from '../support/server.ts'

let proxy: PostgresProxy
let server: TestServer
let agent_id: string
let awaited: PausePoint | null = null
let serveAgain = () => {}

beforeAll(async () => {
  proxy = await startPostgresProxy(inject('postgres_url'))
  const reached = (point: string) => {
    if (point !== awaited) return
    awaited = null
    // For every query from now on.
    serveAgain = proxy.failStatement(1, { when: 'before', how: 'cut', for_good: true }).release
  }
  server = await startTestServer({ PARLEY_DRAIN_SECONDS: '0' }, { connectThrough: proxy.through, ports: { reached } })
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

const create = async () =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id

async function runningTurn() {
  const conversation_id = await create()
  const held = holdAnswer()
  server.model.answer = () => held
  server.client.sendConversationMessage({ conversation_id, text: 'Hello' }).catch(() => {})
  await held.asked
  const { data } = await server.client.listConversationTurns({ conversation_id })
  return { conversation_id, turn_id: data[0]!.turn_id }
}

/** With a key the answer is bound to it after the commit, so it is 503; repeated with the key, the call finds what it did. */
const keyless = () => server.as({ fetch: withoutKey })

test.each<[PausePoint, () => Promise<() => Promise<unknown>>]>([
  ['create.committed', async () => () => create()],
  [
    'update.committed',
    async () => {
      const conversation_id = await create()
      return () => server.client.updateConversation({ conversation_id, custom_metadata: { a: 1 } })
    },
  ],
  [
    'cancel.committed',
    async () => {
      const turn = await runningTurn()
      return () => keyless().cancelTurn(turn)
    },
  ],
])('%s', async (point, prepare) => {
  const call = await prepare()
  awaited = point
  try {
    await expect(call()).resolves.toBeDefined()
    expect(awaited).toBeNull()
  } finally {
    serveAgain()
  }
})
