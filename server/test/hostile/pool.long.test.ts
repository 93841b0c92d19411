// One organization wants every connection to the database, and waits for its share for as long as it may.
import { sql } from '../support/sql.ts'
import { expect, test } from 'vitest'
import { publishAgent, refusal } from '../support/server.ts'
import { callQuietly, countWaitingForLocks, holdLock, scene, setStage, share } from './pool.ts'

setStage()

test('a call that waits too long for its share is told when to retry', async () => {
  const { client } = scene.loud
  const { agent_id } = await publishAgent(client)
  const create = (onResponse?: (response: Response) => void) =>
    client.createConversation({ channel: 'text', user_id: 'u', agent_id }, onResponse ? { onResponse } : {})
  await using held = await holdLock((tx) => sql`select from agents where id = ${agent_id} for update`.execute(tx))
  const holding = Array.from({ length: share }, () => create())
  await expect.poll(countWaitingForLocks).toBe(share)
  let retry_after: string | null = null
  const error = await refusal(create((response) => void (retry_after = response.headers.get('retry-after'))))
  expect(error).toMatchObject({ status: 503, code: 'unavailable' })
  expect(error.message).toContain('share')
  await callQuietly(1)
  expect(retry_after).toBe('1')
  await held[Symbol.asyncDispose]()
  await Promise.all(holding)
})
