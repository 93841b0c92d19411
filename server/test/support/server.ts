// The whole server in this process, with its own database and clients of the SDK.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, type ClientOptions, ApiError, createClient } from '@parley/sdk'
import { type App, startApp } from '../../src/app.ts'
import { readConfig } from '../../src/settings.ts'
import type { PooledDatabase } from '../../src/database/database.ts'
import type { Ports } from '../../src/base/ports.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createTestDatabase, withLongTransactions } from './database.ts'
import { never_busy } from './process.ts'
import { testPorts } from './ports.ts'
import { type ScriptedModel, startScriptedModel } from './scripted-model.ts'

export interface TestServer extends AsyncDisposable {
  app: App
  url: string
  admin_key: string
  organization_id: string
  /** Direct access to the same database. */
  database: PooledDatabase
  /** The connection string of that database, without any proxy. */
  connection_string: string
  /** Answers every agent that names no model. */
  model: ScriptedModel
  /** Every line of the log. */
  log: string[]
  /** Authenticated as the first organization's admin. */
  client: Client
  /** Authenticated as someone else; by default as the admin. */
  as(options: Partial<ClientOptions>): Client
  /** A second node in this process with the same database. */
  startAnother(environment?: Record<string, string>, options?: NodeOptions): Promise<App>
  /** Stops the server and starts it again with the same data. */
  restart(): Promise<void>
}

/** A build of the web widget that says what it was given and does nothing. */
const test_widget = join(import.meta.dirname, '..', 'fixtures', 'widget')

/** Options of one node. */
export interface NodeOptions {
  /** Ports that replace those of the system. */
  ports?: Partial<Ports>
  /** Maps the database's connection string to the one that the server uses. */
  connectThrough?: (connection_string: string) => string
  /** Of the built web widget. */
  widget_folder?: string
  /** For auto-brand: where the first page of a domain is. */
  first_pages?: (domain: string) => string[]
}

export async function startTestServer(
  environment: Record<string, string> = {},
  options: NodeOptions = {},
): Promise<TestServer> {
  await using stack = new AsyncDisposableStack()
  const { database, connection_string } = stack.use(await createTestDatabase())
  const model = stack.use(await startScriptedModel())
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-data-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const log: string[] = []
  const start = (
    more: Record<string, string> = {},
    { connectThrough, ports, widget_folder, first_pages }: NodeOptions = options,
  ) =>
    startApp(
      readConfig({
        PORT: '0',
        DATABASE_URL: withLongTransactions(connectThrough?.(connection_string) ?? connection_string),
        PARLEY_DATA_DIR: data_dir,
        PARLEY_DATABASE_CONNECTIONS: '10',
        PARLEY_RATE_LIMIT_PER_MINUTE: '0',
        ...never_busy,
        PARLEY_LIMIT_WIDGET_REQUESTS_OF_ADDRESS_PER_MINUTE: '0',
        PARLEY_DEFAULT_MODEL: 'openai/scripted',
        OPENAI_BASE_URL: model.base_url,
        ...environment,
        ...more,
      }),
      createLog('debug', { write: (line: string) => void log.push(line) }),
      { ...testPorts, ...ports },
      { widget_folder: widget_folder ?? test_widget, first_pages },
    )
  let app = await start()
  stack.defer(() => app[Symbol.asyncDispose]())
  const admin_key = app.bootstrapped.admin_key!
  const as = (options: Partial<ClientOptions>) =>
    createClient({ base_url: app.url, token: admin_key, retries: 0, timeout_ms: 0, stream_patience_ms: 0, ...options })
  const owned = stack.move()
  return {
    get app() {
      return app
    },
    get url() {
      return app.url
    },
    admin_key,
    organization_id: app.bootstrapped.organization.id,
    database,
    connection_string,
    model,
    log,
    get client() {
      return as({})
    },
    as,
    startAnother: start,
    async restart() {
      await app[Symbol.asyncDispose]()
      app = await start()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** As a client that sends no idempotency keys. */
export const withoutKey: typeof fetch = (address, init) => {
  const headers = new Headers(init?.headers)
  headers.delete('idempotency-key')
  return fetch(address, { ...init, headers })
}

/** The error that a call must end with. */
export async function refusal(call: Promise<unknown>): Promise<ApiError> {
  try {
    await call
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('the call was not refused')
}

/** A published agent. By default it sends no greeting and writes no analysis. */
export async function publishAgent(
  client: Client,
  config: object = {},
): Promise<{ agent_id: string; version_id: string }> {
  const { agent_id } = await client.createAgent({ name: 'Agent' })
  const { id, version } = await client.createAgentVersion({
    agent_id,
    config: { instructions: 'Be brief.', analysis: { summary: { enabled: false } }, ...config },
  })
  await client.publishAgentVersion({ agent_id, version: String(version) })
  return { agent_id, version_id: id }
}
