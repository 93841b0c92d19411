// Which nodes live: each holds an advisory lock over the connection of its bus, which PostgreSQL releases when the process is gone. What
// a gone node worked on is then taken over at once. Leases still decide which node can write; an error here costs a repeated model call.
import type { Logger } from 'pino'
import type pg from 'pg'
import type { Clock } from '../base/ports.ts'
import { version } from '../base/version.ts'
import { type Database, acrossOrganizations } from '../database/database.ts'
import { isConnectionLost } from '../database/failures.ts'

/** How often a node looks for others that are gone, and whether it still holds its own lock. */
export const look_ms = 1000

/** A node whose connection was lost opens another one within this time. */
const grace_ms = 1000
/** After PostgreSQL was restarted, all nodes are without a lock. Longer than a lease: nothing is taken over sooner. */
const grace_after_restart_ms = 10_000
/** What took this node's connection may have taken those of all others, as when another PostgreSQL takes over. */
const grace_after_return_ms = 10_000

/** A class of advisory locks. */
export const lock_class = 7_275_013

export interface Presence extends AsyncDisposable {
  /** Takes this node's lock in a new session, which becomes the one that shows that it lives. */
  enter(session: pg.Client): Promise<void>
  /** `free` makes what these nodes worked on available to all others. Before `start`. */
  whenGone(free: (node_ids: string[]) => Promise<void>): void
  /** This node was without its lock for a moment, so others may have taken over what it works on. Before `start`. */
  whenBack(check: () => void): void
  start(): void
}

export interface PresenceOptions {
  database: Database
  node_id: string
  clock: Pick<Clock, 'after' | 'monotonic'>
  log: Pick<Logger, 'warn' | 'info' | 'debug'>
  /** No other server can use the database while this one does: those without a lock have ended. */
  is_private: boolean
  /** The node before this one in its data folder. If its lock is free at the first look, it has ended; null: there was none. */
  predecessor: string | null
  /**
   * Called with the migrations that have removed something from the schema. Nobody removes what an older node uses while it holds its lock;
   * but it could have happened while this node had none.
   */
  onEnter?: ((removals: string[]) => void) | undefined
}

interface Entered {
  lock: number
  removals: string[]
}

interface OtherNode {
  id: string
  lock: number
  is_same_server: boolean
}

type Missing = Map<string, { lock: number; since: number }>

const of_server = 'the nodes of the server itself'
const isHeld = (pid: string, lock: string) => `exists (
  select from pg_locks where locktype = 'advisory' and classid = ${lock_class} and objid = ${lock}::oid and objsubid = 2 and granted
    and database = (select oid from pg_database where datname = current_database())${pid})`

// The lock is held before the row can be seen.
const enterText = `with next as materialized (
    select nextval('node_locks')::integer as lock
  ), held as materialized (
    select lock, pg_advisory_lock(${lock_class}, lock) from next
  )
  insert into nodes (id, lock, version, server_started_at) select $1, lock, $2, pg_postmaster_start_time() from held
  on conflict (id) do update set lock = excluded.lock, server_started_at = excluded.server_started_at
  returning lock, array(select name::text from kysely_migration where name like '%.contract') as removals`

const checkText = `select ${isHeld(' and pid = pg_backend_pid()', '$2::integer')} as is_held,
  exists (select from nodes where id = $1 and lock = $2::integer) as is_listed`

const othersStatement = acrossOrganizations(
  of_server,
  'find_gone_nodes',
  `select id, lock, server_started_at = pg_postmaster_start_time() as is_same_server from nodes
   where id <> $1 and not ${isHeld('', 'nodes.lock')} and ($2::integer is null or ${isHeld('', '$2::integer')})`,
)

const forgetStatement = acrossOrganizations(of_server, 'forget_nodes', 'delete from nodes where id = $1 and lock = $2')

export function createPresence(options: PresenceOptions): Presence {
  return new NodePresence(options)
}

class NodePresence implements Presence {
  readonly #options: PresenceOptions
  readonly #frees: ((node_ids: string[]) => Promise<void>)[] = []
  readonly #checks: (() => void)[] = []
  #session: pg.Client | null = null
  /** Which lock the session holds; null: none. */
  #lock: number | null = null
  /** By id: since when a node's lock was found free. */
  #missing: Missing = new Map()
  readonly #entered = Promise.withResolvers<void>()
  #hasEntered = false
  /** On the monotonic clock: until then, a free lock may be that of a node that lives. */
  #judges_from = -Infinity
  #hasLooked = false
  #isPooled = false
  #isStopped = false
  #stopTimer = () => {}
  #looking: Promise<void> = Promise.resolve()

  constructor(options: PresenceOptions) {
    this.#options = options
  }

  whenGone(free: (node_ids: string[]) => Promise<void>): void {
    this.#frees.push(free)
  }

  whenBack(check: () => void): void {
    this.#checks.push(check)
  }

