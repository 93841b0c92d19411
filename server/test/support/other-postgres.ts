// PostgreSQL of other versions than the private one, as far as this machine has them: those in PARLEY_TEST_POSTGRES_FOLDERS, or where Debian
// puts them.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

const execute = promisify(execFile)
const debian = '/usr/lib/postgresql'
/** PostgreSQL refuses to run as root. */
const unprivileged = 65_534

/** The folders of their programs, by version. */
export function findPostgresVersions(): { version: string; bin: string }[] {
  const given = process.env['PARLEY_TEST_POSTGRES_FOLDERS']?.split(':').filter(Boolean)
  const installed = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : []
  return (given ?? installed)
    .filter((bin) => existsSync(join(bin, 'initdb')))
    .map((bin) => ({ version: /(\d+)\/bin/.exec(bin)?.[1] ?? bin, bin }))
}

export interface OtherPostgres extends AsyncDisposable {
  /** Of a role that can create databases, and is no superuser. */
  connection_string: string
}

export async function startOtherPostgres(bin: string): Promise<OtherPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'pg-'))
  const own = process.getuid?.() === 0 ? { uid: unprivileged, gid: unprivileged } : {}
  if (own.uid !== undefined) await chown(folder, own.uid, own.gid)
  const data = join(folder, 'data')
  const how = { ...own, cwd: folder, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } }
  await execute(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'], how)
  const settings = { listen_addresses: '', unix_socket_directories: folder, fsync: 'off', max_connections: '60' }
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...how, stdio: 'ignore' },
  )
  const exited = once(child, 'exit')
  await createRole(folder, exited)
  return {
    connection_string: `postgresql://parley@/postgres?host=${encodeURIComponent(folder)}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function createRole(folder: string, exited: Promise<unknown>): Promise<void> {
  let isOver = false
  void exited.then(() => (isOver = true))
  for (;;) {
    const client = new pg.Client({ host: folder, user: 'postgres', database: 'postgres' })
    try {
      await client.connect()
      await client.query('create role parley login createdb')
      return
    } catch (error) {
      // It is starting.
      if (isOver || !['57P03', 'ENOENT', 'ECONNREFUSED'].includes(String((error as { code?: unknown }).code)))
        throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    } finally {
      await client.end().catch(() => {})
    }
  }
}
