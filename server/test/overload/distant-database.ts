// A database at a distance, in a process of its own: everything takes that long on its way there, and back again:
// `node distant-database.ts <connection string> <milliseconds each way>`.
import { type AddressInfo, type NetConnectOpts, type Socket, connect, createServer } from 'node:net'
import pg from 'pg'

const [connection_string, way_ms] = process.argv.slice(2) as [string, string]
const { host, port, user = '', password, database = '' } = new pg.Client({ connectionString: connection_string })
const upstream: NetConnectOpts = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }

function carry(from: Socket, to: Socket): void {
  from.on('error', () => to.destroy())
  from.on('data', (bytes) => setTimeout(() => to.writable && to.write(bytes), Number(way_ms)))
  from.on('close', () => setTimeout(() => to.end(), Number(way_ms)))
}

const server = createServer({ noDelay: true }, (client) => {
  const postgres = connect({ ...upstream, noDelay: true })
  carry(client, postgres)
  carry(postgres, client)
})
server.listen(0, '127.0.0.1', () => {
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const secret = password ? `:${encodeURIComponent(password)}` : ''
  process.stdout.write(`postgresql://${encodeURIComponent(user)}${secret}@${address}/${encodeURIComponent(database)}\n`)
})
