// P9: what calls of every operation have left in the database is restored to the last row, into each PostgreSQL of this machine.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { makeBackup } from '../../src/backup/make-backup.ts'
import { restoreBackup } from '../../src/backup/restore-backup.ts'
import { foldStatistics } from '../../src/statistics/fold.ts'
import { describeSchema } from '../database/migrations-fixture.ts'
import { findPostgresVersions, startOtherPostgres } from '../support/other-postgres.ts'
import { walks } from '../wire/walks/index.ts'
import { type World, openWorld } from '../wire/world.ts'
import { type Folder, createEmptyDatabase, createFolder, dump } from './fixture.ts'

let stack: AsyncDisposableStack
let world: World
let folder: Folder
let file: string
beforeAll(async () => {
  stack = new AsyncDisposableStack()
  folder = stack.use(await createFolder())
  world = stack.use(await openWorld())
})
afterAll(() => stack.disposeAsync())

/** Each room has left something. */
const filled = [
  ...[
    'agent_versions',
    'blob_parts',
    'chunks',
    'conversation_ratings',
    'crawls',
    'handlings',
    'identities',
    'invitations',
  ],
  ...['organization_events', 'secrets', 'statistics', 'teams', 'web_widgets', 'webhook_deliveries', 'work'],
  ...['workflows', 'workflow_versions', 'workflow_connections', 'workflow_executions', 'workflow_visits'],
]

test('calls of every operation leave rows in every room', { timeout: 600_000 }, async () => {
  for (const [name, walkThrough] of Object.entries(walks)) {
    using walk = await world.openWalk(name)
    await walkThrough(walk)
  }
  await world.server.app[Symbol.asyncDispose]()
  // What it does once a minute, however few the calls took.
  await foldStatistics(world.server.database, 100)
  file = folder.path('every-room.parley')
  const report = await makeBackup({ database: world.server.database, file })
  const names = (await dump(world.server)).map((line) => line.slice('public.'.length, line.indexOf(' ')))
  expect([...new Set(names)]).toEqual(expect.arrayContaining(filled))
  expect(report.left_out).toEqual([])
})

const targets = [
  { name: 'the private PostgreSQL', open: async () => ({ url: inject('postgres_url'), stop: async () => {} }) },
  ...findPostgresVersions().map(({ version, bin }) => ({
    name: `PostgreSQL ${version}`,
    open: async () => {
      const other = await startOtherPostgres(bin)
      return { url: other.connection_string, stop: () => other[Symbol.asyncDispose]() }
    },
  })),
]

describe.each(targets)('P9: $name', ({ open }) => {
  test('has every row, and every rule', async () => {
    await using server = new AsyncDisposableStack()
    const { url, stop } = await open()
    server.defer(stop)
    await using target = await createEmptyDatabase(url)
    await restoreBackup({ database: target.database, file, is_paused: false, requireKey: () => {} })
    // Which part of a dataset has an index of pgvector is found out again.
    const original = (await dump(world.server))
      .filter((line) => !/^public\.(vector_indexes|near_vectors)/.test(line))
      .map((line) => line.replace(/^(public\.signed_generations .*"indexed":)\d+/, '$10'))
    expect(await dump(target)).toEqual(original.sort())
    const rules = (lines: string[]) => lines.filter((line) => /^(index|trigger|run)/.test(line))
    expect(rules(await describeSchema(target.database.pool))).toEqual(
      rules(await describeSchema(world.server.database.pool)),
    )
  })
})
