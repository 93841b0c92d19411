// A client that does as it likes with a connection: it sends bytes as they are, and takes what it wants, when it wants.
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'

export interface RawClient {
  socket: Socket
  /** What it has taken so far. */
  readonly text: string
  readonly taken_bytes: number
  /** The server has ended the connection, and all before that has been taken. */
  closed: Promise<void>
  /** Resolves once a pattern is in what it has taken, or the connection is closed. */
  sees(pattern: RegExp): Promise<string>
}

export interface RawOptions {
  /** The local address; the system's choice when absent. */
  from?: string
  /** Takes nothing until it is resumed. */
  is_paused?: boolean
}

export async function openRawClient(url: string, bytes = '', options: RawOptions = {}): Promise<RawClient> {
  const { hostname, port } = new URL(url)
  const socket = connect({
    host: hostname,
    port: Number(port),
    ...(options.from === undefined ? {} : { localAddress: options.from }),
  })
  socket.on('error', () => {})
  let text = ''
  let taken_bytes = 0
  const closed = once(socket, 'close').then(() => {})
  socket.on('data', (chunk: Buffer) => {
    taken_bytes += chunk.length
    if (text.length < 1_000_000) text += chunk.toString('latin1')
  })
  if (options.is_paused) socket.pause()
  await Promise.race([once(socket, 'connect'), closed])
  if (bytes !== '') socket.write(bytes)
  return {
    socket,
    get text() {
      return text
    },
    get taken_bytes() {
      return taken_bytes
    },
    closed,
    async sees(pattern) {
      while (!pattern.test(text)) {
        if (socket.destroyed) throw new Error(`closed before ${pattern} came: ${text.slice(0, 500)}`)
        await Promise.race([once(socket, 'data'), closed])
      }
      return text
    },
  }
}
