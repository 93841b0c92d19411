// The database of the settings: DATABASE_URL, or the private PostgreSQL of the data folder, which may be running already.
import { join } from 'node:path'
import { type PooledDatabase, openDatabase, readConfig, startEmbeddedPostgres } from '@parley/server'

/** Does the work on the database and leaves things as they were: a PostgreSQL that ran goes on, one that did not stops. */
export async function withDatabase<T>(work: (database: PooledDatabase) => Promise<T>): Promise<T> {
  const { database_url, data_dir } = readConfig()
  await using embedded =
    database_url === undefined
      ? await startEmbeddedPostgres({ data_dir: join(data_dir, 'postgres'), mode: 'attach' })
      : null
  const database = openDatabase({
    connection_string: embedded?.connection_string ?? database_url ?? '',
    max_connections: 2,
    statement_timeout_ms: 30_000,
    // Every query reports its own failure.
    onError: () => {},
  })
  try {
    return await work(database)
  } finally {
    // The pool itself: kysely closes only one that it has used, and an open one keeps the process alive.
    await database.pool.end()
  }
}
