// The composition root: makes one of everything, in order, and closes it in reverse. Nobody imports it but main and the tests.
import { join } from 'node:path'
import type { Logger } from 'pino'
import { type Bootstrapped, bootstrap } from './access/bootstrap.ts'
import { createConversationTokens } from './access/conversation-token.ts'
import { loadSecretKey, watchSecretKey } from './sealing/secret-key.ts'
import { createOpenId } from './access/sign-in/openid.ts'
import { createPasswords } from './access/sign-in/passwords.ts'
import { createSampleAgent } from './agents/sample.ts'
import { signInWork } from './access/sign-in/work.ts'
import { analysisWork } from './analysis/work.ts'
import { instructionsWork } from './authoring/work.ts'
import type { Config } from './config/config.ts'
import type { Services } from './calls/context.ts'
import { createEndings } from './live/local-results.ts'
import { createSignals } from './live/signals.ts'
import type { EndedTurn } from './conversations/machine/ended-turn.ts'
import { openBus } from './live/bus.ts'
import { type PooledDatabase, openDatabase } from './database/database.ts'
import { startEmbeddedPostgres } from '@parley/embedded-postgres'
import { migrate } from './database/migrate.ts'
import { openStore } from './database/store.ts'
import { createLiveTurns } from './live/live-turns.ts'
import { watchLogs } from './events/log-watch.ts'
import { createOpenStreams } from './events/open-streams.ts'
import { drainKey } from './events/operations.ts'
import { createFeeds } from './feed/feeds.ts'
import { Engine } from './engine/engine.ts'
import { createModelCatalog } from './models/catalog.ts'
import { createListings } from './engine/tools/mcp/listings.ts'
import { handlers } from './handlers.ts'
import { createHttpServer } from './http/server.ts'
import { deleteExpiredKeys } from './idempotency/run-once.ts'
import { createOutboundClient } from './outbound/client.ts'
import { createLookup } from './outbound/names.ts'
import { createGroupCommit } from './conversations/commit/group-commit.ts'
import { type Ports, systemPorts } from './base/ports.ts'
import { createSealers } from './sealing/seal.ts'
import { feedWork } from './feed/work.ts'
import { statisticsWork } from './statistics/work.ts'
import { startDeliveries } from './webhooks/deliver.ts'
import { webhooksWork } from './webhooks/work.ts'
import { adoptingWork } from './work/adopt-jobs.ts'
import { armWork, everyMinute } from './work/every-minute.ts'
import { createWork } from './work/work.ts'

export interface App extends AsyncDisposable {
  /** Where it listens, as `http://host:port`. */
  readonly url: string
  readonly bootstrapped: Bootstrapped
  readonly services: Services & { runner: Engine }
  /** The sample agent, when this start made it. */
  readonly sample_agent_id: string | null
  /** Resolves when the server can no longer serve, with the reason. */
  readonly failed: Promise<Error>
}

/** A query that takes longer is cut off. */
const statement_timeout_ms = 30_000

