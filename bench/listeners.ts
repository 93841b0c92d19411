// Simulates many nodes, as far as messages between nodes are concerned: each listens as the server does. Returns what they received
// and with which delay; /forget resets them.
import { createServer } from 'node:http'
import { type Bus, openBus } from '../server/src/live/bus.ts'
import { topic } from '../server/src/live/topics.ts'
import type { Database } from '../server/src/database/database.ts'
import { quantile } from './load.ts'
import { announce } from './programs.ts'

const [connection_string, count] = process.argv.slice(2) as [string, string]

export interface Heard {
  messages: number
  median_ms: number
  p99_ms: number
}

let delays_ms: number[] = []
let connected = 0
const nobody = {} as Database
const timed = topic<string>('bench')
const buses: Bus[] = []
for (let node = 0; node < Number(count); node += 1) {
  const bus = openBus({
    database: nobody,
    connection_string,
    after: (ms, call) => {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    },
    onReconnect: () => (connected += 1),
    onError: (error) => process.stderr.write(`${error.message}\n`),
  })
  bus.subscribe(timed, (sent_at) => delays_ms.push(performance.timeOrigin + performance.now() - Number(sent_at)))
  buses.push(bus)
}
while (connected < Number(count)) await new Promise((resolve) => setTimeout(resolve, 20))

const server = createServer(({ url }, response) => {
  const heard: Heard = {
    messages: delays_ms.length,
    median_ms: quantile(delays_ms, 0.5),
    p99_ms: quantile(delays_ms, 0.99),
  }
  if (url === '/forget') delays_ms = []
  response.end(JSON.stringify(heard))
})
server.listen(0, '127.0.0.1', () => announce(server))
