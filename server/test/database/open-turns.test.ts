// Every change reads the open turns of its conversation, which must not depend on the number of earlier turns.
import { expect, test } from 'vitest'
import { publishAgent, startTestServer } from '../support/server.ts'

test('the open turns of a conversation with 3,000 turns are found without reading the others', async () => {
  await using server = await startTestServer()
  const { agent_id, version_id } = await publishAgent(server.client)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'me', agent_id })
  const { pool } = server.database
  await pool.query(
    `insert into turns (id, organization_id, conversation_id, sequence, status, outcome, concurrency, interactivity,
       agent_version_id, accepted_by, queued_at, finished_at)
     select gen_random_uuid(), $1, $2, n, 'completed', 'reply', 'queue', 'plain', $3, $3, now(), now()
     from generate_series(1001, 4000) n`,
    [server.organization_id, conversation.id, version_id],
  )
  await pool.query('analyze turns')
  const { rows } = await pool.query(
    `explain (analyze, buffers, format json)
     select id from turns where conversation_id = $1 and status in ('queued', 'running') order by sequence`,
    [conversation.id],
  )
  const plan = rows[0]['QUERY PLAN'][0].Plan
  expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(10)
})
