// A new database for each test file, cloned from a migrated template that is created once for each state of the migrations.
import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import { type PooledDatabase, openDatabase } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'

export interface TestDatabase extends AsyncDisposable {
  database: PooledDatabase
  connection_string: string
}

/** Contains only the schema. Disposing closes the connections and drops the database. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server_url = inject('postgres_url')
  const name = `parley_test_${randomUUID().replaceAll('-', '')}`
  await onServer(server_url, async (client) => {
    await client.query(`create database ${name} template ${await prepareTemplate(client, server_url)}`)
  })
  const connection_string = withDatabase(server_url, name)
  const database = openTestDatabase(withLongTransactions(connection_string), 10)
  return {
    database,
    connection_string,
    async [Symbol.asyncDispose]() {
      await database.pool.end()
      await onServer(server_url, (client) => dropDatabase(client, name))
    },
  }
}

/**
 * PostgreSQL ends a transaction that is idle for five seconds: its process has stopped. Not in tests, which hold transactions at points of
 * their own, and whose process has every node and may be paused with all of them.
 */
export const withLongTransactions = (connection_string: string) =>
  `${connection_string}${connection_string.includes('?') ? '&' : '?'}idle_in_transaction_session_timeout=300000`

function openTestDatabase(connection_string: string, max_connections: number): PooledDatabase {
  return openDatabase({
    connection_string,
    max_connections,
    statement_timeout_ms: 30_000,
    // Idle connections end with the database.
    onError: () => {},
  })
}

/** `with (force)` fails while an autovacuum worker is connected; a plain drop stops that worker, but nothing else. */
export async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  await client.query(`alter database ${name} allow_connections false`)
  await client.query(
    `select pg_terminate_backend(pid, 60000) from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
    [name],
  )
  await client.query(`drop database ${name}`)
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** A unique advisory lock of the test server. */
const template_lock = 7_275_099

/** The name of the template. It is renamed when complete, so that a killed run leaves no partial template. */
async function prepareTemplate(client: pg.Client, server_url: string): Promise<string> {
  const template = `parley_template_${hashMigrations()}`
  await client.query('select pg_advisory_lock($1)', [template_lock])
  try {
    const found = await client.query('select from pg_database where datname = $1', [template])
    if (found.rowCount === 1) return template
    const draft = `${template}_${randomUUID().slice(0, 8)}`
    await client.query(`create database ${draft}`)
    const database = openTestDatabase(withDatabase(server_url, draft), 2)
    try {
      await migrate(database)
    } finally {
      await database.pool.end()
    }
    await client.query(`alter database ${draft} rename to ${template}`)
    return template
  } finally {
    await client.query('select pg_advisory_unlock($1)', [template_lock])
  }
}

/** Includes the migrations' content, because a test server can outlive a run and keep an old template. */
function hashMigrations(): string {
  const folder = join(import.meta.dirname, '..', '..', 'src', 'database', 'migrations')
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)))
  return hash.digest('hex').slice(0, 12)
}

function withDatabase(url: string, name: string): string {
  // URL would lose the host in the query, which is the folder of a Unix socket.
  return url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`)
}
