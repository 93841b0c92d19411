// Runs the pages of the documentation, each against a server of its own, as its reader would have it.
import { chmod, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'
import { describe, expect, it, vi } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { startServerProcess } from '../support/process.ts'
import { blocksOf, isRun, root } from './markdown.ts'
import { PageRunner } from './page-runner.ts'

export function runPages(pages: readonly string[]): void {
  describe('P12: the blocks run, in order, on a fresh server:', () => {
    it.each(pages)('%s', { timeout: 900_000 }, runPage)
  })
}

async function runPage(page: string): Promise<void> {
  await using reader = await createReader()
  await using runner = await PageRunner.start(reader)
  for (const block of blocksOf(page).filter(isRun)) await runner.runBlock(block)
}

async function createReader() {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'parley-guides-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  // When the tests run as root, PostgreSQL runs as another user, which must be able to enter the folder.
  await chmod(folder, 0o711)
  // Programs in the guides import the SDK, as they would in the repository.
  for (const name of ['node_modules', 'examples']) await symlink(join(root, name), join(folder, name))
  const { connection_string } = stack.use(await createTestDatabase())
  const server = stack.use(
    startServerProcess({
      PARLEY_DATA_DIR: join(folder, 'data'),
      PARLEY_ALLOW_PRIVATE_HOSTS: '127.0.0.1',
      PARLEY_CRAWL_ALLOW_PRIVATE_HOSTS: '127.0.0.1',
    }),
  )
  const url = await server.ready
  await untilSampleIsReady(url, folder)
  const owned = stack.move()
  return {
    ...{ folder, url, database_url: connection_string, readBanner: () => server.output },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** As it is when a reader has read the first page. */
async function untilSampleIsReady(url: string, folder: string): Promise<void> {
  const key = await readFile(join(folder, 'data', 'admin-key'), 'utf8')
  const client = createClient({ base_url: url, token: key.trim() })
  const ready = async () => {
    const { data } = await client.listDatasets({})
    return data.find(({ name }) => name === 'Harbour Lane')?.counts.ready
  }
  // Not `expect.poll`, which works within tests only.
  await vi.waitFor(async () => expect(await ready()).toBe(2), { timeout: 60_000, interval: 100 })
}
