// The schema is brought up to date however long that takes.
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { openDatabase } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'

test('a migration may take longer than a statement', async () => {
  const server = new pg.Client({ connectionString: inject('postgres_url') })
  await server.connect()
  const name = `parley_test_${randomUUID().replaceAll('-', '')}`
  await server.query(`create database ${name}`)
  const connection_string = inject('postgres_url').replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`)
  const limits = { max_connections: 2, statement_timeout_ms: 1 }
  const database = openDatabase({ connection_string, ...limits, onError: () => {} })
  try {
    await migrate(database)
    const client = new pg.Client({ connectionString: connection_string })
    await client.connect()
    const { rows } = await client.query('select name from kysely_migration order by name')
    expect(rows.map((row) => row.name)).toContain('016-search-by-organization')
    await client.end()
  } finally {
    await database.pool.end()
    await server.query(`drop database ${name}`)
    await server.end()
  }
})
