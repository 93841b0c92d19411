// The sockets on which the server accepts connections. Node accepts one connection of a socket in each round of its event loop, and a busy
// server has a hundred rounds a second: a thousand clients that come at once would wait for ten seconds. So sockets share the address.
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, type ListenOptions, createServer } from 'node:net'

/** How many connections each round accepts, for each address. Where sockets cannot share one: 1. */
const sockets = process.platform === 'linux' ? 16 : 1

/** How each socket listens: further connections wait in the system, which may allow fewer. */
export const sharing = { backlog: 4096, reusePort: sockets > 1 } satisfies ListenOptions

/** Throws if another program listens there, which sockets that share an address do not notice. */
export async function requireFree(host: string, port: number): Promise<void> {
  if (port === 0) return
  await using _probe = createServer()
  await once(_probe.listen(port, host), 'listening')
}

/** Opens the rest of the sockets of a server that listens: of its address, and of the others that `localhost` has. */
export async function listenBeside(server: Server, host: string): Promise<AsyncDisposable[]> {
  const { address, port } = server.address() as AddressInfo
  const found = host === 'localhost' ? await lookup(host, { all: true }) : []
  const further = found.filter((other) => other.address !== address).flatMap((other) => repeat(other.address, sockets))
  const hosts = [...repeat(address, sockets - 1), ...further]
  const started = await Promise.allSettled(hosts.map((one) => listenFor(server, one, port)))
  // An address that this machine does not have is not an error.
  return started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

const repeat = (address: string, times: number) => Array.from({ length: times }, () => address)

async function listenFor(server: Server, host: string, port: number): Promise<AsyncDisposable> {
  // As `node:http` opens its own.
  const beside = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit('connection', socket))
  await once(beside.listen({ host, port, ...sharing }), 'listening')
  beside.on('error', (error) => server.emit('error', error))
  return beside
}
