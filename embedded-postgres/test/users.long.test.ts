// Which user runs PostgreSQL: an ordinary user themselves; for root another user, who must reach data and programs.
import { cp, lchown, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prepareBinaries } from '../src/binaries.ts'
import { startEmbeddedPostgres } from '../src/embedded-postgres.ts'
import type { Host } from '../src/host.ts'
import { is_root, ordinaryAccount, query, Workshop } from './support.ts'

/** Several starts of PostgreSQL, on a loaded machine. */
const LIMIT = { timeout: 300_000 }
let workshop: Workshop

beforeAll(async () => {
  workshop = await Workshop.open()
})
afterAll(() => workshop.close())

/** Starts, queries the data's location, and stops. */
async function locateData(data_dir: string, host: Host = workshop.host): Promise<string> {
  await using postgres = await startEmbeddedPostgres({ data_dir }, host)
  const superuser = postgres.connection_string.replace('parley@/parley', 'postgres@/postgres')
  const [row] = await query<{ data_directory: string }>(superuser, 'show data_directory')
  return row?.data_directory ?? ''
}

describe('a data folder below a private folder', () => {
  test('is used in place by its owner, and replaced by a folder elsewhere for root', LIMIT, async () => {
    const home = workshop.folder('private')
    await mkdir(home, { mode: 0o700 })
    const data_dir = join(home, 'checkout', 'data')
    const place = await locateData(data_dir)
    if (!is_root) return expect(place).toBe(join(data_dir, 'cluster'))

    const elsewhere = dirname(place)
    expect(dirname(elsewhere)).toBe(workshop.host.system_dir)
    expect((await stat(place)).uid).not.toBe(0)
    expect(await readFile(join(elsewhere, 'origin'), 'utf8')).toBe(`${data_dir}\n`)
    expect(await readdir(data_dir)).toEqual(['moved-to'])
    expect(await locateData(data_dir)).toBe(place)

    // Two folders never share one database, and deleting the data folder starts afresh.
    await rename(data_dir, join(home, 'moved data'))
    expect(await locateData(data_dir)).not.toBe(place)
    expect(await locateData(join(home, 'moved data'))).toBe(place)

    await rm(elsewhere, { recursive: true })
    await expect(locateData(join(home, 'moved data'))).rejects.toThrow(/that folder no longer exists.*moved-to/)
  })
})

describe('an ordinary user', () => {
  test('runs PostgreSQL under their own account, and root later runs it as that user', LIMIT, async () => {
    const account = is_root ? ordinaryAccount(workshop.host) : null
    const uid = account?.uid ?? process.geteuid?.()
    const data_dir = workshop.folder('ordinary/data')
    await mkdir(dirname(data_dir))
    if (account !== null) await lchown(dirname(data_dir), account.uid, account.gid)

    const { postgres } = await prepareBinaries(workshop.host, account)
    const native_dir = dirname(dirname(postgres))
    const host = { ...workshop.host, native_dir, effective_uid: uid ?? 0 }
    const child = workshop.child(data_dir, { run_as: account, host })
    const { connection_string } = await child.report('started')
    await workshop.postmasterPid(data_dir)
    await query(connection_string, 'create table kept as select 42 as answer')
    await child.stop()
    for (const name of ['', 'cluster', 'postgresql.log']) expect((await stat(join(data_dir, name))).uid).toBe(uid)

    await using later = await startEmbeddedPostgres({ data_dir }, workshop.host)
    expect(await query(later.connection_string, 'select answer from kept')).toEqual([{ answer: 42 }])
    expect((await stat(join(data_dir, 'cluster', '.s.PGSQL.5432'))).uid).toBe(uid)
  })

  test('is told who owns the data if they do not', LIMIT, async () => {
    const data_dir = workshop.folder('ordinary/data')
    const stranger = { ...workshop.host, effective_uid: 54_321 }
    await expect(locateData(data_dir, stranger)).rejects.toThrow(
      /belongs to the user with id \d+, but Parley runs as 54321/,
    )
  })
})

test('data that root copied is given back to the user that runs PostgreSQL', LIMIT, async () => {
  const data_dir = workshop.folder('ordinary/data')
  const place = join(data_dir, 'cluster')
  const { uid } = await stat(place)
  const names = is_root ? ['', ...(await readdir(place, { recursive: true }))] : []
  for (const name of names) await lchown(join(place, name), 0, 0)
  expect(await locateData(data_dir)).toBe(place)
  expect((await stat(join(place, 'base'))).uid).toBe(uid)
})

test('programs in a private folder run in place for their owner, and as a copy for root', LIMIT, async () => {
  const private_dir = workshop.folder('private programs')
  await mkdir(private_dir, { mode: 0o700 })
  const package_dir = dirname(workshop.host.native_dir)
  await cp(package_dir, private_dir, { recursive: true, verbatimSymlinks: true })
  const system_dir = workshop.folder('system of private programs')
  const host = { ...workshop.host, native_dir: join(private_dir, 'native'), system_dir }
  // npm does not always run the script that creates these links.
  const links = JSON.parse(await readFile(join(host.native_dir, 'pg-symlinks.json'), 'utf8')) as {
    target: string
  }[]
  for (const { target } of links) await rm(join(private_dir, target))
  expect(await locateData(workshop.folder('ordinary/data'), host)).toBe(workshop.folder('ordinary/data/cluster'))
  const copies = is_root ? await readdir(system_dir) : []
  expect(copies.map((name) => name.startsWith('postgresql-18'))).toEqual(is_root ? [true] : [])
})
