// A very long transcript is read many times at once, beside a quiet organization; reads.long.test.ts reads large versions and conversations.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publishAgent, refusal } from '../support/server.ts'
import { attack, expectBounded, tiny } from './reads.ts'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
beforeAll(async () => void (scene = await startScene()))
afterAll(() => scene[Symbol.asyncDispose]())

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

describe('a transcript of 80 MB, read many times at once with a token of its end user', () => {
  test('costs each reader a bounded answer, and the quiet organization nothing', async () => {
    const conversation_id = await fillTranscript(2500)
    const { token } = await scene.loud.client.createConversationToken({ conversation_id, permissions: ['read'] })
    const attacked = await attack(scene, `/core/conversations/${conversation_id}`, token)
    expectBounded(attacked)
  }, 240_000)
})

test('versions are refused if their printed numbers exceed the limit of a configuration', async () => {
  const { agent_id } = await publishAgent(scene.loud.client)
  const refused = await refusal(scene.loud.client.createAgentVersion({ agent_id, config: tiny(70_000) as never }))
  expect([refused.status, refused.errors]).toEqual([
    422,
    [{ path: 'config', message: 'must have at most 524288 bytes as JSON, with numbers written out in full' }],
  ])
})
