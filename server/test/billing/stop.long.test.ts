// P2: on three nodes with two hundred calls at once no call of a model begins two seconds after the stop.
import { setTimeout } from 'node:timers/promises'
import { createClient } from '@parley/sdk'
import { expect, test } from 'vitest'
import { moveUsage } from '../../src/billing/move.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { testPorts } from '../support/ports.ts'
import { publishAgent, startTestServer } from '../support/server.ts'
import { leaveCalls } from './pending.ts'

const callers = 200
/** As models do, each its own time: so the calls are at once, and some begin at each moment. */
async function* thinkAWhile(call: number) {
  await setTimeout(1000 + ((call * 7) % 40) * 100)
  yield 'A reply.'
}

function watchStalls() {
  let last = performance.now()
  const seen = { longest_ms: 0, [Symbol.dispose]: () => clearInterval(timer) }
  const timer = setInterval(() => {
    const now = performance.now()
    seen.longest_ms = Math.max(seen.longest_ms, now - last - 20)
    last = now
  }, 20)
  return seen
}

test('P2: three nodes, two hundred calls at once', { timeout: 300_000 }, async () => {
  // The seconds of the guarantee are those of the wall: the clock of other tests stands still while the machine is busy with something else.
  const { monotonic, after: later } = systemPorts.clock
  const ports = { clock: { ...testPorts.clock, monotonic, after: later } }
  await using server = await startTestServer({}, { ports })
  await using second = await server.startAnother({}, { ports })
  await using third = await server.startAnother({}, { ports })
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
    return thinkAWhile(begun.length)
  }
  const answers: number[] = []
  let over = Infinity
  /** After a refusal it asks again. */
  const talk = async (conversation_id: string, index: number) => {
    const client = clients[index % clients.length]!
    while (performance.now() < over) {
      try {
        await client.sendConversationMessage({ conversation_id, text: 'Hello' })
        answers.push(200)
      } catch (error) {
        answers.push((error as { status: number }).status)
        await setTimeout(1000)
      }
    }
  }
  const ids: string[] = []
  while (ids.length < callers) {
    const made = clients.map((client) => client.createConversation({ channel: 'text', user_id: 'ada', agent_id }))
    for (const { conversation } of await Promise.all(made)) ids.push(conversation.id)
  }
  const talks = ids.map(talk)
  await expect.poll(() => begun.length, { timeout: 120_000 }).toBeGreaterThan(1.5 * callers)
  const { organization_id } = server
  await leaveCalls(server.database, [{ organization_id, at: new Date().toISOString(), input_tokens: 1_000_000 }])
  await moveUsage(server.database, 1)
  const reached = performance.now()
  // All three nodes and the model are in this process: what it does late is no fault of a node.
  using stalls = watchStalls()
  over = reached + 8000
  const before = answers.length
  await Promise.all(talks)
  const after = begun.filter((at) => at > reached).map((at) => Math.round(at - reached))
  const asked = Object.entries(Object.groupBy(answers.slice(before), String)).map(([status, of]) => [
    status,
    of!.length,
  ])
  process.stdout.write(
    `${begun.length - after.length} calls before the stop, ${after.length} after it, the last at ${Math.max(0, ...after)} ms (longest stall ${Math.round(stalls.longest_ms)} ms); answers: ${JSON.stringify(asked)}\n`,
  )
  expect(after.filter((ms) => ms > 2000 + stalls.longest_ms)).toEqual([])
  // Each is refused before its message is stored, or told that it is stored and failed; a busy machine refuses too.
  expect(answers.slice(before).filter((status) => ![200, 402, 502, 503].includes(status))).toEqual([])
  expect(answers.filter((status) => status === 402).length).toBeGreaterThan(callers / 2)
})
