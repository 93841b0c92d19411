// Reads of what is very large: one organization's end user and its own keys ask for it many times at once, beside a quiet one.
import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import { publishAgent, refusal } from '../support/server.ts'
import { type Scene, startScene } from './scene.ts'

const MiB = 1024 * 1024
const at_once = 24

let scene: Scene
beforeAll(async () => void (scene = await startScene()))
afterAll(() => scene[Symbol.asyncDispose]())

const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index))

/** A conversation of the loud one with so many messages of 32,000 characters. */
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

/** With the most memory that was in use meanwhile, above what was before. */
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

describe('a transcript of 80 MB, read many times at once with a token of its end user', () => {
  test('costs each reader a bounded answer, and the quiet organization nothing', async () => {
    const conversation_id = await fillTranscript(2500)
    const { token } = await scene.loud.client.createConversationToken({ conversation_id, permissions: ['read'] })
    const { answers, seen, grown } = await attack(`/core/conversations/${conversation_id}`, token)
    console.log(answers[0], seen.took_ms.map(Math.round), seen.failures, grown / MiB)
    for (const { status, bytes } of answers) {
      expect(status).toBe(200)
      expect(bytes).toBeLessThan(5 * MiB)
    }
    expect(seen.failures).toEqual([])
    expect(grown).toBeLessThan(600 * MiB)
  }, 240_000)
})

/** 7 bytes of a request that the database prints as 326. */
const tiny = 5e-324

describe('versions full of numbers that print long', () => {
  const config = (numbers: number) => ({ instructions: 'Be brief.', notes: times(numbers, () => tiny) })

  test('are refused where they would print as more than a configuration may', async () => {
    const { agent_id } = await publishAgent(scene.loud.client)
    const refused = await refusal(scene.loud.client.createAgentVersion({ agent_id, config: config(70_000) as never }))
    expect([refused.status, refused.message]).toEqual([422, expect.stringMatching(/524288/)])
  })

  test('a hundred that are as large as they may be, listed many times at once, cost a bounded page each', async () => {
    const { agent_id } = await publishAgent(scene.loud.client)
    for (const _ of times(100, () => 0))
      await scene.loud.client.createAgentVersion({ agent_id, config: config(70_000) as never })
    const { answers, seen, grown } = await attack(`/core/agents/${agent_id}/versions?limit=100`, scene.loud.key)
    console.log(answers[0], seen.took_ms.map(Math.round), seen.failures, grown / MiB)
    for (const { status, bytes } of answers) {
      expect(status).toBe(200)
      expect(bytes).toBeLessThan(6 * MiB)
    }
    expect(seen.failures).toEqual([])
    expect(grown).toBeLessThan(600 * MiB)
  }, 240_000)
})
