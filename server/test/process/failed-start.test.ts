// A start that fails late leaves nothing running: no timer keeps the process alive, and a supervisor can start it again.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startApp } from '../../src/app.ts'
import { renew_ms } from '../../src/conversations/machine/turn.ts'
import { readConfig } from '../../src/settings.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createTestDatabase } from '../support/database.ts'
import { testPorts } from '../support/ports.ts'

test('the engine stops when a later part of the start fails', async () => {
  await using base = await createTestDatabase()
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-start-'))
  await base.database.pool.query('alter table work_arrivals rename to work_arrivals_elsewhere')
  const sweeps = new Set<() => void>()
  const clock = {
    ...testPorts.clock,
    after(ms: number, call: () => void) {
      if (ms !== renew_ms) return testPorts.clock.after(ms, call)
      sweeps.add(call)
      return () => void sweeps.delete(call)
    },
  }
  const config = readConfig({ PORT: '0', DATABASE_URL: base.connection_string, PARLEY_DATA_DIR: data_dir })
  await expect(startApp(config, createLog('silent'), { ...testPorts, clock })).rejects.toThrow('work_arrivals')
  expect(sweeps.size).toBe(0)
  await rm(data_dir, { recursive: true })
})
