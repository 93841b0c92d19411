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
import type { Room } from './calls/room.ts'
import { createInvoke } from './calls/invoke.ts'
import { createWorkShares } from './calls/work-shares.ts'
import { createSignals } from './live/signals.ts'
import { openBus } from './live/bus.ts'
import { type PooledDatabase, countSharedPlaces, openDatabase } from './database/database.ts'
import { type ProvidedDatabase, provideDatabase } from './provide-database.ts'
import { prepareSchema } from './database/schema.ts'
import { type RootStore, type TransactionStore, openStore } from './database/store.ts'
import { prepareSampleDataset } from './knowledge/sample.ts'
import { replaceLastNode } from './last-node.ts'
import { type PresenceOptions, createPresence } from './live/presence.ts'
import { createLiveTurns } from './live/live-turns.ts'
import { changeKey, changed, drainKey } from './live/shared.ts'
import { listenForMetrics } from './http/metrics-listener.ts'
import { createHttpServer, isForDevelopment } from './http/server.ts'
import { createKeyQueue } from './idempotency/key-queue.ts'
import type { Live } from './live/live.ts'
import { deleteExpiredKeys } from './idempotency/run-once.ts'
import { createOutboundClient } from './outbound/client.ts'
import { createLookup } from './outbound/names.ts'
import { type Metrics, createMetrics, noMetrics } from './telemetry/metrics.ts'
import { type Rooms, createRooms, operationsOf, resourcesOf } from './rooms.ts'
import { type Ports, systemPorts } from './base/ports.ts'
import { repairJsonParse } from './base/read-json.ts'
import { createSealers } from './sealing/seal.ts'
import { DatabaseTooOld } from './start-faults.ts'
import { adoptingWork } from './work/adopt-jobs.ts'
import { everyMinute } from './work/every-minute.ts'
import { oldest_work, readOldestWork } from './work/oldest-work.ts'
import { stuckWork } from './work/watch-stuck.ts'
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
}

export async function startApp(
  config: Config,
  log: Logger,
  ports: Ports = systemPorts,
  { provided = provideDatabase(config, log).ready, has_samples = false, widget_folder, first_pages }: StartOptions = {},
): Promise<App> {
  repairJsonParse()
  await using stack = new AsyncDisposableStack()
  const { connection_string, exited } = stack.use(await provided)
  const database = stack.use(
    openDatabase({
      connection_string,
      max_connections: config.database_connections,
      statement_timeout_ms,
      onError: (error) => log.warn({ reason: error.message }, 'lost an idle database connection'),
    }),
  )
  await requireVersion(database)
  await prepareSchema(database)
  const secret_key = await loadSecretKey({ database, config, ports })
  const bootstrapped = await bootstrap({ database, config, ports, log })
  const is_private = config.database_url === undefined
  const node_id = ports.newId()
  const predecessor = await replaceLastNode(config.data_dir, node_id, log)
  const live = connectNodes({ database, connection_string, is_private, node_id, predecessor }, ports, log, stack)
  const blobs = stack.use(createBlobs({ config, ports, log }))
  await requireStores(database, blobs)
  const { metrics, metrics_url } = await provideMetrics(config, log, ports, stack)
  const { core, rooms } = createCore({
    ...{ config, ports, log, metrics, database, live, blobs },
    secret_key,
    widget_folder,
    first_pages,
  })
  const sample_agent_id = await makeSampleAgent(core, rooms, bootstrapped, has_samples)
  const url = await serve(core, rooms, stack)
  const { replaced } = stack.use(watchSecretKey(database, ports.clock, secret_key))
  const failed = Promise.race([exited, replaced])
  const owned = stack.move()
  return {
    ...{ url, metrics_url, bootstrapped, core, rooms, sample_agent_id, failed },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const oldest_version = 150_000

async function requireVersion({ pool }: PooledDatabase): Promise<void> {
  const { rows } = await pool.query<{ number: number; version: string }>(
    `select current_setting('server_version_num')::integer as number, current_setting('server_version') as version`,
  )
  const { number, version } = rows[0]!
  if (number < oldest_version) throw new DatabaseTooOld(version)
}

async function provideMetrics(
  { metrics_port: port, metrics_token: token }: Config,
  log: Logger,
  { clock }: Ports,
  stack: AsyncDisposableStack,
): Promise<{ metrics: Metrics; metrics_url: string | null }> {
  if (port === undefined) return { metrics: noMetrics, metrics_url: null }
  const onError = (error: Error) => log.warn({ err: error }, 'could not read metrics')
  const metrics = await createMetrics({ clock, onError })
  const { url } = stack.use(await listenForMetrics({ metrics, port, token, onError }))
  log.info({ url }, 'metrics can be read')
  return { metrics, metrics_url: url }
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

interface CoreParts extends Pick<Core, 'config' | 'ports' | 'log' | 'metrics' | 'live' | 'blobs'> {
  database: PooledDatabase
  secret_key: Buffer
  widget_folder: string | undefined
  first_pages: FirstPages | undefined
}

function createCore({
  secret_key,
  widget_folder,
  first_pages,
  live,
  ...parts
}: CoreParts & { live: Live & { node_id: string } }) {
  const { config, ports, database } = parts
  const { clock, randomBytes } = ports
  const lookup = createLookup({ clock, name_servers: config.name_servers })
  const core: Core = {
    ...parts,
    live,
    outbound: createOutboundClient({ allowed_hosts: config.allowed_private_hosts, clock, lookup }),
    sealers: createSealers(secret_key, randomBytes),
    invoke: (...call) => invoke(...call),
    node: { id: live.node_id, isDraining: false },
  }
  const rooms = createRooms(core, { secret_key, lookup, widget_folder, first_pages })
  const invoke = createInvoke({
    core,
    handlers: operationsOf(rooms),
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
async function serve(core: Core, rooms: Rooms, stack: AsyncDisposableStack) {
  const { config, live, node } = core
  for (const room of Object.values<Room>(rooms)) {
    const running = await room.start?.()
    if (running) stack.use(running)
  }
  const kinds = kindsOfWork(core, rooms)
  const names = kinds.map(({ name }) => name)
  core.metrics.watch(oldest_work, () => readOldestWork(core.database, names))
  const work = createWork({ ...core, kinds })
  await work.start()
  stack.defer(() => work.stop())
  live.presence.start()
  const { checkVisitor, embeds } = rooms.web_widgets
  const server = await createHttpServer(core, { ...rooms.access, resources: resourcesOf(rooms), checkVisitor, embeds })
  stack.defer(async () => {
    node.isDraining = true
    live.signals.notify(drainKey)
    const drain_ms = config.drain_seconds * 1000
    const closed = server.close(drain_ms + last_answers_ms)
    await rooms.engine.engine.drain(drain_ms)
    live.signals.close()
    await closed
  })
  return server.listen({ host: config.host, port: config.port })
}

function kindsOfWork({ database, log, ports, blobs }: Core, rooms: Rooms) {
  return [
    ...Object.values<Room>(rooms).flatMap(({ work = [] }) => work),
    ...blobWork({ database, stores: blobs.stores, ports }),
    everyMinute('delete_expired_keys', async () => void (await deleteExpiredKeys(database, keys_deleted_at_once))),
    adoptingWork(database),
    stuckWork(database, ports.clock, log),
  ]
}
