// P8, P9: migrations, backups and restores through a pooler that gives each transaction any of its connections.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import pg from 'pg'
import { createClient } from '@parley/sdk'
import { makeBackup } from '../../src/backup/make-backup.ts'
import { restoreBackup } from '../../src/backup/restore-backup.ts'
import { contractSchema } from '../../src/contract-schema.ts'
import { type PooledDatabase, openDatabase } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'
import { type EmptyDatabase, createEmptyDatabase, createFolder, dump } from '../backup/fixture.ts'
import { createTestDatabase } from '../support/database.ts'
import { type Pooler, findPooler, startPooler } from '../support/pooler.ts'
import { publishAgent, startTestServer } from '../support/server.ts'
import { describeSchema, migrationsWith, nextRelease, removal } from './migrations-fixture.ts'

const places = 4
const program = findPooler()

describe.skipIf(program === null)('through PgBouncer', () => {
  let stack: AsyncDisposableStack
  let pooler: Pooler
  beforeAll(async () => {
    stack = new AsyncDisposableStack()
    pooler = stack.use(await startPooler(program!, inject('postgres_url'), places))
  })
  afterAll(() => stack.disposeAsync())

  async function openPooled(own: AsyncDisposableStack): Promise<EmptyDatabase & { pooled: PooledDatabase }> {
    const direct = own.use(await createEmptyDatabase())
    const client = new pg.Client({ connectionString: direct.connection_string })
    await client.connect()
    // Whatever the server of the tests does otherwise.
    await client.query(`alter database ${client.database} set synchronous_commit = on`)
    await client.end()
    const connection_string = pooler.through(direct.connection_string)
    const options = { max_connections: 2, statement_timeout_ms: 30_000, onError: () => {} }
    const pooled = own.use(openDatabase({ connection_string, ...options }))
    return { ...direct, connection_string, pooled }
  }

  /** Of each connection that the pooler has with the database, which others get next. */
  async function readSettings(connection_string: string): Promise<unknown[]> {
    const clients = await Promise.all(
      Array.from({ length: places }, async () => {
        const client = new pg.Client({ connectionString: connection_string })
        await client.connect()
        await client.query('begin')
        return client
      }),
    )
    const names = ['synchronous_commit', 'lock_timeout', 'statement_timeout', 'bytea_output', 'intervalstyle']
    const text = `select pg_backend_pid() as pid, ${names.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`
    const found = await Promise.all(
      clients.map(async (client) => (await client.query(text)).rows[0] as { pid: number }),
    )
    await Promise.all(clients.map((client) => client.end()))
    expect(new Set(found.map(({ pid }) => pid)).size).toBe(places)
    return found.map(({ pid: _pid, ...settings }) => settings)
  }

  const untouched = Array.from({ length: places }, () => ({
    ...{ synchronous_commit: 'on', lock_timeout: '0', statement_timeout: '0' },
    ...{ bytea_output: 'hex', intervalstyle: 'postgres' },
  }))

  test('P8: a schema is made, and brought up to date by several starts at once', async () => {
    await using own = new AsyncDisposableStack()
    const { pooled, connection_string } = await openPooled(own)
    await using straight = await createTestDatabase()
    await migrate(pooled)
    expect(await describeSchema(pooled.pool)).toEqual(await describeSchema(straight.database.pool))
    const next = own.use(await migrationsWith({ ...nextRelease, ...removal }))
    const ran = await Promise.all([1, 2].map(() => migrate(pooled, { folder: next.folder, pause_ms: 10 })))
    expect(ran.flat().sort()).toEqual(Object.keys(nextRelease))
    await pooled.pool.query('update backfills set ended_at = now()')
    expect(await contractSchema(pooled, { folder: next.folder })).toEqual(Object.keys(removal))
    expect(await readSettings(connection_string)).toEqual(untouched)
  })

  test('a server works, and tells times as they are', async () => {
    await using server = await startTestServer()
    await using app = await server.startAnother({
      DATABASE_URL: pooler.through(server.connection_string).replace('@/', '@localhost/'),
    })
    const client = createClient({ base_url: app.url, token: server.admin_key, retries: 0 })
    const { agent_id } = await publishAgent(client)
    const { conversation } = await client.createConversation({ channel: 'text', user_id: 'Ann', agent_id })
    await client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
    const turns = (await client.listConversationTurns({ conversation_id: conversation.id })).data
    expect(turns.map(({ outcome }) => outcome)).toEqual(['reply'])
    expect(Math.abs(Date.parse(conversation.created_at) - Date.now())).toBeLessThan(600_000)
  })

  test('P9: a backup is made and restored', async () => {
    await using own = new AsyncDisposableStack()
    const [source, target] = [await openPooled(own), await openPooled(own)]
    const folder = own.use(await createFolder())
    await migrate(source.pooled)
    await source.pooled.pool.query(
      `insert into organizations (id, name, slug) select gen_random_uuid(), n::text, 'o' || n from generate_series(1, 500) n`,
    )
    const file = folder.path('pooled.parley')
    await makeBackup({ database: source.pooled, file })
    await restoreBackup({ database: target.pooled, file, is_paused: false, requireKey: () => {} })
    expect(await dump(target)).toEqual(await dump(source))
    expect(await readSettings(source.connection_string)).toEqual(untouched)
    expect(await readSettings(target.connection_string)).toEqual(untouched)
  })
})
