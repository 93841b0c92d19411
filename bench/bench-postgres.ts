// A private PostgreSQL with settings that the server's own lacks: counted statements and more connections.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { prepareBinaries } from '@parley/embedded-postgres/binaries'
import { startEmbeddedPostgres } from '@parley/embedded-postgres'
import { planHome } from '@parley/embedded-postgres/home'
import { readPostmasterFile } from '@parley/embedded-postgres/postmaster'
import { CHILD_ENVIRONMENT, serverArguments } from '@parley/embedded-postgres/settings'
import { detectHost } from '@parley/embedded-postgres/host'

export interface BenchPostgres extends AsyncDisposable {
  database_url: string
  /** The same database as a superuser. */
  superuser_url: string
}

/** Count what each statement touches (pg_stat_statements). */
export async function startCountingPostgres(): Promise<BenchPostgres> {
  await using stack = new AsyncDisposableStack()
  const settings = { shared_preload_libraries: 'pg_stat_statements', max_wal_size: '8GB' }
  const postgres = stack.use(await startPostgresWith(settings))
  const superuser = new pg.Client({ connectionString: postgres.superuser_url })
  await superuser.connect()
  await superuser.query('create extension pg_stat_statements')
  await superuser.end()
  const owned = stack.move()
  return { ...postgres, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Created by the launcher, started here with more settings, then taken over by the launcher, which stops it at the end. */
export async function startPostgresWith(settings: Record<string, string>): Promise<BenchPostgres> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  // When run as root, PostgreSQL runs as another user, which must be able to enter the folder.
  await chmod(folder, 0o711)
  const data_dir = join(folder, 'postgres')
  await using first = await startEmbeddedPostgres({ data_dir })
  await first.stop()
  await spawnPostgres(data_dir, settings)
  const postgres = stack.use(await startEmbeddedPostgres({ data_dir }))
  const owned = stack.move()
  return {
    database_url: postgres.connection_string,
    superuser_url: postgres.connection_string.replace('//parley@', '//postgres@'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function spawnPostgres(data_dir: string, settings: Record<string, string>): Promise<void> {
  const host = detectHost()
  const { account, cluster_dir } = await planHome(data_dir, host)
  const { postgres } = await prepareBinaries(host, account)
  const more = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(postgres, [...serverArguments(cluster_dir, true, host.memory_bytes), ...more], {
    ...(account && { uid: account.uid, gid: account.gid }),
    cwd: '/',
    detached: true,
    env: CHILD_ENVIRONMENT,
    stdio: 'ignore',
  })
  child.unref()
  const ended = once(child, 'exit').then(() => true)
  while (!(await readPostmasterFile(cluster_dir))?.is_ready) {
    if (await Promise.race([ended, delay(50, false)])) throw new Error('PostgreSQL did not start')
  }
}
