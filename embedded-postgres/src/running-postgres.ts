// A running server: detects its loss, maintains its log and its socket link, and stops it if this process owns it.
import { setTimeout as delay } from 'node:timers/promises'
import type { EmbeddedPostgres } from './embedded-postgres.ts'
import { EmbeddedPostgresError, faultWithOutput, ALTERNATIVE } from './faults.ts'
import type { Home } from './home.ts'
import { stopPostmaster, type Postmaster } from './postmaster.ts'
import { readLogTail, rotateLog, type ServerLog } from './server-log.ts'
import { contactServer, takeOwnership, type Ownership, type Session } from './session.ts'
import { keepLink, removeLink } from './socket-link.ts'

interface ServiceParts {
  session: Session
  /** Null: another process owns the server. */
  postmaster: Postmaster | null
  adopted: boolean
  connection_string: string
  host: string
  is_link: boolean
  home: Home
  server_log: ServerLog
  log: (line: string) => void
}

const UPKEEP_MS = 10_000
/** After one of its processes dies, the server recovers and accepts sessions again. */
const RECOVERY_LIMIT_MS = 120_000

export class RunningPostgres implements EmbeddedPostgres {
  readonly connection_string: string
  readonly adopted: boolean
  readonly exited: Promise<EmbeddedPostgresError>
  readonly #parts: ServiceParts
  readonly #upkeep: NodeJS.Timeout
  #session: Session
  /** Null: another process owns the server, and this one leaves it alone. */
  #postmaster: Postmaster | null
  #stopped: Promise<void> | null = null

  constructor(parts: ServiceParts) {
    this.#parts = parts
    this.#session = parts.session
    this.#postmaster = parts.postmaster
    this.connection_string = parts.connection_string
    this.adopted = parts.adopted
    const { promise, resolve } = Promise.withResolvers<EmbeddedPostgresError>()
    this.exited = promise
    void this.#watch(resolve)
    this.#upkeep = setInterval(() => void this.#keepUp(), UPKEEP_MS).unref()
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(): Promise<void> {
    const { host, is_link, server_log, log } = this.#parts
    const postmaster = this.#postmaster
    clearInterval(this.#upkeep)
    try {
      // Keep the session until the server has stopped; otherwise another Parley process could take it over in between.
      if (postmaster !== null) await stopPostmaster(postmaster, log)
      if (postmaster !== null && is_link) await removeLink(host)
    } finally {
      await this.#session.client.end().catch(() => {})
      await server_log.handle.close()
    }
  }

  async #keepUp(): Promise<void> {
    const { host, is_link, home, server_log, log } = this.#parts
    if (this.#stopped !== null) return
    try {
      if (is_link) await keepLink(host, home.cluster_dir)
      if (this.#postmaster !== null) await rotateLog(server_log)
    } catch (error) {
      if (this.#stopped === null) log(`maintenance of the embedded PostgreSQL failed: ${(error as Error).message}`)
    }
  }

  /** The session ends with the server, or when one of its processes dies, after which the server recovers. */
  async #watch(declare: (reason: EmbeddedPostgresError) => void): Promise<void> {
    for (;;) {
      await this.#session.ended
      const reason = this.#stopped === null ? await this.#resume() : null
      if (this.#stopped !== null) return void (await this.#session.client.end().catch(() => {}))
      if (reason !== null) return declare(reason)
      this.#parts.log('PostgreSQL closed all sessions and is available again')
    }
  }

  /** Null: the session was restored. Otherwise the reason why the server is lost. */
  async #resume(): Promise<EmbeddedPostgresError | null> {
    const postmaster = this.#postmaster
    const deadline = performance.now() + RECOVERY_LIMIT_MS
    while (this.#stopped === null && performance.now() < deadline) {
      if (postmaster !== null && !(await postmaster.isRunning())) return this.#describeLoss(postmaster.describeEnd())
      const contact = await contactServer(this.#parts.host).catch(() => null)
      if (postmaster === null && contact?.kind === 'nobody') return this.#describeLoss('its owner stopped it')
      if (contact?.kind === 'session') {
        this.#session = contact.session
        const ownership = await this.#renewOwnership()
        if (ownership?.owned === true) return null
        await this.#session.client.end().catch(() => {})
        if (ownership !== null) return this.#yieldTo(ownership.holder_pid)
      }
      await delay(50)
    }
    return this.#describeLoss('it does not accept connections')
  }

  /** Null: the session broke again. A guest owns nothing and only needs the session. */
  async #renewOwnership(): Promise<Ownership | null> {
    if (this.#postmaster === null) return { owned: true }
    return takeOwnership(this.#session).catch(() => null)
  }

  #yieldTo(holder_pid: string): EmbeddedPostgresError {
    this.#postmaster = null
    const what = `Another Parley process (pid ${holder_pid}) has taken over the database in ${this.#parts.home.cluster_dir}.`
    return new EmbeddedPostgresError('in_use', `${what} Stop one of them. ${ALTERNATIVE}`)
  }

  async #describeLoss(end: string): Promise<EmbeddedPostgresError> {
    const { server_log } = this.#parts
    const output = await readLogTail(server_log, 0).catch(() => '')
    return faultWithOutput(
      'died',
      `PostgreSQL ended unexpectedly (${end}). Start Parley again.`,
      output,
      server_log.path,
    )
  }
}