export async function startApp(config: Config, log: Logger, ports: Ports = systemPorts): Promise<App> {
  await using stack = new AsyncDisposableStack()
  const { connection_string, exited } = await provideDatabase(config, log, stack)
  const database = stack.use(
    openDatabase({
      connection_string,
      max_connections: config.database_connections,
      statement_timeout_ms,
      onError: (error) => log.warn({ reason: error.message }, 'an idle database connection was lost'),
    }),
  )
  await migrate(database)
  const secret_key = await loadSecretKey({ database, config, ports })
  const bootstrapped = await bootstrap({ database, config, ports, log })
  const sample_agent_id = await makeSampleAgent(database, ports, bootstrapped)
  const services = createServices(config, { database, connection_string, secret_key }, ports, log, stack)
  const url = await serve(services, log, stack)
  const { replaced } = stack.use(watchSecretKey(database, ports.clock, secret_key))
  const failed = Promise.race([exited, replaced])
  const owned = stack.move()
  return { url, bootstrapped, services, sample_agent_id, failed, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function provideDatabase(config: Config, log: Logger, stack: AsyncDisposableStack) {
  if (config.database_url !== undefined) {
    return { connection_string: config.database_url, exited: new Promise<Error>(() => {}) }
  }
  const data_dir = join(config.data_dir, 'postgres')
  const embedded = stack.use(
    await startEmbeddedPostgres({ data_dir, log: (line) => log.debug({ component: 'postgres' }, line) }),
  )
  return { connection_string: embedded.connection_string, exited: embedded.exited }
}

/** Where the first organization never had an agent: one that was deleted does not come back. */
async function makeSampleAgent(database: PooledDatabase, ports: Ports, { organization }: Bootstrapped) {
  const agent = await createSampleAgent(openStore(database, organization.id), ports)
  return agent?.agent_id ?? null
}

function createServices(
  config: Config,
  {
    database,
    connection_string,
    secret_key,
  }: { database: PooledDatabase; connection_string: string; secret_key: Buffer },
  ports: Ports,
  log: Logger,
  stack: AsyncDisposableStack,
): Services & { runner: Engine } {
  const { clock, random } = ports
  const models = stack.use(
    createModelCatalog(config.providers, {
      clock,
      random,
      onFailure: ({ error, attempt, next }) =>
        log.warn({ model: error.model, kind: error.kind, status: error.status, attempt, next }, 'model call failed'),
    }),
  )
  const connected = connectNodes({ database, connection_string }, ports, log, stack)
  const lookup = createLookup({ clock, name_servers: config.name_servers })
  const outbound = createOutboundClient({ allowed_hosts: config.allowed_private_hosts, clock, lookup })
  const parts = {
    config,
    ports,
    database,
    models,
    outbound,
    mcp_listings: createListings({ outbound, clock }),
    ...createSealers(secret_key, ports.randomBytes),
    passwords: createPasswords(ports),
    openid: createOpenId(config, { clock, lookup }),
    ...connected,
    lifecycle: { isDraining: false },
    open_streams: createOpenStreams(config.limits),
    commits: createGroupCommit(database, { ports, node_id: connected.node_id }),
  }
  const tokens = createConversationTokens(secret_key, clock)
  return { ...parts, tokens, runner: new Engine(parts, log) }
}

/** What tells this process what happens on others, and them what happens here. */
function connectNodes(
  { database, connection_string }: { database: PooledDatabase; connection_string: string },
  ports: Ports,
  log: Logger,
  stack: AsyncDisposableStack,
) {
  const { clock } = ports
  const warn = (text: string) => (error: Error) => log.warn({ reason: error.message }, text)
  const signals = createSignals(clock)
  const bus = stack.use(
    openBus({
      database,
      connection_string,
      after: clock.after,
      onReconnect: signals.notifyAll,
      onError: warn('messages between nodes may be late'),
    }),
  )
  bus.subscribe('changed', signals.notify)
  const node_id = ports.newId()
  const live = stack.use(createLiveTurns({ bus, signals, ports, node_id }))
  const onLogsLate = warn('event streams may be late')
  stack.use(watchLogs({ database, signals, clock, followed: live.followed, onError: onLogsLate }))
  const onFeedsLate = warn('changes of conversations may be shown late')
  const feeds = stack.use(createFeeds({ database, bus, signals, live, node_id, clock, onError: onFeedsLate }))
  return { signals, endings: createEndings<EndedTurn>(), bus, live, feeds, node_id }
}

/** Each minute; a node takes far fewer keys a minute than this. */
const keys_deleted_at_once = 100_000

/** Comes by itself, on one node at a time. */
function minuteWork({ config, database }: Services) {
  return [
    statisticsWork(database),
    feedWork(database),
    webhooksWork(database),
    signInWork(database, config.sign_in.idle_minutes),
    everyMinute('delete_expired_keys', async () => void (await deleteExpiredKeys(database, keys_deleted_at_once))),
    adoptingWork(database),
  ]
}

/** After the time for running turns: what they have come to is sent. */
const last_answers_ms = 2000

/** Starts what takes work in; on the way down turns and their calls end before the server closes. */
async function serve(services: ReturnType<typeof createServices>, log: Logger, stack: AsyncDisposableStack) {
  const { config, database, bus, ports, runner, lifecycle, signals } = services
  const by_minute = minuteWork(services)
  const kinds = [analysisWork(services), instructionsWork(services), ...by_minute]
  await armWork(database, by_minute)
  const work = createWork({ database, bus, ports, log, kinds })
  work.start()
  stack.defer(() => work.stop())
  const server = await createHttpServer(services, handlers, log)
  stack.defer(async () => {
    lifecycle.isDraining = true
    signals.notify(drainKey)
    const drain_ms = config.drain_seconds * 1000
    const closed = server.close(drain_ms + last_answers_ms)
    await runner.drain(drain_ms)
    signals.close()
    await closed
  })
  await runner.watch()
  const deliveries = startDeliveries(services, log)
  stack.defer(() => deliveries.stop())
  return server.listen({ host: config.host, port: config.port })
}
