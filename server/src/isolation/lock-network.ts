// Takes the network away from this process, for good: libraries that parse hostile files must not fetch what these name.
import dgram from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

export function lockNetwork(): void {
  const refuse = () => {
    throw new Error('an isolated process has no network')
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
    for (const name of names) if (/^(lookup|resolve|reverse)/.test(name)) lock(owner, name)
  }
  for (const name of ['fetch', 'WebSocket', 'EventSource']) lock(globalThis, name)
  syncBuiltinESMExports()
}
