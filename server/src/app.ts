// The composition root: creates one of everything in order, and closes it in reverse. Only main and the tests import it.
import type { Logger } from 'pino'
import { type Bootstrapped, bootstrap } from './access/bootstrap.ts'
import { loadSecretKey, watchSecretKey } from './sealing/secret-key.ts'
import { type SampleAdditions, createSampleAgent, findSampleAgent, hasHadAgents } from './agents/sample.ts'
import { createBlobs } from './blobs/blobs.ts'
import { requireStores } from './blobs/require-stores.ts'
import { blobWork } from './blobs/work.ts'
import type { Config } from './config/config.ts'
import type { Core } from './calls/core.ts'
import { analysis_work, cancelOpenTurns } from './conversations/conversations.ts'
import type { Room } from './calls/room.ts'
import { createBudgetGate } from './budgets/gate.ts'
import { createLoad } from './calls/load.ts'
import { createRefusals } from './audit/refusals.ts'
import { createPieces } from './calls/pieces.ts'
import { createInvoke } from './calls/invoke.ts'
import { createWorkShares } from './calls/work-shares.ts'
import { createSignals } from './live/signals.ts'
import { openBus } from './live/bus.ts'
import { type PooledDatabase, countSharedPlaces, openDatabase } from './database/database.ts'
import { type ProvidedDatabase, provideDatabase } from './provide-database.ts'
import { listMigrations } from './database/migration-files.ts'
import { readMigrationState } from './database/schema.ts'
import { type RootStore, type TransactionStore, openStore } from './database/store.ts'
import { type Waits, createWaits } from './database/waits.ts'
import { prepareSampleDataset } from './knowledge/sample.ts'
import { replaceLastNode } from './last-node.ts'
import { type PresenceOptions, createPresence } from './live/presence.ts'
import { createLiveTurns } from './live/live-turns.ts'
import { changeKey, changed, drainKey } from './live/shared.ts'
import type { MigrationGate } from './http/migration-gate.ts'
import { createMcpMount } from './mcp/mcp.ts'
import { mcpSettings } from './mcp/settings.ts'
import { createHttpServer, isForDevelopment } from './http/server.ts'
import { createKeyQueue } from './idempotency/key-queue.ts'
import type { Live } from './live/live.ts'
import { deleteExpiredKeys } from './idempotency/run-once.ts'
import { createOutboundClient } from './outbound/client.ts'
import { createLookup } from './outbound/names.ts'
import { provideTelemetry } from './provide-telemetry.ts'
import { type Rooms, createRooms, operationsOf, resourcesOf } from './rooms.ts'
import { type Ports, systemPorts } from './base/ports.ts'
import { queue_gauges, readQueues } from './shared-queues.ts'
import { pool_wait_seconds, share_wait_seconds, showProcess } from './process-metrics.ts'
import { repairJsonParse } from './base/read-json.ts'
import { createSealers } from './sealing/seal.ts'
import { DatabaseTooOld, SettingsDropped } from './start-faults.ts'
import { adoptingWork } from './work/adopt-jobs.ts'
import { backfillWork } from './work/backfills.ts'
import { everyMinute } from './work/every-minute.ts'
import { stuckWork } from './work/watch-stuck.ts'
import { putOffWork } from './work/queries.ts'
import { createUsage } from './usage/usage.ts'
import { createWork } from './work/work.ts'
import { type FirstPages, createSampleWidget } from './web-widgets/web-widgets.ts'

export interface App extends AsyncDisposable {
  /** The address of the server, as `http://host:port`. */
  readonly url: string
  /** Where metrics are read, if they have a port. */
  readonly metrics_url: string | null
  readonly bootstrapped: Bootstrapped
  readonly core: Core
  readonly rooms: Rooms
  /** The sample agent, if this start created it, or shows its key again. */
  readonly sample_agent_id: string | null
  /** Resolves with the reason when the server can no longer serve. */
  readonly failed: Promise<Error>
}

/** A query that takes longer is cancelled. */
const statement_timeout_ms = 30_000

