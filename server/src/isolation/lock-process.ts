// Takes the network and other processes away from this one, for good: libraries that parse hostile files must not fetch what these name.
import dgram from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

export function lockProcess(): void {
  const refuse = () => {
    throw new Error('an isolated process has no network, and no other processes')
  }
  const lock = (owner: object, name: string) =>
    Object.defineProperty(owner, name, { value: refuse, writable: false, configurable: false })
  lock(net.Socket.prototype, 'connect')
  lock(net.Server.prototype, 'listen')
  lock(dgram.Socket.prototype, 'bind')
  lock(dgram.Socket.prototype, 'send')
  lock(dgram.Socket.prototype, 'connect')
  for (const [owner, names] of [
    [dns, Object.keys(dns)],
    [dns.promises, Object.keys(dns.promises)],
  ] as const) {
    // A resolver has a socket of its own.
    for (const name of names) if (/^(lookup|resolve|reverse|Resolver)/.test(name)) lock(owner, name)
  }
  for (const name of ['fetch', 'WebSocket', 'EventSource']) lock(globalThis, name)
  // The user is the server's, unless that one is root.
  for (const name of ['kill', '_kill', '_debugProcess']) lock(process, name)
  syncBuiltinESMExports()
}
