// Very large versions and conversations are listed many times at once, beside a quiet organization.
import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publishAgent } from '../support/server.ts'
import { attack, expectBounded, times, tiny } from './reads.ts'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
beforeAll(async () => void (scene = await startScene()))
afterAll(() => scene[Symbol.asyncDispose]())

describe('versions as large as they may be', () => {
  test.each([
    ['numbers', tiny(1500)],
    ['texts', { notes: [randomBytes(390_000).toString('base64')] }],
  ])(
    'a hundred, full of %s, listed many times at once, cost a bounded page each',
    async (_name, config) => {
      const { agent_id } = await publishAgent(scene.loud.client)
      for (const _ of times(100, () => 0))
        await scene.loud.client.createAgentVersion({ agent_id, config: config as never })
      expectBounded(await attack(scene, `/core/agents/${agent_id}/versions?limit=100`, scene.loud.key))
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
  expectBounded(await attack(scene, '/core/conversations?limit=100&user_id=large', scene.loud.key))
})
