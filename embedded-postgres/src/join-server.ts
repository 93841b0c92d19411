// Joins the server of a cluster: finds the running one or starts it, and becomes its owner or its guest.
import { setTimeout as delay } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError, faultWithOutput, WAY_OUT } from './faults.ts'
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
  log: (line: string) => void
}

export interface Joined {
  session: Session
  /** Null: another process owns the server. */
  postmaster: Postmaster | null
  adopted: boolean
}

/** Recovery after a crash replays up to a gigabyte of log. */
const START_LIMIT_MS = 300_000
/** For a server that has lost a race, and for what a killed one leaves behind for a moment. */
const TROUBLE_LIMIT_MS = 10_000
const POLL_MS = 15

interface StartedServer {
  postmaster: Postmaster
  /** Where its part of the log begins. */
  log_offset: number
}

/** Asks for a session until a server gives one, and starts the server when there is none. */
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
    } else if (started === null) {
      trouble_ends = performance.now() + TROUBLE_LIMIT_MS
    }
    await delay(POLL_MS)
  }
  const what = `PostgreSQL was not ready within ${START_LIMIT_MS / 1000} s. It may still recover; the next start takes it over.`
  throw faultWithOutput('start_failed', what, await readLogTail(launch.server_log, 0), launch.server_log.path)
}

/** Asking a server that we see starting would only fill its log with refusals. */
async function contactWhenReady(launch: Launch, started: StartedServer | null): Promise<Contact> {
  const is_ready = started === null || (await readPostmasterFile(launch.home.cluster_dir))?.is_ready === true
  return is_ready ? contactServer(launch.host) : { kind: 'not_ready' }
}

async function startWhereNoneRuns(launch: Launch, trouble_lasts: boolean): Promise<StartedServer | null> {
  const { home, binaries, server_log, durable } = launch
  const silent = await findPostmaster(home.cluster_dir)
  if (silent === null) {
    const log_offset = await logSize(server_log)
    const stale_pid = (await readPostmasterFile(home.cluster_dir))?.pid ?? null
    return { postmaster: spawnPostmaster({ home, binaries, server_log, stale_pid, durable }), log_offset }
  }
  // It is just starting or ending, unless this lasts.
  if (!trouble_lasts) return null
  const what = `A PostgreSQL (pid ${silent.pid}) works on ${home.cluster_dir} but does not listen there.`
  throw new EmbeddedPostgresError('in_use', `${what} End it (kill -INT ${silent.pid}) and start again. ${WAY_OUT}`)
}

/** Another start may have been faster, and processes of a killed server may need a moment to end: these pass. */
async function refuseFailure(started: StartedServer, launch: Launch, trouble_lasts: boolean): Promise<void> {
  const output = await readLogTail(launch.server_log, started.log_offset)
  const passes = /lock file ".*" already exists|pre-existing shared memory block/.test(output)
  if (passes && !trouble_lasts) return delay(200)
  const what = `PostgreSQL did not start (${started.postmaster.describeEnd()}).`
  throw faultWithOutput('start_failed', what, output, launch.server_log.path)
}

/** Null: the server ended the session, as one does whose owner just stops it. */
async function joinWith(session: Session, launch: Launch, started: Postmaster | null): Promise<Joined | null> {
  try {
    if (launch.mode === 'attach' && started === null) return await joinAsGuest(session)
    const ownership = await takeOwnership(session)
    if (ownership.owned) return await joinAsOwner(session, launch, started)
    if (launch.mode === 'attach') return await joinAsGuest(session)
    throw inUse(launch.home, `Another Parley (pid ${ownership.holder_pid})`)
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
  if (postmaster === null) throw inUse(launch.home, 'A PostgreSQL of another container')
  try {
    await prepareDatabase(session)
  } catch (error) {
    await stopPostmaster(postmaster, launch.log)
    const what = `PostgreSQL started, but its database could not be made: ${(error as Error).message}.`
    throw faultWithOutput('start_failed', what, await readLogTail(launch.server_log, 0), launch.server_log.path)
  }
  return { session, postmaster, adopted: !is_ours }
}

function inUse(home: Home, who: string): EmbeddedPostgresError {
  const what = `${who} is using the database in ${home.cluster_dir}.`
  return new EmbeddedPostgresError('in_use', `${what} Stop it first, or give this one another data folder. ${WAY_OUT}`)
}

/** The owner may be at its very first start, with the database still to be made. */
async function joinAsGuest(session: Session): Promise<Joined> {
  const deadline = performance.now() + TROUBLE_LIMIT_MS
  while (!(await databaseExists(session))) {
    if (performance.now() > deadline) {
      const what = 'The PostgreSQL that runs has no database for Parley: its owner did not finish its first start.'
      throw new EmbeddedPostgresError('start_failed', `${what} Start the server, then try again. ${WAY_OUT}`)
    }
    await delay(POLL_MS)
  }
  return { session, postmaster: null, adopted: true }
}
