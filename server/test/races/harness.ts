// Three nodes on one database, each of which can be held at any pause point. Sweeps happen only when a test asks for one.
import type { Client } from '@parley/sdk'
import { sql } from '../support/sql.ts'
import { expect } from 'vitest'
import type { App } from '../../src/app.ts'
import type { PausePoint } from '../../src/conversations/commit/pause-points.ts'
import { renew_ms } from '../../src/conversations/machine/turn.ts'
import { lent_ms } from '../../src/engine/remote-halt.ts'
import { type Ports, systemPorts } from '../../src/base/ports.ts'
import { type TestServer, startTestServer } from '../support/server.ts'
import { steadyTime } from '../support/steady-time.ts'
import { type ToolPeer, opened_hosts, startToolPeer } from '../support/tool-peer.ts'

/** The next process that reaches the point stays there; later ones pass. */
export interface Hold {
  readonly reached: Promise<void>
  release(): void
}

export type NodeName = 'a' | 'b' | 'c'

export interface RaceNode {
  readonly app: App
  readonly client: Client
  holdAt(point: PausePoint): Hold
  /** Resolves when the point is passed the next time; of several waiters, the latest is notified first. */
  passing(point: PausePoint): Promise<void>
  /** Renews the node's leases and takes over abandoned turns, as it does by itself every few seconds. */
  sweep(): Promise<void>
}

export interface Races extends AsyncDisposable {
  readonly server: TestServer
  /** What the tools of the agents call. */
  readonly peer: ToolPeer
  readonly nodes: Record<NodeName, RaceNode>
}

function createPausePoints() {
  const holds = new Map<PausePoint, { arrive: () => void; released: Promise<void> }>()
  const passing = new Map<PausePoint, (() => void)[]>()
  const reached: Ports['reached'] = async (point) => {
    const hold = holds.get(point as PausePoint)
    holds.delete(point as PausePoint)
    hold?.arrive()
    await hold?.released
    passing.get(point as PausePoint)?.pop()?.()
  }
  return {
    reached,
    holdAt(point: PausePoint): Hold {
      const arrival = Promise.withResolvers<void>()
      const release = Promise.withResolvers<void>()
      holds.set(point, { arrive: arrival.resolve, released: release.promise })
      return { reached: arrival.promise, release: release.resolve }
    },
    passing(point: PausePoint): Promise<void> {
      const waiting = passing.get(point) ?? []
      passing.set(point, waiting)
      return new Promise((resolve) => waiting.push(resolve))
    },
  }
}

/**
 * How many times as long as usual an attempt is sure of its turn, which is not renewed here, and a node waits for the text of another one:
 * a loaded machine takes its time with a race. Some races wait for that text in vain.
 */
const patience = 4
/** For an attempt that was stopped, until its turn is concluded. */
const longest_lent_ms = 60_000

function createPorts() {
  const { reached, holdAt, passing } = createPausePoints()
  const { clock: system } = systemPorts
  const clock = {
    ...system,
    monotonic: () => steadyTime() / patience,
    after(ms: number, call: () => void) {
      // The next sweep never comes by itself.
      if (ms === renew_ms) return () => {}
      return system.after(ms === lent_ms ? longest_lent_ms : ms, call)
    },
  }
  return { ports: { reached, clock }, holdAt, passing }
}

export async function startRaces(): Promise<Races> {
  await using stack = new AsyncDisposableStack()
  const points = { a: createPorts(), b: createPorts(), c: createPorts() }
  const peer = stack.use(await startToolPeer())
  // Few connections: test files run side by side, on one PostgreSQL.
  const environment = { ...opened_hosts, PARLEY_DRAIN_SECONDS: '1', PARLEY_DATABASE_CONNECTIONS: '6' }
  const server = stack.use(await startTestServer(environment, { ports: points.a.ports }))
  const createNode = (name: NodeName, app: App): RaceNode => {
    const { holdAt, passing } = points[name]
    const client = server.as({ base_url: app.url })
    return { app, client, holdAt, passing, sweep: () => app.rooms.engine.engine.watch() }
  }
  const b = stack.use(await server.startAnother({}, { ports: points.b.ports }))
  const c = stack.use(await server.startAnother({}, { ports: points.c.ports }))
  const owned = stack.move()
  return {
    server,
    peer,
    nodes: { a: createNode('a', server.app), b: createNode('b', b), c: createNode('c', c) },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Whether a transaction waits for the lock of a conversation. */
export async function isAnyoneLockedOut({ server }: Races): Promise<boolean> {
  const { rows } = await sql`select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like '%for update%'`.execute(
    server.database,
  )
  return rows.length > 0
}

/** Polls until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string, timeout = 60_000): Promise<void> {
  await expect.poll(isSo, { interval: 2, timeout, message: what }).toBe(true)
}
