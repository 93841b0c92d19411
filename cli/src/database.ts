// Opens the configured database: DATABASE_URL, or the private PostgreSQL of the data folder, which can already be running.
import { join } from 'node:path'
import { type PooledDatabase, openDatabase, readConfig, startEmbeddedPostgres } from '@parley/server'

/** Runs `work` on the database, then restores the state before: a PostgreSQL that was running keeps running, others stop. */
export async function withDatabase<T>(
  work: (database: PooledDatabase, connection_string: string) => Promise<T>,
): Promise<T> {
  const { database_url, data_dir } = readConfig()
  await using embedded =
    database_url === undefined
      ? await startEmbeddedPostgres({ data_dir: join(data_dir, 'postgres'), mode: 'attach' })
      : null
  const connection_string = embedded?.connection_string ?? database_url ?? ''
  const database = openDatabase({
    connection_string,
    max_connections: 2,
    statement_timeout_ms: 30_000,
    // Each query reports its own failure.
    onError: () => {},
  })
  try {
    return await work(database, connection_string)
  } finally {
    // An open pool keeps the process alive.
    await database.pool.end()
  }
}
