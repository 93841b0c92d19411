// Databases that backups are restored into, and what they are compared by.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import { makeBackup } from '../../src/backup/make-backup.ts'
import { type RestoreOptions, type RestoreReport, restoreBackup } from '../../src/backup/restore-backup.ts'
import { type PooledDatabase, openDatabase } from '../../src/database/database.ts'
import { dropDatabase } from '../support/database.ts'
import { dumpDatabase } from '../support/dump-database.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

export interface EmptyDatabase extends AsyncDisposable {
  database: PooledDatabase
  connection_string: string
}

/** Without a schema, on the server of the tests or another one. */
export async function createEmptyDatabase(server_url = inject('postgres_url'), options = ''): Promise<EmptyDatabase> {
  const server = new pg.Client({ connectionString: server_url })
  await server.connect()
  const name = `parley_test_${randomUUID().replaceAll('-', '')}`
  await server.query(`create database ${name} ${options}`)
  const connection_string = server_url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`)
  const database = openDatabase({
    connection_string,
    max_connections: 4,
    statement_timeout_ms: 30_000,
    onError: () => {},
  })
  return {
    ...{ database, connection_string },
    async [Symbol.asyncDispose]() {
      await database.pool.end()
      await dropDatabase(server, name)
      await server.end()
    },
  }
}

export interface Folder extends AsyncDisposable {
  path(name: string): string
}

export async function createFolder(): Promise<Folder> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-backup-'))
  return {
    path: (name) => join(folder, name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Whether the database has nothing of Parley. */
export async function isEmpty({ database }: Pick<EmptyDatabase, 'database'>): Promise<boolean> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*) as count from pg_class where relnamespace = 'public'::regnamespace`,
  )
  return rows[0]!.count === 0
}

export interface Source extends AsyncDisposable {
  /** It has stopped. */
  server: TestServer
  folder: Folder
  /** A backup of it. */
  file: string
  /** What only the secret key opens, and what is stored as a hash. */
  secrets: string[]
  restore(target: EmptyDatabase, more?: Partial<RestoreOptions>): Promise<RestoreReport>
}

/** An installation with a little of what there is, and texts that are difficult to write down. */
export async function startSource(): Promise<Source> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startTestServer())
  const folder = stack.use(await createFolder())
  const { client } = server
  const { agent_id } = await publishAgent(client)
  const endpoint = await client.createWebhookEndpoint({ url: 'https://receiver.invalid/hook', events: ['*'] })
  const user_id = 'Ann\t"\\.\n\u{1F600}'
  const { conversation } = await client.createConversation({ channel: 'text', user_id, agent_id })
  await client.sendConversationMessage({ conversation_id: conversation.id, text: '\\N' })
  const { token } = await client.createConversationToken({ conversation_id: conversation.id, permissions: ['read'] })
  await client.endConversation({ conversation_id: conversation.id })
  const value = `planted-${randomUUID()}`
  await client.setSecret({ name: 'PLANTED', value })
  // Its answer is kept for callers who repeat it.
  const key = await client.createOrganizationKey({
    name: 'Key',
    scopes: ['agents:read'],
    idempotency_key: randomUUID(),
  })
  const secrets = [value, endpoint.secret, key.pat_key, token, server.admin_key]
  await server.app[Symbol.asyncDispose]()
  const file = folder.path('whole.parley')
  await makeBackup({ database: server.database, file })
  const owned = stack.move()
  return {
    ...{ server, folder, file, secrets },
    restore: ({ database }, more = {}) =>
      restoreBackup({ database, file, is_paused: false, requireKey: () => {}, ...more }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Every row, in an order of its own. */
export const dump = async (of: Pick<EmptyDatabase, 'database'>) => (await dumpDatabase(of)).sort()
