// Whether the database has the extensions that words need is asked at most once a second until it has them; availability.long.test.ts:
// a server without them.
import { expect, test } from 'vitest'
import { createAvailability } from '../../../src/knowledge/availability.ts'
import { createLog } from '../../../src/telemetry/log.ts'
import { createTestDatabase } from '../../support/database.ts'
import { testPorts } from '../../support/ports.ts'

test('a database without unaccent and pg_trgm, until an administrator creates them', async () => {
  await using test_database = await createTestDatabase()
  const { database } = test_database
  const { pool } = database
  const { rows } = await pool.query<{ source: string }>(
    `select pg_get_functiondef('prepare_knowledge'::regproc) as source`,
  )
  const drop = 'drop extension unaccent cascade; drop extension pg_trgm cascade'
  await pool.query(
    `${drop}; create or replace function prepare_knowledge() returns boolean language sql as 'select false'`,
  )
  const lines: string[] = []
  const log = createLog('warn', { write: (line: string) => void lines.push(line) })
  let now = 10_000
  const ports = { ...testPorts, clock: { ...testPorts.clock, monotonic: () => now } }
  const { require } = createAvailability({ database, ports, log })
  const unavailable = { error: 'knowledge_unavailable' }
  await expect(require()).rejects.toMatchObject(unavailable)
  await expect(require()).rejects.toMatchObject(unavailable)
  expect(lines.join()).toContain('lacks the extensions')

  await pool.query(rows[0]!.source)
  now += 999
  await expect(require()).rejects.toMatchObject(unavailable)
  now += 1
  await expect(require()).rejects.toMatchObject(unavailable)
  await require()
  const { rowCount } = await pool.query(`select from pg_ts_config where cfgname = 'parley_german'`)
  expect(rowCount).toBe(1)
})
