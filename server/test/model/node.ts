// A node that can die: all of its communication goes through switches, and after its death nothing gets out any more.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@parley/sdk'
import type { App } from '../../src/app.ts'
import { topic } from '../../src/live/topics.ts'
import type { TestServer } from '../support/server.ts'
import { type DatabaseSwitch, openDatabaseSwitch } from './database-switch.ts'
import type { HeldModel } from './held-model.ts'
import { ManualClock } from './manual-clock.ts'

/** The server's waits that a test controls, in milliseconds. */
export const waits = {
  /** A wait for a change reads the database by itself. */
  look: 500,
  /** The same for a turn that the node itself carries out. */
  own_look: 3000,
  /** Renewing leases and sweeping. */
  maintain: 2500,
  /** For the text of a turn that runs on another node. */
  text: 250,
  /** A stopped attempt starts again. */
  lent: 2000,
  /** Running turns when the server stops; set by `startNode`. */
  drain: 7000,
} as const

/** Of a turn; longer than that of a model call (60 s), to distinguish them. */
export const max_turn_seconds = 100

export interface Node {
  name: string
  app: App
  client: Client
  clock: ManualClock
  database: DatabaseSwitch
  model: HeldModel
  /** How often it has reached each pause point. */
  reached: Map<string, number>
  /** Its node has died, or is about to. */
  gone: AbortController
}

/** Waits for something, and throws if it does not happen. */
type Until = (what: string, isSo: () => boolean) => Promise<void>

let started = 0

/** `onReached` is called for each pause point that it reaches. */
export async function startNode(
  server: TestServer,
  model: HeldModel,
  onReached: (name: string, point: string) => void,
  until: Until,
): Promise<Node> {
  const name = `node-${(started += 1)}`
  const clock = new ManualClock()
  const reached = new Map<string, number>()
  const database = await openDatabaseSwitch(server.connection_string)
  const app = await server.startAnother(
    {
      OPENAI_BASE_URL: model.baseUrl(name),
      PARLEY_DRAIN_SECONDS: String(waits.drain / 1000),
      // Not that of the others, which would name them as the one whose place this node takes.
      PARLEY_DATA_DIR: join(tmpdir(), `no-folder-of-${name}`),
    },
    {
      ports: {
        clock,
        reached(point) {
          reached.set(point, (reached.get(point) ?? 0) + 1)
          onReached(name, point)
        },
      },
      connectThrough: database.through,
    },
  )
  await until('the node has swept', () => !app.rooms.engine.engine.isTakingOver)
  await untilHeard(app)
  const client = server.as({ base_url: app.url })
  return { name, app, client, clock, database, model, reached, gone: new AbortController() }
}

const heard = topic<string>('heard')

/** A message between nodes that is sent before the node listens is lost, which costs text; no test wants to depend on that. */
async function untilHeard({
  core: {
    live: { bus },
  },
}: App): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  bus.subscribe(heard, () => resolve())
  const call = () => void bus.publish(heard, 'x')
  const repeat = setInterval(call, 5)
  await promise.finally(() => clearInterval(repeat))
}

/** Renews the node's leases, sweeps, and waits for both. */
export async function maintain({ clock, app }: Node, until: Until): Promise<void> {
  clock.fire(waits.maintain)
  await until('the node has renewed its leases', () => clock.count(waits.maintain) === 1)
  await until('the node has swept', () => !app.rooms.engine.engine.isTakingOver)
}

/** From one moment to the next it neither writes, sends nor receives anything. Resolves when nothing of it is left. */
export async function killNode({ name, app, clock, database, model, gone }: Node): Promise<void> {
  gone.abort(new Error(`${name} died`))
  model.refuse(name)
  database.cut()
  clock.end()
  await dispose(app).catch(() => {})
  await database[Symbol.asyncDispose]()
}

/** Like SIGTERM, but its time to drain is over at once. */
export async function stopNode({ app, clock, database }: Node): Promise<void> {
  const stopped = dispose(app)
  const hurry = setInterval(() => clock.fire(waits.drain), 1)
  await stopped.finally(() => clearInterval(hurry))
  await database[Symbol.asyncDispose]()
}

async function dispose(app: App): Promise<void> {
  await app[Symbol.asyncDispose]()
}
