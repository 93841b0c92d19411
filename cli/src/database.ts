// Opens the configured database: DATABASE_URL, or the private PostgreSQL of the data folder, which can already be running.
import { join } from 'node:path'
import { type PooledDatabase, openDatabase, readConfig, startEmbeddedPostgres } from '@parley/server'

/** Runs `work` on the database, then restores the state before: a PostgreSQL that was running keeps running, others stop. */
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
    // Each query reports its own failure.
    onError: () => {},
  })
  try {
    return await work(database)
  } finally {
    // End the pool itself: kysely only closes a pool that it used, and an open pool keeps the process alive.
    await database.pool.end()
  }
}
