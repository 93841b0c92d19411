// A client with full control of its connection: it sends raw bytes, and reads what it wants, when it wants.
import { type Socket, connect } from 'node:net'

export interface RawClient {
  socket: Socket
  /** What it has read so far. */
  readonly text: string
  readonly taken_bytes: number
  /** The server has ended the connection, and everything before that has been read. */
  closed: Promise<void>
  /** Resolves with the next such event of the socket, or when it is closed. */
  heard(event: string): Promise<void>
  /** Reads this many bytes, or a few more, on a paused client. */
  takeSome(bytes: number): Promise<void>
  /** Resolves with the end of the connection. */
  takeAll(): Promise<void>
  /** Resolves once a pattern is in what it has read, or the connection is closed. */
  sees(pattern: RegExp): Promise<string>
}

export interface RawOptions {
  /** The local address; absent: the system's choice. */
  from?: string
  /** Reads nothing by itself. */
  is_paused?: boolean
}

export async function openRawClient(url: string, bytes = '', options: RawOptions = {}): Promise<RawClient> {
  const { hostname, port } = new URL(url)
  const socket = connect({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port),
    ...(options.from === undefined ? {} : { localAddress: options.from }),
  })
  socket.on('error', () => {})
  let text = ''
  let taken_bytes = 0
  const { promise: closed, resolve: tellClosed } = Promise.withResolvers<void>()
  socket.on('close', () => tellClosed())
  const note = (chunk: Buffer) => {
    taken_bytes += chunk.length
    if (text.length < 1_000_000) text += chunk.toString('latin1')
  }
  if (!options.is_paused) socket.on('data', note)
  const heard = (event: string) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    socket.once(event, () => resolve())
    return Promise.race([promise, closed])
  }
  await heard('connect')
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
    heard,
    async takeSome(bytes) {
      for (let left = bytes; left > 0 && !socket.destroyed;) {
        const chunk = socket.read() as Buffer | null
        if (chunk) note(chunk)
        else await heard('readable')
        left -= chunk?.length ?? 0
      }
    },
    async takeAll() {
      if (socket.listenerCount('data') === 0) socket.on('data', note)
      socket.resume()
      await closed
    },
    async sees(pattern) {
      while (!pattern.test(text)) {
        if (socket.destroyed) throw new Error(`closed before ${pattern} arrived: ${text.slice(0, 500)}`)
        await heard('data')
      }
      return text
    },
  }
}
