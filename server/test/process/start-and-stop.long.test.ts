// A process that was killed, on the PostgreSQL of its data folder.
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'
import { expect, test } from 'vitest'
import { startServerProcess } from '../support/process.ts'

test('a kill -9 does not block the next start', async () => {
  const data_dir = await mkdtemp(join(tmpdir(), 'parley data '))
  await chmod(data_dir, 0o711)
  const first = startServerProcess({ PARLEY_DATA_DIR: data_dir })
  await first.ready
  first.child.kill('SIGKILL')
  expect(await first.exited).toBe('SIGKILL')
  await using second = startServerProcess({ PARLEY_DATA_DIR: data_dir })
  const key = readFileSync(join(data_dir, 'admin-key'), 'utf8').trim()
  const client = createClient({ base_url: await second.ready, token: key })
  expect((await client.listAgents()).data).toHaveLength(1)
  second.child.kill('SIGTERM')
  await second.exited
  await rm(data_dir, { recursive: true, force: true })
})