export interface StartOptions {
  /** The database of the settings, if its start has begun before. It ends with the app. */
  provided?: Promise<ProvidedDatabase>
  /**
   * Whether the sample agent of a first start has a dataset, which this server then prepares in the background, and for development a web
   * widget.
   */
  has_samples?: boolean
  /** Where the built web widget is, if not where the build puts it. */
  widget_folder?: string | undefined
  /** Where the first page of a domain is, if not at its standard addresses. */
  first_pages?: FirstPages | undefined
  /** Ends a start that is migrating the database. */
  stop?: AbortSignal
}

export async function startApp(
  config: Config,
  log: Logger,
  ports: Ports = systemPorts,
  {
    provided = provideDatabase(config, log).ready,
    has_samples = false,
    widget_folder,
    first_pages,
    stop,
  }: StartOptions = {},
): Promise<App> {
  repairJsonParse()
  await using stack = new AsyncDisposableStack()
  const { connection_string, exited } = stack.use(await provided)
  const node_id = ports.newId()
  const { metrics, metrics_url, traces } = await provideTelemetry({ config, log, ports, node_id }, stack)
  const waits = createWaits(ports.clock, {
    onConnected: (ms) => metrics.observe(pool_wait_seconds, {}, ms / 1000),
    onShared: (ms) => metrics.observe(share_wait_seconds, {}, ms / 1000),
  })
  const database = stack.use(
    openDatabase({
      connection_string,
      max_connections: config.database_connections,
      statement_timeout_ms,
      onError: (error) => log.warn({ reason: error.message }, 'lost an idle database connection'),
      waits,
    }),
  )
  showProcess(metrics, database)
  await requireUsable(database)
  const gate = await prepareSchema(database, config, ports, log, stop)
  if (gate) stack.use(gate)
  const { secret_key, paused_at } = await loadSecretKey({ database, config, ports })
  const bootstrapped = await bootstrap({ database, config, ports, log })
  const is_private = config.database_url === undefined
  const predecessor = await replaceLastNode(config.data_dir, node_id, log)
  const migrations = await listMigrations()
  const { onEnter, outdated } = watchRemovals(migrations)
  const node = { database, connection_string, is_private, node_id, predecessor, onEnter }
  const live = connectNodes(node, ports, log, stack)
  const blobs = stack.use(createBlobs({ config, ports, log }))
  await requireStores(database, blobs)
  const { core, rooms } = createCore({
    ...{ config, ports, log, metrics, traces, database, waits, live, blobs },
    secret_key,
    widget_folder,
    first_pages,
  })
  stack.use(core.refusals)
  if (paused_at !== null) await settleCopy(core, rooms, paused_at)
  const sample_agent_id = await makeSampleAgent(core, rooms, bootstrapped, has_samples)
  const url = await serve(core, rooms, stack, { gate, migrations })
  stack.use(core.load.start())
  const { replaced } = stack.use(watchSecretKey(database, ports.clock, secret_key))
  const failed = Promise.race([exited, replaced, outdated])
  const owned = stack.move()
  return {
    ...{ url, metrics_url, bootstrapped, core, rooms, sample_agent_id, failed },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const oldest_version = 150_000
const names_of_utc = ['UTC', 'Etc/UTC', 'GMT']

interface Session {
  number: number
  version: string
  time_zone: string
  date_style: string
}

async function requireUsable({ pool }: PooledDatabase): Promise<void> {
  const { rows } = await pool.query<Session>(
    `select current_setting('server_version_num')::integer as number, current_setting('server_version') as version,
       current_setting('TimeZone') as time_zone, current_setting('DateStyle') as date_style`,
  )
  const { number, version, time_zone, date_style } = rows[0]!
  if (number < oldest_version) throw new DatabaseTooOld(version)
  // Times are read as text of this form.
  const isAsAsked = names_of_utc.includes(time_zone) && date_style.startsWith('ISO')
  if (!isAsAsked) throw new SettingsDropped(time_zone, date_style)
}

/**
 * Resolves once the schema is that of this version: one query finds out, and the migrations are only loaded otherwise. What it returns
 * answers on the server's port meanwhile, until the server listens there itself.
 */
async function prepareSchema(
  database: PooledDatabase,
  { host, port, sign_in, sites }: Config,
  { newId }: Ports,
  log: Logger,
  signal: AbortSignal | undefined,
): Promise<MigrationGate | null> {
  const { pending } = await readMigrationState(database)
  if (pending.length === 0) return null
  const [{ openMigrationGate }, { migrate }] = await Promise.all([
    import('./http/migration-gate.ts'),
    import('./database/migrate.ts'),
  ])
  const gate = await openMigrationGate({
    host,
    port,
    ...{ public_url: sign_in.public_url, cors_origins: sites.cors_origins },
    newId,
  })
  try {
    log.info({ pending: pending.length }, 'bringing the database up to date')
    await migrate(database, { log, ...(signal ? { signal } : {}) })
    return gate
  } catch (error) {
    await gate[Symbol.asyncDispose]()
    throw error
  }
}

/** Before anything is carried out in a copy that contacts nobody. */
async function settleCopy({ database, log }: Core, { conversations }: Rooms, paused_at: string): Promise<void> {
  const cancelled = await cancelOpenTurns(conversations.conversations, paused_at)
  // Also what their ends have added.
  if (cancelled > 0) await putOffWork(database)
  log.warn({ paused_at, cancelled_turns: cancelled }, 'a paused copy: what waited in the original is not done here')
}

/** Resolves with the reason when the schema has lost something that this version may use. */
function watchRemovals(migrations: readonly string[]) {
  const { promise: outdated, resolve } = Promise.withResolvers<Error>()
  const known = new Set(migrations)
  const onEnter = (removals: string[]) => {
    const unknown = removals.find((name) => !known.has(name))
    if (unknown) resolve(new Error(`a newer Parley has removed what this one uses (${unknown}); start the newer one`))
  }
  return { onEnter, outdated }
}

/** Only if the first organization never had an agent, so that a deleted one does not come back. */
async function makeSampleAgent(
  core: Core,
  rooms: Rooms,
  { organization, admin_key }: Bootstrapped,
  has_samples: boolean,
) {
  const store = openStore(core.database, organization.id)
  const agent = await createWithSamples(core, rooms, store, has_samples && !(await hasHadAgents(store)))
  // A key that nobody has used yet is shown again, and so is the agent.
  return agent?.agent_id ?? (admin_key === null ? null : await findSampleAgent(store))
}

/** Without the dataset, if that cannot be made: the server starts all the same. */
async function createWithSamples(core: Core, rooms: Rooms, store: RootStore, has_samples: boolean) {
  if (!has_samples) return createSampleAgent(store, core.ports)
  const { config, ports } = core
  const widget: SampleAdditions = isForDevelopment(config)
    ? { after: (tx, agent) => createSampleWidget(tx, ports, agent) }
    : {}
  try {
    const addDataset = await prepareSampleDataset(core, rooms.knowledge.knowledge, store)
    const before = async (tx: TransactionStore) => ({
      knowledge_bases: [{ dataset_id: await addDataset(tx), top_n: 3 }],
      retrieval: { citations: true },
    })
    return await createSampleAgent(store, ports, { before, ...widget })
  } catch (error) {
    core.log.warn({ err: error }, 'could not make the dataset of the sample agent')
    return createSampleAgent(store, ports, widget)
  }
}

interface CoreParts extends Pick<Core, 'config' | 'ports' | 'log' | 'metrics' | 'traces' | 'live' | 'blobs'> {
  database: PooledDatabase
  waits: Waits
  secret_key: Buffer
  widget_folder: string | undefined
  first_pages: FirstPages | undefined
}

function createCore({
  secret_key,
  widget_folder,
  first_pages,
  live,
  waits,
  ...parts
}: CoreParts & { live: Live & { node_id: string } }) {
  const { config, ports, database } = parts
  const { clock, randomBytes } = ports
  const lookup = createLookup({ clock, name_servers: config.name_servers })
  const load = createLoad({ ...parts, limits: config.limits, waits })
  const budgets = createBudgetGate({ ...parts, bus: live.bus, clock })
  const core: Core = {
    ...parts,
    live,
    refusals: createRefusals(parts),
    outbound: createOutboundClient({
      ...{ allowed_hosts: config.allowed_private_hosts, clock, lookup },
      traceparentFor: parts.traces.traceparentFor,
    }),
    sealers: createSealers(secret_key, randomBytes),
    invoke: (...call) => invoke(...call),
    node: { id: live.node_id, isDraining: false },
    load,
    usage: createUsage({
      ...parts,
      ...{ node_id: live.node_id, presence: live.presence },
      forbid: (spender) => budgets.require(spender),
    }),
    pieces: createPieces({ clock, hasOthers: load.hasOthers }),
    budgets,
  }
  const rooms = createRooms(core, { secret_key, lookup, widget_folder, first_pages })
  const invoke = createInvoke({
    core,
    handlers: operationsOf(rooms),
    auditing: rooms.access.auditing,
    key_queue: createKeyQueue(clock),
    work_shares: createWorkShares(clock, countSharedPlaces(config.database_connections)),
  })
  return { core, rooms, database }
}

/** Connects this process with other nodes for live information. */
function connectNodes(
  { connection_string, ...options }: Omit<PresenceOptions, 'clock' | 'log'> & { connection_string: string },
  ports: Ports,
  log: Logger,
  stack: AsyncDisposableStack,
): Live & { node_id: string } {
  const { clock } = ports
  const { database, node_id } = options
  const presence = createPresence({ ...options, clock, log })
  const signals = createSignals(clock)
  const bus = stack.use(
    openBus({
      database,
      connection_string,
      after: clock.after,
      onConnect: (session) => presence.enter(session),
      onReconnect: signals.notifyAll,
      onError: (error) => log.warn({ reason: error.message }, 'messages between nodes may be delayed'),
    }),
  )
  bus.subscribe(changed, (id) => signals.notify(changeKey(id)))
  stack.use(presence)
  const turns = stack.use(createLiveTurns({ bus, signals, ports, node_id }))
  return { bus, signals, turns, presence, node_id }
}

/** Per minute; a node binds far fewer keys in a minute. */
const keys_deleted_at_once = 100_000

/** Time for sending the last responses after running turns have ended. */
const last_answers_ms = 2000

/** Starts everything that accepts work. During shutdown, turns and their calls end before the server closes. */
async function serve(
  core: Core,
  rooms: Rooms,
  stack: AsyncDisposableStack,
  { gate, migrations }: { gate: MigrationGate | null; migrations: string[] },
) {
  const { config, live, node } = core
  stack.use(await core.budgets.start())
  for (const room of Object.values<Room>(rooms)) {
    const running = await room.start?.()
    if (running) stack.use(running)
  }
  const kinds = kindsOfWork(core, rooms, migrations)
  const names = kinds.map(({ name }) => name)
  core.metrics.watch(queue_gauges, () => readQueues(core.database, names, analysis_work))
  const work = createWork({ ...core, kinds })
  await work.start()
  stack.defer(() => work.stop())
  live.presence.start()
  const { checkVisitor, embeds } = rooms.web_widgets
  const mounts = [createMcpMount(config.of(mcpSettings))]
  const resources = resourcesOf(rooms)
  const server = await createHttpServer(core, { ...rooms.access, resources, checkVisitor, embeds, mounts })
  stack.defer(async () => {
    node.isDraining = true
    live.signals.notify(drainKey)
    const drain_ms = config.drain_seconds * 1000
    const closed = server.close(drain_ms + last_answers_ms)
    await rooms.engine.engine.drain(drain_ms)
    live.signals.close()
    await closed
  })
  await gate?.[Symbol.asyncDispose]()
  return server.listen({ host: config.host, port: gate?.port ?? config.port })
}

function kindsOfWork({ database, log, ports, blobs, usage }: Core, rooms: Rooms, migrations: string[]) {
  return [
    ...Object.values<Room>(rooms).flatMap(({ work = [] }) => work),
    ...blobWork({ database, stores: blobs.stores, ports }),
    everyMinute('delete_expired_keys', async () => void (await deleteExpiredKeys(database, keys_deleted_at_once))),
    adoptingWork(database),
    ...usage.work,
    ...backfillWork({ database, ports }, migrations),
    stuckWork(database, ports.clock, log),
  ]
}
