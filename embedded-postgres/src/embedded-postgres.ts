// Runs Parley's private PostgreSQL: starts it or takes over a running one, owns its data, and stops it.
import { prepareBinaries } from './binaries.ts'
import { createCluster, inspectCluster, refuseForeignCluster, removeUnfinished } from './cluster.ts'
import { type EmbeddedPostgresError, explainFileError } from './faults.ts'
import { planHome, settleHome, type Home } from './home.ts'
import { joinServer, type Joined } from './join-server.ts'
import { chooseSocketRoute, connectionString } from './placement.ts'
import { RunningPostgres } from './running-postgres.ts'
import { openServerLog } from './server-log.ts'
import { APPLICATION_DATABASE, APPLICATION_ROLE } from './settings.ts'
import { openRoute } from './socket-link.ts'
import { detectHost, type Host } from './host.ts'

export interface EmbeddedPostgres extends AsyncDisposable {
  /** For `pg` and libpq: socket, role and database. The role owns the database and can create others; it is no superuser. */
  readonly connection_string: string
  /** The server was already running: its Parley process was killed or, with `attach`, another one owns it. */
  readonly adopted: boolean
  /** Resolves with the reason if the server is lost without `stop`; otherwise stays pending. Never rejects. */
  readonly exited: Promise<EmbeddedPostgresError>
  /** Stops the server, unless another process owns it. Further calls wait for the same end. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** A folder used only by the launcher; created if missing. */
  data_dir: string
  /** Receives messages for the operator, one line at a time. The server's own log is a file beside the data. */
  log?: (line: string) => void
  /**
   * `own` (default): only this process uses the data, and the server ends with it.
   * `attach`: use a running server, regardless of its owner, and leave it running; if none is running, start it as `own`.
   */
  mode?: 'own' | 'attach'
  /**
   * Called once when a program of PostgreSQL runs, or a running server was found: until then, whatever keeps this process busy delays the
   * start.
   */
  onLaunch?: () => void
  /** Default: true. If false, a new server does not wait for the disk, and a crash of the machine can lose all data. */
  durable?: boolean
}

/**
 * Starts PostgreSQL on the data folder. Throws `EmbeddedPostgresError` with the fault `in_use`, `other_version`,
 * `folder_unusable`, `binaries_unusable` or `start_failed`. If this process is killed, the server keeps running and the next
 * start takes it over.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
  host: Host = detectHost(),
): Promise<EmbeddedPostgres> {
  try {
    return await start(options, host)
  } catch (error) {
    throw explainFileError(error)
  }
}

async function start(options: EmbeddedPostgresOptions, host: Host): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {})
  const plan = await planHome(options.data_dir, host)
  const binaries = await prepareBinaries(host, plan.account)
  refuseForeignCluster(plan.cluster_dir, await inspectCluster(plan.cluster_dir, binaries.major), binaries.major)
  const home = await settleHome(plan, host.system_dir)
  if (home.dir !== plan.data_dir) log(`the database of ${plan.data_dir} is in ${home.dir}`)
  await removeUnfinished(home.dir)
  const { onLaunch = () => {} } = options
  if ((await inspectCluster(home.cluster_dir, binaries.major)).kind === 'absent')
    await createCluster(home, binaries, onLaunch)
  const route = chooseSocketRoute(home.cluster_dir, host.temporary_dirs, host.effective_uid)
  const socket_host = await openRoute(route, home.cluster_dir)
  const server_log = await openServerLog(home)
  try {
    const { mode = 'own', durable = true } = options
    const { memory_bytes } = host
    const joined = await joinServer({
      home,
      binaries,
      host: socket_host,
      server_log,
      mode,
      durable,
      memory_bytes,
      log,
      onLaunch,
    })
    log(describeStart(joined, home))
    const address = connectionString(socket_host, APPLICATION_ROLE, APPLICATION_DATABASE)
    return new RunningPostgres({
      ...joined,
      connection_string: address,
      host: socket_host,
      is_link: route.kind === 'link',
      home,
      server_log,
      log,
    })
  } catch (error) {
    await server_log.handle.close()
    throw error
  }
}

function describeStart({ postmaster, adopted }: Joined, home: Home): string {
  const runs_as = home.account === null ? '' : ` as the user ${home.account.name}`
  if (postmaster === null) return 'attached to the PostgreSQL of a running Parley process'
  return `PostgreSQL (pid ${postmaster.pid}) ${adopted ? 'was already running and was taken over' : `started${runs_as}`}`
}
