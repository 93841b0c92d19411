// The server's connections: limits their number in total and per address, and closes those whose clients do not send or read as
// they must.
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { compile } from '@fastify/proxy-addr'
import type { Logger } from 'pino'
import { networkOf } from '../calls/attempts.ts'
import type { Limits } from '../config/limits.ts'
import type { Core } from '../calls/core.ts'
import type { Clock, Ports } from '../base/ports.ts'
import { type CloseReason, connections, connections_closed } from './metrics.ts'
import { Connection, look_ms } from './connection.ts'
import { createServer } from './node-http.ts'
import { answerHeaders } from './security-headers.ts'
import { describeUnreadable, refuseExpectation } from './unreadable.ts'

/** The limit is generous because filters with JSON are part of a request's address, percent-encoded. */
const max_header_bytes = 65_536
/** The headers of a request, however long the whole of it may take. */
const most_header_ms = 10_000
/** How long a client may keep a connection open between two requests. */
const idle_ms = 75_000
/** How often the server looks for requests that have not arrived in time. */
const request_check_ms = 1000
/** Bytes of all responses together that clients have not read. Beyond it the largest ones are closed. */
const most_unread_bytes = 268_435_456
/** Closed connections are logged once a minute. */
const looks_between_reports = 12

/** A proxy on this machine that is not configured as trusted, or the operator. */
const isLocal = (address: string) => /^(::ffff:)?127\.0\.0\.1$|^::1$/.test(address)

export class Connections {
  readonly #limits: Limits
  readonly #headers: Record<string, string>
  readonly #ports: Pick<Ports, 'clock' | 'newId'>
  readonly #open = new Map<Socket, Connection>()
  readonly #counts = createCounts()
  readonly #own_time = new WeakSet<IncomingMessage>()
  /** Their clients send the body only when they are asked for it. */
  readonly #holding = new WeakSet<IncomingMessage>()
  readonly #report: Report
  readonly #isProxy: (address: string, hop: number) => boolean
  readonly #max_unread_bytes: number

