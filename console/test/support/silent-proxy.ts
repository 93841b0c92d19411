// A way to the server that can fall silent: connections stay open, new ones are taken, and nothing comes through in either direction.
import { once } from 'node:events'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

export interface SilentProxy extends AsyncDisposable {
  url: string
  fallSilent(): void
  /** What was open is dead by then, as behind a router that has forgotten it. */
  comeBack(): void
}

export async function startSilentProxy(server_url: string): Promise<SilentProxy> {
  const { port } = new URL(server_url)
  const sockets = new Set<Socket>()
  let isSilent = false
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    if (isSilent) socket.pause()
  }
  const proxy = createServer((client) => {
    keep(client)
    if (isSilent) return
    const server = connect(Number(port), '127.0.0.1')
    keep(server)
    client.pipe(server).pipe(client)
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    fallSilent() {
      isSilent = true
      for (const socket of sockets) socket.unpipe().pause()
    },
    comeBack() {
      isSilent = false
      drop()
    },
    async [Symbol.asyncDispose]() {
      drop()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
