// Joins the server of a cluster: finds the running one or starts it, and becomes its owner or its guest.
import { setTimeout as delay } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError, faultWithOutput, ALTERNATIVE } from './faults.ts'
import type { Home } from './home.ts'
import { findPostmaster, readPostmasterFile, spawnPostmaster, stopPostmaster, type Postmaster } from './postmaster.ts'
import { logSize, readLogTail, type ServerLog } from './server-log.ts'
import { contactServer, databaseExists, prepareDatabase, takeOwnership, type Contact, type Session } from './session.ts'

interface Launch {
  home: Home
  binaries: Binaries
  host: string
  server_log: ServerLog
  mode: 'own' | 'attach'
  durable: boolean
  memory_bytes: number
  log: (line: string) => void
  onLaunch: () => void
}

export interface Joined {
  session: Session
  /** Null: another process owns the server. */
  postmaster: Postmaster | null
  adopted: boolean
}

/** Recovery after a crash replays up to a gigabyte of log. */
const START_LIMIT_MS = 300_000
/** How long to wait for a server that lost a race, or for remains of a killed one to disappear. */
const TROUBLE_LIMIT_MS = 10_000
const POLL_MS = 15

interface StartedServer {
  postmaster: Postmaster
  /** Where its part of the log begins. */
  log_offset: number
}

/** Requests a session until a server grants one, and starts the server if none is running. */
export async function joinServer(launch: Launch): Promise<Joined> {
  const deadline = performance.now() + START_LIMIT_MS
  let trouble_ends = performance.now() + TROUBLE_LIMIT_MS
  let started: StartedServer | null = null
  while (performance.now() < deadline) {
    const contact = await contactWhenReady(launch, started)
    if (contact.kind === 'session') {
      const joined = await joinWith(contact.session, launch, started?.postmaster ?? null)
      if (joined !== null) return joined
    }
    const lasts = performance.now() > trouble_ends
    if (started !== null && !(await started.postmaster.isRunning())) {
      await refuseFailure(started, launch, lasts)
      started = null
    } else if (started === null && contact.kind === 'nobody') {
      started = await startWhereNoneRuns(launch, lasts)
      if (started !== null) launch.onLaunch()
    } else if (started === null) {
      trouble_ends = performance.now() + TROUBLE_LIMIT_MS
    }
    await delay(POLL_MS)
  }
  const what = `PostgreSQL was not ready within ${START_LIMIT_MS / 1000} s. It may still be recovering; start again to take it over.`
  throw faultWithOutput('start_failed', what, await readLogTail(launch.server_log, 0), launch.server_log.path)
}

/** Contacting a server that is known to be starting would only fill its log with refusals. */
async function contactWhenReady(launch: Launch, started: StartedServer | null): Promise<Contact> {
  const is_ready = started === null || (await readPostmasterFile(launch.home.cluster_dir))?.is_ready === true
  return is_ready ? contactServer(launch.host) : { kind: 'not_ready' }
}

async function startWhereNoneRuns(launch: Launch, trouble_lasts: boolean): Promise<StartedServer | null> {
  const { home, binaries, server_log, durable, memory_bytes } = launch
  const silent = await findPostmaster(home.cluster_dir)
  if (silent === null) {
    const log_offset = await logSize(server_log)
    const stale_pid = (await readPostmasterFile(home.cluster_dir))?.pid ?? null
    return { postmaster: spawnPostmaster({ home, binaries, server_log, stale_pid, durable, memory_bytes }), log_offset }
  }
  // Normal while a server starts or stops; a fault only if it lasts.
  if (!trouble_lasts) return null
  const what = `A PostgreSQL process (pid ${silent.pid}) is using ${home.cluster_dir} but does not listen there.`
  throw new EmbeddedPostgresError('in_use', `${what} Stop it (kill -INT ${silent.pid}) and start again. ${ALTERNATIVE}`)
}

/** Another start can be faster, and processes of a killed server can take a moment to end: both are temporary. */
async function refuseFailure(started: StartedServer, launch: Launch, trouble_lasts: boolean): Promise<void> {
  const output = await readLogTail(launch.server_log, started.log_offset)
  const passes = /lock file ".*" already exists|pre-existing shared memory block/.test(output)
  if (passes && !trouble_lasts) return delay(200)
  const what = `PostgreSQL did not start (${started.postmaster.describeEnd()}).`
  throw faultWithOutput('start_failed', what, output, launch.server_log.path)
}

/** Null: the server closed the session, for example because its owner is stopping it. */
async function joinWith(session: Session, launch: Launch, started: Postmaster | null): Promise<Joined | null> {
  try {
    if (launch.mode === 'attach' && started === null) return await joinAsGuest(session)
    const ownership = await takeOwnership(session)
    if (ownership.owned) return await joinAsOwner(session, launch, started)
    if (launch.mode === 'attach') return await joinAsGuest(session)
    throw inUse(launch.home, `Another Parley process (pid ${ownership.holder_pid})`)
  } catch (error) {
    const has_ended = await Promise.race([session.ended.then(() => true), delay(200, false)])
    await session.client.end().catch(() => {})
    if (error instanceof EmbeddedPostgresError || !has_ended) throw error
    return null
  }
}

async function joinAsOwner(session: Session, launch: Launch, started: Postmaster | null): Promise<Joined> {
  const serving = await readPostmasterFile(launch.home.cluster_dir)
  const is_ours = started !== null && serving?.pid === started.pid
  const postmaster = is_ours ? started : await findPostmaster(launch.home.cluster_dir)
  if (postmaster === null) throw inUse(launch.home, 'A PostgreSQL in another container')
  try {
    await prepareDatabase(session)
  } catch (error) {
    await stopPostmaster(postmaster, launch.log)
    const what = `PostgreSQL started, but its database could not be created: ${(error as Error).message}.`
    throw faultWithOutput('start_failed', what, await readLogTail(launch.server_log, 0), launch.server_log.path)
  }
  return { session, postmaster, adopted: !is_ours }
}

function inUse(home: Home, who: string): EmbeddedPostgresError {
  const what = `${who} is using the database in ${home.cluster_dir}.`
  return new EmbeddedPostgresError('in_use', `${what} Stop it first, or use another data folder. ${ALTERNATIVE}`)
}

/** The owner can be in its first start and still be creating the database. */
async function joinAsGuest(session: Session): Promise<Joined> {
  const deadline = performance.now() + TROUBLE_LIMIT_MS
  while (!(await databaseExists(session))) {
    if (performance.now() > deadline) {
      const what = 'The running PostgreSQL has no database for Parley because its first start did not finish.'
      throw new EmbeddedPostgresError('start_failed', `${what} Start the server, then try again. ${ALTERNATIVE}`)
    }
    await delay(POLL_MS)
  }
  return { session, postmaster: null, adopted: true }
}
