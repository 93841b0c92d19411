// One connection: its open requests, and whether its client makes progress. The HTTP server itself handles requests that do not
// arrive; a connection that only waits for its response is never closed for that.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The interval of checks of a connection. */
export const look_ms = 5000
/** A client must read 16 KiB of its response in 30 s, or what is left of it. */
const looks_to_read = 6
const least_read_bytes = 16_384
/** A client that still sends after its response may go on until the second check: disconnecting it might lose the response. */
const looks_to_send = 2
/** Limits pipelined requests, because responses on a connection are sent one after another and waiting requests use memory. */
const max_open_requests = 16

export type Fault = 'answer_not_read' | 'request_not_ended' | 'too_many_open_requests'

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
}

export class Connection {
  readonly #socket: Socket
  #latest: Exchange | null = null
  #open_requests = 0
  #unread = { looks: 0, taken_before: 0 }
  #looks_since_answer: number | null = null

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** False if another request would exceed the limit. */
  begin(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#open_requests >= max_open_requests) return false
    this.#open_requests += 1
    this.#latest = { request, response }
    response.on('close', () => {
      this.#open_requests -= 1
      // A response before the end of the body leaves unread data, which would block all later requests.
      if (request.complete) return
      request.resume()
      this.endSoon()
    })
    return true
  }

  /** Only the end of what the client sends is still awaited. */
  endSoon(): void {
    this.#looks_since_answer ??= 0
  }

  get latest(): IncomingMessage | null {
    return this.#latest?.request ?? null
  }

  get isSilent(): boolean {
    return this.#latest === null
  }

  /** Whether the data now written to the socket is the response to the client's last request. */
  get isAnswerable(): boolean {
    if (!this.#socket.writable || this.#socket.bytesRead === 0) return false
    // What cannot be read may still be the body of a request that has its answer.
    if (this.#open_requests === 0) return this.#latest?.request.complete !== false
    const { request, response } = this.#latest!
    return this.#open_requests === 1 && !request.complete && !response.headersSent
  }

  /** Called every `look_ms`; returns the reason to close the connection, if there is one. */
  judge(): Fault | null {
    if (this.#isReadTooSlowly()) return 'answer_not_read'
    return this.#hasSentTooLong() ? 'request_not_ended' : null
  }

  #isReadTooSlowly(): boolean {
    const unread = this.#unread
    if (this.#socket.writableLength === 0) {
      unread.looks = 0
      return false
    }
    const taken = bytesTaken(this.#socket)
    if (unread.looks > 0 && unread.looks < looks_to_read) {
      unread.looks += 1
      return false
    }
    if (unread.looks > 0 && taken - unread.taken_before < least_read_bytes) return true
    this.#unread = { looks: 1, taken_before: taken }
    return false
  }

  #hasSentTooLong(): boolean {
    if (this.#looks_since_answer === null) return false
    if (this.#socket.writable && this.#latest?.request.complete === true) {
      this.#looks_since_answer = null
      return false
    }
    this.#looks_since_answer += 1
    return this.#looks_since_answer >= looks_to_send
  }
}

/**
 * The bytes that the client has accepted, according to the system. Only the socket's handle knows: `writableLength` and
 * `bytesWritten` count whole writes, and a whole response is one write.
 */
function bytesTaken(socket: Socket): number {
  const { _handle } = socket as { _handle?: { bytesWritten: number; writeQueueSize: number } | null }
  return _handle ? _handle.bytesWritten - _handle.writeQueueSize : 0
}
