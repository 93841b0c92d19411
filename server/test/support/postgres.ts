// Vitest's global set-up: one PostgreSQL for the run, a private one or that of PARLEY_TEST_DATABASE_URL.
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '@parley/embedded-postgres'

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL whose role can create databases. */
    postgres_url: string
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | void> {
  const given = process.env['PARLEY_TEST_DATABASE_URL']
  if (given) {
    project.provide('postgres_url', given)
    return
  }
  await using stack = new AsyncDisposableStack()
  const data_dir = await mkdtemp(join(await chooseParent(), 'parley-test-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  // When run as root, PostgreSQL runs as another user, which must be able to enter the folder.
  await chmod(data_dir, 0o711)
  const postgres = stack.use(await startEmbeddedPostgres({ data_dir: join(data_dir, 'postgres'), durable: false }))
  project.provide('postgres_url', postgres.connection_string)
  const owned = stack.move()
  return () => owned.disposeAsync()
}

const shared_memory = '/dev/shm'
const enough_bytes = 4 * 1024 ** 3

/**
 * In memory where there is enough of it: each test file creates and drops a database of hundreds of files, and a file system on a disk
 * spends a sixth of the whole run's time looking for places for them.
 */
async function chooseParent(): Promise<string> {
  const found = await statfs(shared_memory).catch(() => null)
  return found && found.bavail * found.bsize >= enough_bytes ? shared_memory : tmpdir()
}
