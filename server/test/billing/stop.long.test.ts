// P2: on three nodes with two hundred calls at once no call of a model begins two seconds after the stop.
import { setTimeout } from 'node:timers/promises'
import { createClient } from '@parley/sdk'
import { expect, test } from 'vitest'
import { countUsage } from '../../src/billing/work.ts'
import { publishAgent, startTestServer } from '../support/server.ts'
import { leaveCalls } from './pending.ts'

const callers = 200
/** As models do. So all the calls are at once, and the machine that they share is not what delays them. */
async function* thinkAWhile() {
  await setTimeout(3000)
  yield 'A reply.'
}

test('P2: three nodes, two hundred calls at once', { timeout: 180_000 }, async () => {
  await using server = await startTestServer()
  await using second = await server.startAnother()
  await using third = await server.startAnother()
  const clients = [server, second, third].map(({ url }) =>
    createClient({ base_url: url, token: server.admin_key, retries: 0, timeout_ms: 0 }),
  )
  const { agent_id } = await publishAgent(server.client)
  const valid_from = '2020-01-01T00:00:00Z'
  await server.client.createPrice({ kind: 'model_call', model: 'openai/scripted', input: '1', output: '1', valid_from })
  await server.client.createBudget({ name: 'All', amount: '1', stop: true })
  const begun: number[] = []
  server.model.answer = () => {
    begun.push(performance.now())
    return thinkAWhile()
  }
  const ends: number[] = []
  const talk = async (index: number) => {
    const client = clients[index % clients.length]!
    const { conversation } = await client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
    for (;;) {
      try {
        await client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
      } catch (error) {
        ends.push((error as { status: number }).status)
        return
      }
    }
  }
  const talks = Array.from({ length: callers }, (_one, index) => talk(index))
  await expect.poll(() => begun.length, { timeout: 60_000 }).toBeGreaterThan(callers)
  const { organization_id } = server
  await leaveCalls(server.database, [{ organization_id, at: new Date().toISOString(), input_tokens: 1_000_000 }])
  await countUsage(server.app.core)
  const reached = performance.now()
  await Promise.all(talks)
  expect(begun.filter((at) => at > reached + 2000)).toEqual([])
  // Each is refused before its message is stored, or told that it is stored and failed.
  expect(ends.every((status) => status === 402 || status === 502)).toBe(true)
})
