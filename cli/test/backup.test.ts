// `parley backup` and `parley restore`, between databases of one's own and private ones.
import { readFile, stat, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { version } from '../../server/src/base/version.ts'
import { holdMigrationLock } from '../../server/src/database/migration-lock.ts'
import { dumpDatabase } from '../../server/test/support/dump-database.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { type Folder, createEmptyDatabase, createFolder, isEmpty } from '../../server/test/backup/fixture.ts'
import { type Seen, runHere } from './run-here.ts'

const key = 'ab'.repeat(32)
let stack: AsyncDisposableStack
let server: TestServer
let folder: Folder
beforeAll(async () => {
  stack = new AsyncDisposableStack()
  server = stack.use(await startTestServer({ PARLEY_SECRET_KEY: key }))
  folder = stack.use(await createFolder())
})
afterAll(() => stack.disposeAsync())

async function run(args: string[], connection_string: string, more: Record<string, string> = {}, seen: Seen = {}) {
  const { PATH = '', HOME = '' } = process.env
  // The setting must parse as a URL, which has a host. A Unix socket in the query overrides it.
  const DATABASE_URL = connection_string.replace('@/', '@localhost/')
  return runHere(args, { PATH, HOME, PARLEY_DATA_DIR: folder.path('data'), DATABASE_URL, ...more }, '', seen)
}

it('P9: moves an installation from one database to another, beside its running server', async () => {
  const file = folder.path('one.parley')
  const made = await run(['backup', file], server.connection_string)
  expect(made, made.stderr).toMatchObject({ code: 0 })
  expect(made.stdout).toMatch(/^file: .*one\.parley\ntaken_at: 20\S+Z\ntables: \d+\nrows: \d+\n$/)
  expect(made.stderr).toContain('Keep the secret key too')
  const again = await run(['backup', file], server.connection_string)
  expect(again).toMatchObject({ code: 2, stderr: `parley: ${file} exists. Remove it or name another file.\n` })

  await using target = await createEmptyDatabase()
  const keyless = await run(['restore', file], target.connection_string)
  expect(keyless).toMatchObject({ code: 2, stdout: '' })
  expect(keyless.stderr).toContain('the secret key of the backup is neither in PARLEY_SECRET_KEY nor in ')
  const wrong = await run(['restore', file], target.connection_string, { PARLEY_SECRET_KEY: 'cd'.repeat(32) })
  expect(wrong).toMatchObject({ code: 2, stdout: '' })
  expect(wrong.stderr).toContain('PARLEY_SECRET_KEY is not the secret key of the backup')

  const restored = await run(['restore', file, '--json'], target.connection_string, { PARLEY_SECRET_KEY: key })
  expect(restored, restored.stderr).toMatchObject({ code: 0, stderr: '' })
  const report = JSON.parse(restored.stdout) as Record<string, unknown>
  expect(report).toMatchObject({
    file,
    parley: version,
    taken_at: /taken_at: (.*)/.exec(made.stdout)![1],
    files_in_s3: 0,
  })
  const organizations = (dump: string[]) =>
    dump.filter((line) => /public\.(organizations|agents|credentials) /.test(line)).sort()
  expect(organizations(await dumpDatabase(target))).toEqual(organizations(await dumpDatabase(server)))
  const full = await run(['restore', file], target.connection_string, { PARLEY_SECRET_KEY: key })
  expect(full).toMatchObject({ code: 1 })
  expect(full.stderr).toContain('The database is not empty')
})

it('a torn file is refused', async () => {
  const [file, torn] = [folder.path('two.parley'), folder.path('torn.parley')]
  expect((await run(['backup', file, '--quiet'], server.connection_string)).stderr).toBe('')
  await writeFile(torn, (await readFile(file)).subarray(0, -2000))
  await using target = await createEmptyDatabase()
  const refused = await run(['restore', torn], target.connection_string, { PARLEY_SECRET_KEY: key })
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(/^parley: The file is not a whole backup: .*\. Nothing was restored\.\n$/)
})

it('a database without tables has nothing to back up', async () => {
  await using empty = await createEmptyDatabase()
  const file = folder.path('nothing.parley')
  const refused = await run(['backup', file], empty.connection_string)
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain('the database has no tables yet')
  await expect(stat(file)).rejects.toThrow('ENOENT')
})

it('`--paused` says what is off', async () => {
  const file = folder.path('three.parley')
  await run(['backup', file], server.connection_string)
  await using target = await createEmptyDatabase()
  const { code, stderr } = await run(['restore', file, '--paused'], target.connection_string, {
    PARLEY_SECRET_KEY: key,
  })
  expect(code).toBe(0)
  expect(stderr).toContain('The copy is paused: its webhooks are off')
  const { rows } = await target.database.pool.query('select paused_at is not null as is_paused from installation')
  expect(rows).toEqual([{ is_paused: true }])
})

it.each(['backup', 'restore'])('Ctrl-C ends `%s` while it waits, with nothing done', async (command) => {
  const file = folder.path(`interrupted-${command}`)
  if (command === 'restore') await run(['backup', file], server.connection_string)
  await using target = await createEmptyDatabase()
  const { database, connection_string } = command === 'backup' ? server : target
  await using _lock = await holdMigrationLock(database, { mode: 'alone' })
  const seen: Seen = {
    onStderr: (text) => {
      if (/Waiting for a.*\n$/.test(text)) process.emit('SIGINT')
    },
  }
  const stopped = await run([command, file], connection_string, { PARLEY_SECRET_KEY: key }, seen)
  expect(stopped).toMatchObject({ code: 130, stdout: '' })
  expect(stopped.stderr).toContain(
    command === 'backup' ? 'Stopped. There is no backup.' : 'Stopped. Nothing was restored.',
  )
  if (command === 'backup') await expect(stat(file)).rejects.toThrow('ENOENT')
  else expect(await isEmpty(target)).toBe(true)
})
