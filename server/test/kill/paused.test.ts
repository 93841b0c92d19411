// T6 with a real process: stopped (SIGSTOP) for longer than its lease, in mid-reply and in the middle of writing the reply. When
// it goes on, what its successor did stays as it is.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'
import { type HeldAnswer, type ScriptedModel, holdAnswer, startScriptedModel } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'
import { type KillNode, type Strike, admin_key, nodeEnvironment, startKillNode } from './child.ts'

/** T7, from the moment at which the node stopped. */
const takeover_bound_ms = 15_000

let database: TestDatabase
let model: ScriptedModel
let data_dir: string
let successor: KillNode
let agent_id: string
/** To each message, in the order of the attempts; what every later one is answered: the successor's. */
const answers = new Map<string, HeldAnswer[]>()

beforeAll(async () => {
  database = await createTestDatabase()
  model = await startScriptedModel()
  model.answer = ({ messages }) => answers.get(messages.at(-1)!.content)?.shift() ?? 'From the successor.'
  data_dir = await mkdtemp(join(tmpdir(), 'parley-paused-'))
  successor = startNode()
  agent_id = (await publishAgent(await clientOf(successor))).agent_id
})
afterAll(async () => {
  await successor[Symbol.asyncDispose]()
  await rm(data_dir, { recursive: true, force: true })
  await model[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const startNode = (strike?: Strike) =>
  startKillNode(nodeEnvironment(database.connection_string, model.base_url, data_dir), strike)

const clientOf = async (node: KillNode) =>
  createClient({ base_url: (await node.ready).url, token: admin_key, retries: 0 })

/** Everything that is stored of a conversation, to the last column. */
async function readAll(conversation_id: string) {
  const tables = ['conversations', 'conversation_progress', 'turns', 'transcript_items', 'events']
  const read = async (table: string) => {
    const column = table === 'conversations' ? 'id' : 'conversation_id'
    const { rows } = await database.database.pool.query(
      `select to_jsonb(t) as row from ${table} t where ${column} = $1 order by to_jsonb(t)::text`,
      [conversation_id],
    )
    return [table, rows.map(({ row }) => row)]
  }
  return Object.fromEntries(await Promise.all(tables.map(read)))
}

async function readTurn(conversation_id: string) {
  const { rows } = await database.database.pool.query(
    'select status, outcome, attempts from turns where conversation_id = $1 order by sequence',
    [conversation_id],
  )
  return rows[0]
}

/** A turn that a node of its own carries out, which is about to stop at the point, if one is given. */
async function startTurn(text: string, strike?: Strike, isSecondHeld = false) {
  const node = startNode(strike)
  const client = await clientOf(node)
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const [held, second] = [holdAnswer(), holdAnswer()]
  answers.set(text, isSecondHeld ? [held, second] : [held])
  const call = client.sendConversationMessage({ conversation_id: conversation.id, text })
  call.catch(() => {})
  await held.asked
  held.say('From the node ')
  return { node, conversation_id: conversation.id, held, second, call }
}

/** Not `expect.poll`, which tests that run at once cannot share. */
const awaitAttempt = (conversation_id: string, expected: object) =>
  vi.waitFor(async () => expect(await readTurn(conversation_id)).toEqual(expected), { timeout: 40_000, interval: 50 })

/** It goes on, to the end of all that it can do: a node that has ended writes no more. */
async function goOnToTheEnd(node: KillNode, call: Promise<{ reply: string }>) {
  node.kill('SIGCONT')
  expect((await call).reply).toBe('From the successor.')
  node.kill('SIGTERM')
  expect(await node.exited).toBe(0)
}

async function expectOneReply(conversation_id: string, text: string) {
  const client = await clientOf(successor)
  const { conversation } = await client.getConversation({ conversation_id })
  expect(conversation!.items.map(({ content }) => content!.join(''))).toEqual([text, 'From the successor.'])
}

const byTheSuccessor = { status: 'completed', outcome: 'reply', attempts: 2 }

test.concurrent('T6: stopped in mid-reply', async () => {
  const text = 'In mid-reply?'
  const { node, conversation_id, held, call } = await startTurn(text)
  await using _ = node
  node.kill('SIGSTOP')
  await awaitAttempt(conversation_id, byTheSuccessor)
  const before = await readAll(conversation_id)
  held.say('that was stopped.')
  held.finish()
  await goOnToTheEnd(node, call)
  expect(await readAll(conversation_id)).toEqual(before)
  await expectOneReply(conversation_id, text)
}, 90_000)

test.concurrent.each(['model.answered', 'result.begun', 'result.locked', 'result.written'])(
  'T6, T7: stopped at %s, for longer than its lease',
  async (point) => {
    const { node, conversation_id, held, call } = await startTurn(point, { point, nth: 1, signal: 'SIGSTOP' })
    await using _ = node
    held.finish()
    expect(await node.struck).toBe(point)
    const stopped_at = performance.now()
    await awaitAttempt(conversation_id, byTheSuccessor)
    expect(performance.now() - stopped_at).toBeLessThan(takeover_bound_ms)
    const before = await readAll(conversation_id)
    await goOnToTheEnd(node, call)
    expect(await readAll(conversation_id)).toEqual(before)
    await expectOneReply(conversation_id, point)
  },
  90_000,
)

test.concurrent('T6: it goes on while its successor is still in mid-reply, and its finished reply is refused', async () => {
  const text = 'Both at once?'
  const strike = { point: 'model.answered', nth: 1, signal: 'SIGSTOP' } as const
  const { node, conversation_id, held, second, call } = await startTurn(text, strike, true)
  await using _ = node
  held.finish()
  await second.asked
  await awaitAttempt(conversation_id, { status: 'running', outcome: null, attempts: 2 })
  const { events, transcript_items } = await readAll(conversation_id)
  node.kill('SIGCONT')
  // It writes, and its commit changes nothing.
  await vi.waitFor(() => expect(node.passed.get('result.committed')).toBe(1), { timeout: 20_000 })
  expect(await readAll(conversation_id)).toMatchObject({ events, transcript_items })
  second.say('From the successor.')
  second.finish()
  await awaitAttempt(conversation_id, byTheSuccessor)
  await goOnToTheEnd(node, call)
  await expectOneReply(conversation_id, text)
}, 90_000)
