// A node's connection to PostgreSQL, which can be cut for good: what was in progress is lost, and nothing gets through any
// more.
import { once } from 'node:events'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import pg from 'pg'

export interface DatabaseSwitch extends AsyncDisposable {
  /** The same database, through the switch. */
  through(connection_string: string): string
  cut(): void
}

export async function openDatabaseSwitch(upstream: string): Promise<DatabaseSwitch> {
  const { host, port, user = '', password, database = '' } = new pg.Client({ connectionString: upstream })
  const address = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }
  const sockets = new Set<Socket>()
  let isCut = false
  const listener = createServer({ noDelay: true }, (client) => {
    if (isCut) return void client.destroy()
    const server = connect(address)
    for (const [socket, peer] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        peer.destroy()
      })
      socket.pipe(peer)
    }
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const secret = password ? `:${encodeURIComponent(password)}` : ''
  const { port: own_port } = listener.address() as AddressInfo
  return {
    through: () =>
      `postgresql://${encodeURIComponent(user)}${secret}@127.0.0.1:${own_port}/${encodeURIComponent(database)}`,
    cut() {
      isCut = true
      for (const socket of sockets) socket.destroy()
    },
    async [Symbol.asyncDispose]() {
      listener.close()
      for (const socket of sockets) socket.destroy()
      await once(listener, 'close')
    },
  }
}
