// One connection: which requests it has open, and whether its client still does its part. Requests that do not arrive are the
// HTTP server's own matter; a connection that only waits for its answer is left alone, however long that takes.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The time between two looks at a connection. */
export const look_ms = 5000
/** A client takes 16 KiB of its answer in 30 s, or what is left of it. */
const looks_to_read = 6
const least_read_bytes = 16_384
/** A client that has its answer while it still sends may send on until the second look: one that is cut off may lose the answer. */
const looks_to_send = 2
/** Answers of one connection come one after the other, so requests that come ahead of their answers take room. */
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

  /** False where one more would be too many. */
  begin(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#open_requests >= max_open_requests) return false
    this.#open_requests += 1
    this.#latest = { request, response }
    response.on('close', () => {
      this.#open_requests -= 1
      // Who reads some of a body and then answers leaves the rest, and no later request would get past it.
      if (request.complete) return
      request.resume()
      this.endSoon()
    })
    return true
  }

  /** Nothing more is wanted of the client but the end of what it sends. */
  endSoon(): void {
    this.#looks_since_answer ??= 0
  }

  get isSilent(): boolean {
    return this.#latest === null
  }

  /** Whether what is written to the socket now is the answer to what its client has sent last. */
  get isAnswerable(): boolean {
    if (!this.#socket.writable || this.#socket.bytesRead === 0) return false
    if (this.#open_requests === 0) return true
    const { request, response } = this.#latest!
    return this.#open_requests === 1 && !request.complete && !response.headersSent
  }

  /** Every `look_ms`: why it has to be closed by now. */
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
 * What the client's side has taken, as far as the system says. Only the socket's handle knows: `writableLength` and `bytesWritten`
 * count whole writes, and a whole answer is one write.
 */
function bytesTaken(socket: Socket): number {
  const { _handle } = socket as { _handle?: { bytesWritten: number; writeQueueSize: number } | null }
  return _handle ? _handle.bytesWritten - _handle.writeQueueSize : 0
}