  constructor(
    { config, ports, metrics }: Pick<Core, 'config' | 'ports' | 'metrics'>,
    log: Logger,
    max_unread_bytes = most_unread_bytes,
  ) {
    this.#max_unread_bytes = max_unread_bytes
    this.#limits = config.limits
    this.#headers = answerHeaders(config.sign_in.public_url)
    this.#ports = ports
    this.#report = createReport(log, (reason) => metrics.count(connections_closed, { reason }))
    metrics.declare(connections_closed)
    metrics.show(connections, () => [{ labels: {}, value: this.#open.size }])
    this.#isProxy = compile(config.sign_in.trusted_proxies)
  }

  createServer(listener: RequestListener): Server {
    const within_ms = this.#limits.request_seconds * 1000
    const options = {
      maxHeaderSize: max_header_bytes,
      headersTimeout: Math.min(within_ms, most_header_ms),
      requestTimeout: within_ms,
      connectionsCheckingInterval: request_check_ms,
      keepAliveTimeout: idle_ms,
    }
    const serve = (request: IncomingMessage, response: ServerResponse, answer: RequestListener = listener) => {
      const { socket } = request
      // It arrived in one packet with a request beyond the limit.
      if (socket.destroyed) return
      if (this.#open.get(socket)!.begin(request, response)) answer(request, response)
      else this.#close(socket, 'too_many_open_requests')
    }
    const server = createServer(options, (request, response) => serve(request, response))
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      this.#holding.add(request)
      serve(request, response)
    })
    server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
      serve(request, response, () => refuseExpectation(response, this.#ports.newId(), this.#headers)),
    )
    server.on('connection', (socket: Socket) => this.#accept(socket))
    server.on('clientError', (error: Error & { code?: string }, socket: Socket) => this.#refuse(error, socket))
    // For example, the system has no file descriptors left. Errors of listening go to the caller of `listen`.
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.syscall === 'accept') this.#report.add('not_accepted')
    })
    lookWhileListening(server, this.#ports.clock, () => this.#look())
    return server
  }

  /** Responds to data that is not valid HTTP or did not arrive in time. */
  #refuse(error: Error & { code?: string }, socket: Socket): void {
    const connection = this.#open.get(socket)
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && connection?.latest && this.#own_time.has(connection.latest)) return
    if (!connection?.isAnswerable || error.code === 'ECONNRESET') return void socket.destroy()
    const { request_seconds } = this.#limits
    const answer = { request_id: this.#ports.newId(), request_seconds, headers: this.#headers }
    socket.end(describeUnreadable(error, answer))
    // The rest of a late request must not be parsed as a new one.
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') socket.destroySoon()
    else connection.endSoon()
  }

  /** The call is admitted, so its body is wanted. */
  askForBody(request: IncomingMessage, response: ServerResponse): void {
    if (this.#holding.delete(request)) response.writeContinue()
  }

  /** A request that bounds by itself how long its body may take. */
  keepsOwnTime(request: IncomingMessage): void {
    this.#own_time.add(request)
  }

  /** Connections that never had a request, because clients open some in advance. */
  closeSilent(): void {
    for (const [socket, { isSilent }] of this.#open) if (isSilent) socket.destroy()
  }

  closeAll(): void {
    for (const socket of this.#open.keys()) socket.destroy()
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress
    // It has already been closed.
    if (address === undefined) return void socket.destroy()
    if (this.#open.size >= this.#limits.connections) return this.#close(socket, 'too_many_connections')
    const network = isLocal(address) || this.#isProxy(address, 0) ? null : networkOf(address)
    const most = this.#limits.connections_of_address
    if (network !== null && !this.#counts.take(network, most)) return this.#close(socket, 'too_many_of_address')
    this.#open.set(socket, new Connection(socket))
    socket.on('close', () => {
      this.#open.delete(socket)
      if (network !== null) this.#counts.giveBack(network)
    })
  }

  #close(socket: Socket, reason: CloseReason): void {
    this.#report.add(reason)
    socket.destroy()
  }

  #look(): void {
    let unread_bytes = 0
    for (const [socket, connection] of this.#open) {
      const fault = connection.judge()
      if (fault) this.#close(socket, fault)
      else unread_bytes += socket.writableLength
    }
    if (unread_bytes > this.#max_unread_bytes) this.#closeLargest(unread_bytes)
    this.#report.look()
  }

  #closeLargest(unread_bytes: number): void {
    let left = unread_bytes
    const largest = [...this.#open.keys()].toSorted((a, b) => b.writableLength - a.writableLength)
    for (const socket of largest) {
      if (left <= this.#max_unread_bytes) return
      left -= socket.writableLength
      this.#close(socket, 'too_much_unread')
    }
  }
}

function lookWhileListening(server: Server, clock: Clock, look: () => void): void {
  let stop = () => {}
  const lookLater = () => {
    stop = clock.after(look_ms, () => {
      lookLater()
      look()
    })
  }
  server.on('listening', lookLater)
  server.on('close', () => stop())
}

function createCounts() {
  const counts = new Map<string, number>()
  return {
    take(name: string, most: number): boolean {
      const count = counts.get(name) ?? 0
      if (count >= most) return false
      counts.set(name, count + 1)
      return true
    },
    giveBack(name: string): void {
      const count = counts.get(name)! - 1
      if (count > 0) counts.set(name, count)
      else counts.delete(name)
    },
  }
}

type Report = ReturnType<typeof createReport>

/** Writes one line, however many there were. */
function createReport(log: Logger, count: (reason: CloseReason) => void) {
  let counts: Partial<Record<CloseReason, number>> = {}
  let looks_since_report = looks_between_reports
  return {
    add(reason: CloseReason): void {
      counts[reason] = (counts[reason] ?? 0) + 1
      count(reason)
    },
    look(): void {
      looks_since_report += 1
      if (looks_since_report < looks_between_reports || Object.keys(counts).length === 0) return
      log.warn({ ...counts }, 'connections were closed')
      counts = {}
      looks_since_report = 0
    },
  }
}
