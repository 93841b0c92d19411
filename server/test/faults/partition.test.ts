// A node is cut off from the shared database, or stopped during a fault: other nodes continue its turns, its late
// writes are void (T6), and it stops in order.
import { sql } from '../support/sql.ts'
import { expect, inject, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { halt } from '../../src/engine/remote-halt.ts'
import { startPostgresProxy } from '../support/postgres-proxy.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

const environment = { PARLEY_DRAIN_SECONDS: '0' }

/** A turn that runs on this node until its answer is finished. */
async function startTurn(server: TestServer, node: App) {
  const { agent_id } = await publishAgent(server.client)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const held = holdAnswer()
  server.model.answer = () => held
  const client = server.as({ base_url: node.url })
  client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' }).catch(() => {})
  await held.asked
  return { id: conversation.id, held }
}

const loseLeases = ({ database }: TestServer) =>
  sql`update turns set lease_expires_at = now() where status = 'running'`.execute(database)

const turnOf = async ({ client }: TestServer, conversation_id: string) =>
  (await client.listConversationTurns({ conversation_id })).data[0]!

test('T6: a reply that a node could not write in time is void, although its turn runs again', async () => {
  await using server = await startTestServer(environment)
  await using proxy = await startPostgresProxy(inject('postgres_url'))
  await using node = await server.startAnother({}, { connectThrough: proxy.through })
  const { id, held } = await startTurn(server, node)
  const again = holdAnswer()
  server.model.answer = () => again
  const fault = proxy.atCommit({ of: 'end_turns_if_unchanged', when: 'before', how: 'reset', for_good: true })
  held.say('Too late.')
  held.finish()
  await fault.hit
  await loseLeases(server)
  await again.asked
  fault.release()
  await expect.poll(() => node.rooms.engine.engine.textSoFar(id)).toBeNull()
  expect(await turnOf(server, id)).toMatchObject({ status: 'running', attempts: 2 })
  again.say('In time.')
  again.finish()
  await expect.poll(async () => (await turnOf(server, id)).status).toBe('completed')
  const { conversation } = await server.client.getConversation({ conversation_id: id })
  expect(conversation!.items.map(({ content }) => content!.join(''))).toEqual(['Hello', 'In time.'])
})

test('a node is stopped while its database is unavailable: another node takes its turn over', async () => {
  await using server = await startTestServer(environment)
  await using proxy = await startPostgresProxy(inject('postgres_url'))
  const node = await server.startAnother({}, { connectThrough: proxy.through })
  const { id } = await startTurn(server, node)
  const fault = proxy.failStatement(1, { when: 'before', how: 'reset', for_good: true })
  await fault.hit
  await node[Symbol.asyncDispose]()
  server.model.answer = () => 'From the other node.'
  await loseLeases(server)
  await expect.poll(async () => (await turnOf(server, id)).outcome).toBe('reply')
})

test('a node is stopped soon after another one asked for the text of its turn: no unhandled failure follows', async () => {
  await using server = await startTestServer(environment)
  const due = new Set<() => void>()
  const after = (ms: number, call: () => void) => {
    due.add(call)
    const stop = systemPorts.clock.after(ms, call)
    return () => {
      due.delete(call)
      stop()
    }
  }
  const node = await server.startAnother({}, { ports: { clock: { ...systemPorts.clock, after } } })
  const { id } = await startTurn(server, node)
  await server.app.core.live.bus.publish(halt, id)
  await expect.poll(() => node.rooms.engine.engine.textSoFar(id)).toBeNull()
  await node[Symbol.asyncDispose]()
  const unhandled: unknown[] = []
  const note = (error: unknown) => void unhandled.push(error)
  process.on('unhandledRejection', note)
  for (const call of due) call()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})
