// The lanes of a file of fault tests: servers behind proxies, each on a database of its own, so that no other server takes over
// its
// turns. A case has a lane to itself; cases wait for one.
import { afterAll, inject } from 'vitest'
import type { App } from '../../src/app.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { steadyTime } from '../support/steady-time.ts'

export interface Lane extends AsyncDisposable {
  proxy: PostgresProxy
  server: TestServer
  /** The lane's server, and a second one behind the same proxy if the lane has two. */
  nodes: App[]
  /** Greets, and writes no analysis. */
  agent_id: string
  /** Its conversations are summarized. */
  summarizing_agent_id: string
}

export interface LaneOptions {
  nodes?: 1 | 2
  /** How many times as fast as real time the server's timers run; its waits, retries and sweeps scale with it. Default 10. */
  speed?: number
}

export async function startLane({ nodes = 1, speed = 10 }: LaneOptions = {}): Promise<Lane> {
  await using stack = new AsyncDisposableStack()
  const proxy = stack.use(await startPostgresProxy(inject('postgres_url')))
  const clock = {
    ...systemPorts.clock,
    monotonic: () => steadyTime() * speed,
    after: (ms: number, call: () => void) => systemPorts.clock.after(ms / speed, call),
  }
  // Few connections, since all lanes share one PostgreSQL that has few.
  const environment = { PARLEY_DRAIN_SECONDS: '0', PARLEY_DATABASE_CONNECTIONS: '4' }
  const server = stack.use(await startTestServer(environment, { connectThrough: proxy.through, ports: { clock } }))
  const apps = [server.app]
  if (nodes === 2) apps.push(stack.use(await server.startAnother()))
  await endMinuteWork(server)
  const greeting = { starting_message: { type: 'static', text: 'Welcome.' } }
  const { agent_id } = await publishAgent(server.client, greeting)
  const { agent_id: summarizing_agent_id } = await publishAgent(server.client, { ...greeting, analysis: {} })
  const owned = stack.move()
  const lane = { proxy, server, nodes: apps, agent_id, summarizing_agent_id }
  return { ...lane, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** What the nodes do once a minute would be part of some plays. */
async function endMinuteWork({ database }: TestServer): Promise<void> {
  const owned = ['work_arrivals', 'work'].map((table) => `from ${table} where owner = 'all'`)
  const count = async () => {
    let rows = 0
    for (const of of owned) rows += (await database.pool.query(`select ${of}`)).rowCount!
    return rows
  }
  // It arrives at one table, and is merged into the other.
  while ((await count()) > 0) for (const of of owned) await database.pool.query(`delete ${of}`)
}

/** The connections of this many nodes leave PostgreSQL some for others. */
const max_nodes = 4

/** Runs work on a free lane. Lanes are started on demand, and closed after the file's last test. */
export function openLanes(options: LaneOptions = {}): <T>(work: (lane: Lane) => Promise<T>) => Promise<T> {
  const started: Promise<Lane>[] = []
  const free: Lane[] = []
  const waiting: ((lane: Lane) => void)[] = []
  afterAll(() => Promise.all(started.map(async (lane) => (await lane)[Symbol.asyncDispose]())))

  async function take(): Promise<Lane> {
    const lane = free.pop()
    if (lane) return lane
    if (started.length === max_nodes / (options.nodes ?? 1)) return new Promise((resolve) => waiting.push(resolve))
    const starting = startLane(options)
    started.push(starting)
    return starting
  }

  return async (work) => {
    const lane = await take()
    try {
      return await work(lane)
    } finally {
      const next = waiting.shift()
      if (next) next(lane)
      else free.push(lane)
    }
  }
}
