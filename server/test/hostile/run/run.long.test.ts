// A small run of `npm run test:hostile`: a server under every attack at once, beside a quiet organization.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createTestDatabase } from '../../support/database.ts'
import { attacks } from './attacks.ts'
import { runHostile } from './driver.ts'
import { findViolations, renderReport } from './report.ts'

it('the server holds, and the quiet organization is served throughout', async () => {
  await using stack = new AsyncDisposableStack()
  const { connection_string } = stack.use(await createTestDatabase())
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-hostile-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const report = await runHostile({
    connection_string,
    data_dir,
    seconds: 8,
    alone_seconds: 3,
    rest_seconds: 25,
    clients: 200,
    crowd: 0.25,
    // The attackers and the server share a machine that may be slow: whether the organization is served is judged here, not how soon.
    patience_ms: 180_000,
  })
  expect(findViolations(report), renderReport(report)).toEqual([])
  expect(report.beside.took_ms.length).toBeGreaterThan(0)
  // An attack that sent nothing has shown nothing.
  expect(Object.keys(report.tally).filter((name) => Object.keys(report.tally[name]!).length > 0)).toEqual(
    Object.keys(attacks),
  )
})
