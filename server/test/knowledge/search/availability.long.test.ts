// Without the extensions that words need, knowledge bases are unavailable and everything else runs, until an administrator creates them.
import { expect, test } from 'vitest'
import { refusal, startTestServer } from '../../support/server.ts'

test('a database without unaccent and pg_trgm', async () => {
  await using server = await startTestServer()
  const { pool } = server.database
  const drop = 'drop extension unaccent cascade; drop extension pg_trgm cascade'
  const unable = `create or replace function prepare_knowledge() returns boolean language sql as 'select false'`
  const { rows } = await pool.query<{ source: string }>(
    `select pg_get_functiondef('prepare_knowledge'::regproc) as source`,
  )
  await pool.query(`${drop}; ${unable}`)
  await using other = await server.startAnother()
  const client = server.as({ base_url: other.url })
  const query = { dataset_id: crypto.randomUUID(), query: 'refund' }
  expect(await refusal(client.queryDataset(query))).toMatchObject({ status: 503, code: 'knowledge_unavailable' })
  expect(server.log.join('\n')).toContain('lacks the extensions')
  await client.createAgent({ name: 'Everything else' })

  await pool.query(rows[0]!.source)
  // It is asked again after a while.
  await expect.poll(() => refusal(client.queryDataset(query))).toMatchObject({ status: 404 })
  const dataset = await pool.query<{ count: number }>(
    `select count(*) from pg_ts_config where cfgname = 'parley_german'`,
  )
  expect(dataset.rows[0]!.count).toBe(1)
})
