// The launcher's session with the server: while it lasts it owns the data, and its end reveals the end of the server.
import pg from 'pg'
import { setTimeout as delay } from 'node:timers/promises'
import { isErrno } from './faults.ts'
import { APPLICATION_DATABASE, APPLICATION_ROLE, SUPERUSER } from './settings.ts'

export interface Session {
  client: pg.Client
  /** Resolves when the session is over, for any reason. */
  ended: Promise<void>
}

export type Contact =
  | { kind: 'session'; session: Session }
  /** A server is running but accepts no sessions now: it is starting, stopping, recovering or full. */
  | { kind: 'not_ready' }
  | { kind: 'nobody' }

export async function contactServer(host: string): Promise<Contact> {
  const client = new pg.Client({
    host,
    port: 5432,
    user: SUPERUSER,
    database: SUPERUSER,
    ssl: false,
    application_name: `parley launcher, pid ${process.pid}`,
    connectionTimeoutMillis: 5_000,
  })
  const ended = new Promise<void>((resolve) => {
    client.on('end', resolve)
    client.on('error', () => resolve())
  })
  try {
    await client.connect()
    return { kind: 'session', session: { client, ended } }
  } catch (error) {
    await client.end().catch(() => {})
    if (isErrno(error, 'ENOENT', 'ECONNREFUSED')) return { kind: 'nobody' }
    if (isErrno(error, 'EACCES', 'EPERM') || isRefusal(error)) throw error
    return { kind: 'not_ready' }
  }
}

/** SQLSTATE classes 53 and 57 (resources, operator intervention) are temporary; other refusals are not. */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !/^5[37]/.test(error.code ?? '')
}

export type Ownership = { owned: true } | { owned: false; holder_pid: string }

const LOCK_KEY = 1
/** How long the server can take to notice that the last owner was killed. */
const RELEASE_LIMIT_MS = 1_000

/**
 * The data belongs to the session that holds an advisory lock. The server releases the lock when the process that held it is
 * gone, for any reason, so process ids need not be trusted.
 */
export async function takeOwnership(session: Session): Promise<Ownership> {
  const deadline = performance.now() + RELEASE_LIMIT_MS
  for (;;) {
    const { rows } = await session.client.query<{ owned: boolean }>('select pg_try_advisory_lock($1) as owned', [
      LOCK_KEY,
    ])
    if (rows[0]?.owned === true) return { owned: true }
    if (performance.now() > deadline) return { owned: false, holder_pid: await findHolder(session) }
    await delay(50)
  }
}

async function findHolder({ client }: Session): Promise<string> {
  const { rows } = await client.query<{ application_name: string }>(
    `select application_name from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and granted and objid = $1
        and database = (select oid from pg_database where datname = current_database())`,
    [LOCK_KEY],
  )
  return /pid (\d+)/.exec(rows[0]?.application_name ?? '')?.[1] ?? 'unknown'
}

/** The role can create databases, so that tests can clone theirs. It is no superuser. */
export async function prepareDatabase(session: Session): Promise<void> {
  const { client } = session
  const role = await client.query('select from pg_roles where rolname = $1', [APPLICATION_ROLE])
  if (role.rowCount === 0) await client.query(`create role ${APPLICATION_ROLE} login createdb`)
  if (await databaseExists(session)) return
  await client.query(`create database ${APPLICATION_DATABASE} owner ${APPLICATION_ROLE}`)
}

export async function databaseExists({ client }: Session): Promise<boolean> {
  const found = await client.query('select from pg_database where datname = $1', [APPLICATION_DATABASE])
  return found.rowCount === 1
}
