// A private PostgreSQL that counts what each statement touches (pg_stat_statements), for measurements that no clock has to be trusted in.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../server/src/database/embedded/embedded-postgres.ts'

export interface BenchPostgres extends AsyncDisposable {
  database_url: string
  /** Of the same database, for what only a superuser may. */
  superuser_url: string
}

export async function startCountingPostgres(): Promise<BenchPostgres> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  // As root the database runs as another user, who must be able to pass through.
  await chmod(folder, 0o711)
  const data_dir = join(folder, 'postgres')
  {
    await using first = await startEmbeddedPostgres({ data_dir })
    await onDatabase(asSuperuser(first.connection_string), [
      `alter system set shared_preload_libraries = 'pg_stat_statements'`,
      `alter system set max_wal_size = '8GB'`,
    ])
  }
  const postgres = stack.use(await startEmbeddedPostgres({ data_dir }))
  const superuser_url = asSuperuser(postgres.connection_string)
  await onDatabase(superuser_url, ['create extension pg_stat_statements', 'grant pg_read_all_stats to parley'])
  const owned = stack.move()
  return {
    database_url: postgres.connection_string,
    superuser_url,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const asSuperuser = (url: string) => url.replace('//parley@', '//postgres@')

async function onDatabase(url: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
