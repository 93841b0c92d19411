// Reads of very large data: one organization's end user and its own keys request it many times at once, beside a quiet one.
import { randomBytes, randomUUID } from 'node:crypto'
import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import { publishAgent, refusal } from '../support/server.ts'
import { type Scene, startScene } from './scene.ts'

const MiB = 1024 * 1024
const at_once = 24

let scene: Scene
beforeAll(async () => void (scene = await startScene()))
afterAll(() => scene[Symbol.asyncDispose]())

const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index))

/** A conversation of the loud one with this many messages of 32,000 characters. */
async function fillTranscript(messages: number): Promise<string> {
  const { agent_id } = await publishAgent(scene.loud.client)
  const { conversation } = await scene.loud.client.createConversation({ channel: 'text', user_id: 'loud', agent_id })
  const values = [conversation.id, scene.loud.id, messages]
  const { pool } = scene.server.database
  await pool.query(
    `insert into transcript_items (conversation_id, organization_id, position, id, type, role, content, interrupted, created_at)
     select $1, $2, n, gen_random_uuid(), 'message', case when n % 2 = 0 then 'user' else 'assistant' end,
            array[repeat('x', 31990) || n], false, clock_timestamp() from generate_series(0, $3::integer - 1) n`,
    values,
  )
  await pool.query('update conversation_progress set next_position = $2 where conversation_id = $1', [
    conversation.id,
    messages,
  ])
  return conversation.id
}

interface Answer {
  status: number
  bytes: number
}

/** Reads to the end and keeps nothing. */
async function measure(path: string, token: string): Promise<Answer> {
  const response = await fetch(new URL(path, scene.server.url), { headers: { authorization: `Bearer ${token}` } })
  let bytes = 0
  for await (const piece of response.body!) bytes += piece.byteLength
  return { status: response.status, bytes }
}

/** With the maximum of memory in use meanwhile, above what was used before. */
async function attack(path: string, token: string) {
  const before = inUse()
  let most = before
  const timer = setInterval(() => (most = Math.max(most, inUse())), 5)
  let answers: Answer[] = []
  const seen = await scene.duringAttack(async () => {
    answers = await Promise.all(times(at_once, () => measure(path, token)))
  })
  clearInterval(timer)
  return { answers, seen, grown: most - before }
}

function inUse(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const expectBounded = ({ answers, seen, grown }: Awaited<ReturnType<typeof attack>>) => {
  expect(answers).toHaveLength(at_once)
  // On a busy machine some wait for their place in vain: a refusal is bounded too.
  for (const { status, bytes } of answers) {
    expect([200, 503]).toContain(status)
    expect(bytes).toBeLessThan(6 * MiB)
  }
  expect(answers.map(({ status }) => status)).toContain(200)
  expect(seen.failures).toEqual([])
  expect(grown).toBeLessThan(600 * MiB)
}

describe('a transcript of 80 MB, read many times at once with a token of its end user', () => {
  test('costs each reader a bounded answer, and the quiet organization nothing', async () => {
    const conversation_id = await fillTranscript(2500)
    const { token } = await scene.loud.client.createConversationToken({ conversation_id, permissions: ['read'] })
    const attacked = await attack(`/core/conversations/${conversation_id}`, token)
    expectBounded(attacked)
  }, 240_000)
})

/** 7 bytes of a request that the database prints as 326. */
const tiny = (count: number) => ({ notes: times(count, () => 5e-324) })

describe('versions as large as they may be', () => {
  test('are refused if their printed numbers exceed the limit of a configuration', async () => {
    const { agent_id } = await publishAgent(scene.loud.client)
    const refused = await refusal(scene.loud.client.createAgentVersion({ agent_id, config: tiny(70_000) as never }))
    expect([refused.status, refused.errors]).toEqual([
      422,
      [{ path: 'config', message: 'must have at most 524288 bytes as JSON, with numbers written out in full' }],
    ])
  })

  test.each([
    ['numbers', tiny(1500)],
    ['texts', { notes: [randomBytes(390_000).toString('base64')] }],
  ])(
    'a hundred, full of %s, listed many times at once, cost a bounded page each',
    async (_name, config) => {
      const { agent_id } = await publishAgent(scene.loud.client)
      for (const _ of times(100, () => 0))
        await scene.loud.client.createAgentVersion({ agent_id, config: config as never })
      expectBounded(await attack(`/core/agents/${agent_id}/versions?limit=100`, scene.loud.key))
    },
    240_000,
  )
})

test('a hundred conversations of maximum size, listed many times at once', async () => {
  const row = (index: number) => ({
    ...{ id: randomUUID(), channel: 'text' as const, status: 'completed' as const, user_id: 'large' },
    ...{ created_at: `2026-01-01T00:00:${String(index % 60).padStart(2, '0')}Z`, initial_context: '€'.repeat(32_000) },
  })
  for (const batch of times(10, (index) => index)) {
    const conversations = times(10, (index) => row(batch * 10 + index))
    expect((await scene.loud.client.importConversations({ conversations })).created).toBe(10)
  }
  expectBounded(await attack('/core/conversations?limit=100&user_id=large', scene.loud.key))
}, 240_000)
