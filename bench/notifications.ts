// `npm run bench:notifications`: the cost of messages between nodes (LISTEN/NOTIFY), with up to a hundred nodes that receive each of
// them: at the highest rate of the database, and at a steady rate.
import { setTimeout as delay } from 'node:timers/promises'
import { openBus } from '../server/src/live/bus.ts'
import { topic } from '../server/src/live/topics.ts'
import { openDatabase } from '../server/src/database/database.ts'
import { type BenchPostgres, startPostgresWith } from './bench-postgres.ts'
import type { Heard } from './listeners.ts'
import { readOptions } from './options.ts'
import { type Program, cpuSeconds, cpuSecondsOfChildren, startProgram } from './programs.ts'
import { findPostmaster, machine } from './server.ts'
import { printTable } from './table.ts'

const { nodes, seconds, rate, database_url } = readOptions({ nodes: 100, seconds: 10, rate: 200 })

await using postgres: BenchPostgres =
  database_url === undefined
    ? await startPostgresWith({ max_connections: '300' })
    : { database_url, superuser_url: database_url, [Symbol.asyncDispose]: async () => {} }
const database_pid = await findPostmaster(postgres.database_url)

const timed = topic<string>('bench')

interface Sent {
  listeners: number
  rate: number
  database_cpu_ms: number
  /** CPU of one receiving node. */
  listener_cpu_ms: number
  heard: Heard
}

const sent: Sent[] = []
for (const listeners of [...new Set([1, Math.ceil(nodes / 10), nodes])]) {
  await using heard = await startProgram('listeners.ts', postgres.database_url, String(listeners))
  sent.push(await send(heard, listeners, publishAll))
  sent.push(await send(heard, listeners, publishSteadily))
}
report()

async function send(
  { url, pid }: Program,
  listeners: number,
  publishMany: (publish: () => Promise<void>) => Promise<number>,
): Promise<Sent> {
  await using database = openDatabase({
    connection_string: postgres.database_url,
    max_connections: 20,
    statement_timeout_ms: 30_000,
    onError: () => {},
  })
  await using bus = openBus({
    database,
    connection_string: postgres.database_url,
    after: () => () => {},
    onReconnect: () => {},
    onError: fail,
  })
  const publish = () => bus.publish(timed, String(performance.timeOrigin + performance.now()))
  await Promise.all(Array.from({ length: 20 }, publish))
  await settle(url, 20 * listeners)
  const before = [cpuSecondsOfChildren(database_pid), cpuSeconds(pid)] as const
  const begun = performance.now()
  const count = await publishMany(publish)
  const took = (performance.now() - begun) / 1000
  const heard = await settle(url, count * listeners)
  const after = [cpuSecondsOfChildren(database_pid), cpuSeconds(pid)] as const
  return {
    listeners,
    rate: count / took,
    database_cpu_ms: ((after[0] - before[0]) * 1000) / count,
    listener_cpu_ms: ((after[1] - before[1]) * 1000) / count / listeners,
    heard,
  }
}

function fail(error: Error): never {
  throw error
}

/** As many as twenty publishers can send, the number of connections of a node. */
async function publishAll(publish: () => Promise<void>): Promise<number> {
  const until = performance.now() + seconds * 1000
  let count = 0
  const publisher = async () => {
    for (; performance.now() < until; count += 1) await publish()
  }
  await Promise.all(Array.from({ length: 20 }, publisher))
  return count
}

/** A fixed number per second, whether or not earlier ones have arrived. */
async function publishSteadily(publish: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  const pending: Promise<void>[] = []
  const total = Math.ceil(rate * seconds)
  for (let count = 0; count < total; count += 1) {
    const due = (count * 1000) / rate - (performance.now() - begun)
    if (due > 1) await delay(due)
    pending.push(publish())
  }
  await Promise.all(pending)
  return total
}

/** What was received, once there are `expected` messages. */
async function settle(url: string, expected: number): Promise<Heard> {
  const ask = async (path: string) => (await (await fetch(new URL(path, url))).json()) as Heard
  const deadline = performance.now() + 120_000
  while ((await ask('/')).messages < expected) {
    if (performance.now() > deadline) throw new Error('messages were lost')
    await delay(200)
  }
  return ask('/forget')
}

function report(): void {
  process.stdout.write(`${machine}; nodes and publishers on it. ${seconds} s each.\n\n`)
  printTable(
    [
      'listening nodes',
      'messages per second',
      'database CPU per message',
      'node CPU per message',
      'delay (median, p99)',
    ],
    sent.map((of, index) => [
      String(of.listeners),
      `${of.rate.toFixed(0)}${index % 2 === 1 ? ' (steady)' : ' (highest)'}`,
      `${of.database_cpu_ms.toFixed(2)} ms`,
      `${of.listener_cpu_ms.toFixed(3)} ms`,
      `${of.heard.median_ms.toFixed(1)} ms, ${of.heard.p99_ms.toFixed(1)} ms`,
    ]),
  )
}
