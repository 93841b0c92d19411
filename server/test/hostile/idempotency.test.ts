// Keys of different holders never collide, whatever ids a caller chooses.
import { randomUUID } from 'node:crypto'
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publishAgent, refusal } from '../support/server.ts'
import { makeUser } from '../support/actors.ts'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
let agent_id: string
beforeAll(async () => {
  scene = await startScene()
  agent_id = (await publishAgent(scene.loud.client)).agent_id
})
afterAll(() => scene[Symbol.asyncDispose]())

/** As the loud one's end user, in a conversation whose id it chose. */
async function enterConversation(id: string) {
  const { client } = scene.loud
  await client.createConversation({ id, channel: 'text', user_id: 'u', agent_id })
  const { token } = await client.createConversationToken({ conversation_id: id, permissions: ['message', 'end'] })
  return scene.server.as({ token })
}

async function namespacesOf(key: string): Promise<string[]> {
  const { rows } = await sql<{ namespace: string }>`
    select namespace from idempotency_keys where key = ${key} order by namespace`.execute(scene.server.database)
  return rows.map(({ namespace }) => namespace)
}

describe("a conversation that was given another organization's id", () => {
  let squatter: Awaited<ReturnType<typeof enterConversation>>
  beforeAll(async () => {
    squatter = await enterConversation(scene.quiet.id)
  })

  test('uses none of its keys', async () => {
    const idempotency_key = randomUUID()
    const message = { conversation_id: scene.quiet.id, text: 'Mine', idempotency_key }
    const first = await squatter.sendConversationMessage(message)
    const agent = await scene.quiet.client.createAgent({ name: 'Not squatted', idempotency_key })
    expect(agent.name).toBe('Not squatted')
    expect(await squatter.sendConversationMessage(message)).toEqual(first)
    expect(await namespacesOf(idempotency_key)).toHaveLength(2)
  })

  test('does not reveal which of its keys are used', async () => {
    const idempotency_key = randomUUID()
    await scene.quiet.client.createAgent({ name: 'Mine', idempotency_key })
    const message = { conversation_id: scene.quiet.id, text: 'Is it used?', idempotency_key }
    expect((await squatter.sendConversationMessage(message)).reply).toBeTypeOf('string')
  })
})

test("a conversation that was given a user's id uses none of that user's keys", async () => {
  const user = await makeUser(scene.server, scene.quiet.id)
  const squatter = await enterConversation(user.user_id)
  const idempotency_key = randomUUID()
  await squatter.sendConversationMessage({ conversation_id: user.user_id, text: 'Mine', idempotency_key })
  const own = scene.server.as({ token: user.token })
  const made = await own.createPersonalAccessToken({ name: 'Not squatted', idempotency_key })
  expect(made.name).toBe('Not squatted')
})

test('keys of a conversation with its own id stay where nodes of the previous version look for them', async () => {
  const id = randomUUID()
  const client = await enterConversation(id)
  const idempotency_key = randomUUID()
  await client.sendConversationMessage({ conversation_id: id, text: 'Hello', idempotency_key })
  expect(await namespacesOf(idempotency_key)).toEqual([id])
  const error = await refusal(client.endConversation({ conversation_id: id, idempotency_key }))
  expect(error).toMatchObject({ status: 422, code: 'idempotency_key_reused' })
})
