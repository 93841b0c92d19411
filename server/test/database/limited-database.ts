// A database whose own limits end what takes long: DATABASE_URL can replace what connections ask for, and a pooler drops it.
import { openDatabase, type PooledDatabase } from '../../src/database/database.ts'
import { createEmptyDatabase } from '../backup/fixture.ts'

export interface LimitedDatabase extends AsyncDisposable {
  database: PooledDatabase
  /** Without the limits. */
  direct: PooledDatabase
}

/** Empty. A statement ends after `limit_ms`, and so does a transaction that nobody goes on with. */
export async function createLimitedDatabase(limit_ms: number): Promise<LimitedDatabase> {
  await using stack = new AsyncDisposableStack()
  const { database: direct, connection_string } = stack.use(await createEmptyDatabase())
  const { rows } = await direct.pool.query<{ name: string }>('select current_database() as name')
  const { name } = rows[0]!
  for (const limit of ['idle_in_transaction_session_timeout', 'statement_timeout', 'lock_timeout'])
    await direct.pool.query(`alter database ${name} set ${limit} = ${limit_ms}`)
  const database = openDatabase({
    connection_string: `${connection_string}&options=${encodeURIComponent('-c search_path=public')}`,
    ...{ max_connections: 2, statement_timeout_ms: 30_000, onError: () => {} },
  })
  stack.use(database)
  const owned = stack.move()
  return { database, direct, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