  async enter(session: pg.Client): Promise<void> {
    this.#session = session
    this.#lock = null
    await this.#take(session)
  }

  /** A failure leaves this node without a lock until the next look: its turns wait for their leases. */
  async #take(session: pg.Client): Promise<void> {
    if (this.#isPooled || this.#isStopped) return
    try {
      const { rows } = await session.query<Entered>(enterText, [this.#options.node_id, version])
      if (this.#session !== session) return
      this.#lock = rows[0]!.lock
      this.#options.onEnter?.(rows[0]!.removals)
    } catch (error) {
      this.#options.log.debug({ err: error }, 'could not take the lock that shows that this server lives; retrying')
      return leaveIfLost(session, error)
    }
    this.#entered.resolve()
    if (this.#hasEntered) this.#return()
    this.#hasEntered = true
  }

  #return(): void {
    this.#judges_from = this.#options.clock.monotonic() + grace_after_return_ms
    for (const check of this.#checks) check()
  }

  start(): void {
    this.#looking = this.#lookWhenEntered().finally(() => this.#lookAgain())
  }

  #lookAgain(): void {
    if (this.#isStopped) return
    this.#stopTimer = this.#options.clock.after(look_ms, () => {
      this.#looking = this.#look().finally(() => this.#lookAgain())
    })
  }

  /** The first look decides about the predecessor, so it waits for the lock without which this node judges nobody. */
  async #lookWhenEntered(): Promise<void> {
    if (!this.#options.is_private && !this.#hasEntered) {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      this.#stopTimer = this.#options.clock.after(look_ms, resolve)
      await Promise.race([this.#entered.promise, late])
      this.#stopTimer()
    }
    if (!this.#isStopped) await this.#look()
  }

  async #look(): Promise<void> {
    const outcomes = await Promise.allSettled([this.#checkOwn(), this.#lookForGone()])
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue
      this.#options.log.debug({ err: outcome.reason as unknown }, 'could not look for servers that are gone; retrying')
    }
  }

  async #checkOwn(): Promise<void> {
    const session = this.#session
    if (!session) return
    if (this.#lock === null) return this.#take(session)
    const { node_id, database, log } = this.#options
    const own = [node_id, this.#lock]
    const found = await session.query<{ is_held: boolean; is_listed: boolean }>(checkText, own).catch(async (error) => {
      await leaveIfLost(session, error)
      throw error
    })
    const { is_held, is_listed } = found.rows[0]!
    if (this.#session !== session) return
    if (is_held && is_listed) return
    this.#lock = null
    if (is_held) return this.#take(session)
    // A session that others share keeps its lock after this node has ended, or loses it before.
    this.#isPooled = true
    await database.query(forgetStatement, own)
    log.warn('a pooler shares the connection of this server: if it is killed, its turns wait for their leases')
  }

  async #lookForGone(): Promise<void> {
    const { database, node_id, is_private, log } = this.#options
    const own = is_private ? null : this.#lock
    // A connection of the pool can reach another PostgreSQL than the session: only one that shows its own lock shows those of others.
    const others = own === null && !is_private ? [] : await database.query<OtherNode>(othersStatement, [node_id, own])
    const gone = this.#findGone(others)
    if (gone.length === 0 || this.#isStopped) return
    const ids = gone.map(({ id }) => id)
    await Promise.all(this.#frees.map((free) => free(ids)))
    log.info({ node_ids: ids }, 'other servers are gone; took over what they worked on')
    // Last: until then, another node does it again if this one dies.
    for (const { id, lock } of gone) await database.query(forgetStatement, [id, lock])
  }

  /** Of those whose locks are free. */
  #findGone(others: OtherNode[]): OtherNode[] {
    const { clock, is_private, predecessor } = this.#options
    const now = clock.monotonic()
    const missing: Missing = new Map()
    const free = others.map((node) => {
      const known = this.#missing.get(node.id)
      const since = known?.lock === node.lock ? known.since : now
      missing.set(node.id, { lock: node.lock, since })
      return { ...node, since }
    })
    this.#missing = missing
    const isFirst = !this.#hasLooked
    this.#hasLooked ||= is_private || this.#lock !== null
    if (!is_private && now < this.#judges_from) return []
    return free.filter(({ id, since, is_same_server }) => {
      if (is_private || (isFirst && id === predecessor)) return true
      return now - since >= (is_same_server ? grace_ms : grace_after_restart_ms)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    this.#stopTimer()
    this.#entered.resolve()
    await this.#looking
    const { database, node_id } = this.#options
    if (this.#lock !== null) await database.query(forgetStatement, [node_id, this.#lock]).catch(() => {})
  }
}

/** A connection can be lost without a word; the bus opens another one. */
async function leaveIfLost(session: pg.Client, error: unknown): Promise<void> {
  if (isConnectionLost(error)) await session.end().catch(() => {})
}
