// Migrations run one after another, however long they take.
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { type PooledDatabase, openDatabase } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'

/** A new database without a schema, for one or several nodes. */
async function withEmptyDatabase(
  nodes: number,
  use: (databases: PooledDatabase[], client: pg.Client) => Promise<void>,
): Promise<void> {
  const server = new pg.Client({ connectionString: inject('postgres_url') })
  await server.connect()
  const name = `parley_test_${randomUUID().replaceAll('-', '')}`
  await server.query(`create database ${name}`)
  const connection_string = inject('postgres_url').replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`)
  const limits = { max_connections: 2, statement_timeout_ms: 1 }
  const databases = Array.from({ length: nodes }, () =>
    openDatabase({ connection_string, ...limits, onError: () => {} }),
  )
  const client = new pg.Client({ connectionString: connection_string })
  await client.connect()
  try {
    await use(databases, client)
  } finally {
    await client.end()
    await Promise.all(databases.map((database) => database.pool.end()))
    await server.query(`drop database ${name}`)
    await server.end()
  }
}

const recorded = 'select name, xmin::text as transaction from kysely_migration order by name'

test('a migration may take longer than a statement', () =>
  withEmptyDatabase(1, async ([database], client) => {
    await migrate(database!)
    const { rows } = await client.query(recorded)
    expect(rows.map((row) => row.name)).toContain('017-search-indexes-replaced')
  }))

test('each migration is a separate transaction, whichever of several starting nodes runs it', () =>
  withEmptyDatabase(2, async (databases, client) => {
    await Promise.all(databases.map((database) => migrate(database)))
    const { rows } = await client.query(recorded)
    expect(rows.length).toBeGreaterThan(10)
    expect(new Set(rows.map((row) => row.transaction)).size).toBe(rows.length)
  }))

test('conversations from before timers get one, if they are active', () =>
  withEmptyDatabase(1, async ([database], client) => {
    // Up to the migration that adds timers.
    await client.query('create function start_conversation_timer() returns integer language sql as $$ select 1 $$')
    await expect(migrate(database!)).rejects.toThrow('already exists')
    await client.query('drop function start_conversation_timer()')
    await client.query(
      `with organization as (
         insert into organizations (id, name, slug) values (gen_random_uuid(), 'O', 'o') returning id
       )
       insert into conversations (id, organization_id, direction, channel, status, user_id, created_at, ended_at)
       select gen_random_uuid(), id, 'inbound', channel, status, 'u', now() - n * interval '1 minute', ended_at
       from organization, (values (1, 'text', 'in_progress', null), (2, 'telephone', 'ringing', null),
         (3, 'text', 'completed', now())) c (n, channel, status, ended_at)`,
    )
    await migrate(database!)
    const timers = `select c.status from work_arrivals w join conversations c on c.id::text = w.subject and c.id::text = w.owner
      and c.organization_id = w.organization_id where w.kind = 'conversation_timer' order by c.status`
    expect((await client.query(timers)).rows).toEqual([{ status: 'in_progress' }, { status: 'ringing' }])
  }))

test('a failing migration is reported, and earlier ones stay committed', () =>
  withEmptyDatabase(1, async ([database], client) => {
    await client.query('create table idempotency_keys ()')
    await expect(migrate(database!)).rejects.toThrow('already exists')
    const { rows } = await client.query(recorded)
    expect(rows.map((row) => row.name)).toEqual(['001-foundation'])
  }))
