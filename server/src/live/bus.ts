// Notifies every node over the database (LISTEN/NOTIFY). A lost message costs time but never correctness, because waiters also look
// at the database by themselves.
import pg from 'pg'
import { backoff } from '../base/retry.ts'
import { type Database, acrossOrganizations } from '../database/database.ts'
import type { Topic } from './topics.ts'

export interface Bus extends AsyncDisposable {
  /** Publishes to every node, including this one; at most 7,900 bytes with the topic. Never throws: a message may be lost. */
  publish<Payload>(topic: Topic<Payload>, payload: Payload): Promise<void>
  subscribe<Payload>(topic: Topic<Payload>, receive: (payload: Payload) => void): void
  /** Whether messages arrive, as far as this node knows. */
  readonly isConnected: boolean
}

export interface BusOptions {
  database: Database
  connection_string: string
  /** Calls back once after `ms`; the returned function cancels it. */
  after: (ms: number, call: () => void) => () => void
  /** Uses each new connection for more than messages, before it counts as restored. */
  onConnect?: (session: pg.Client) => Promise<void>
  /** The connection was restored; messages may have been missed. */
  onReconnect: () => void
  onError: (error: Error) => void
}

/** Of the notifications that carry the messages. */
export const channel = 'parley'
const publishStatement = acrossOrganizations(
  'messages are for every node',
  'publish_on_bus',
  `select pg_notify('${channel}', $1)`,
)
/** A connection that does not answer for so long is lost. */
const query_ms = 5000
/** The first is short: while it lasts, this node does not hold the lock that shows that it lives. */
const waits = { first_ms: 100, longest_ms: 5000 }

export function openBus(options: BusOptions): Bus {
  const receivers: Receivers = new Map()
  let isClosed = false
  let isConnected = false
  let client: pg.Client | null = null
  let stopRetry = () => {}

  async function connect(tries: number): Promise<void> {
    if (isClosed) return
    const next = new pg.Client({
      connectionString: options.connection_string,
      keepAlive: true,
      query_timeout: query_ms,
      application_name: 'parley bus',
    })
    client = next
    let isLost = false
    const lose = (error?: Error) => {
      if (isLost || isClosed) return
      isLost = true
      if (client === next) isConnected = false
      if (error) options.onError(error)
      void endQuietly(next)
      stopRetry = options.after(backoff(tries, waits), () => void connect(tries + 1))
    }
    next.on('error', lose)
    next.on('end', () => lose())
    next.on('notification', ({ payload }) => deliver(receivers, payload ?? ''))
    try {
      await next.connect()
      await next.query(`listen ${channel}`)
      await options.onConnect?.(next)
      tries = 1
      isConnected = !isLost
      options.onReconnect()
    } catch (error) {
      lose(error as Error)
    }
  }

  void connect(1)
  return {
    get isConnected() {
      return isConnected
    },
    async publish(topic, payload) {
      try {
        await options.database.query(publishStatement, [`${topic.name} ${topic.encode(payload)}`])
      } catch (error) {
        options.onError(error as Error)
      }
    },
    subscribe(topic, receive) {
      const group = receivers.get(topic.name) ?? new Set()
      receivers.set(
        topic.name,
        group.add((text) => receive(topic.decode(text))),
      )
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      stopRetry()
      if (client) await endQuietly(client)
    },
  }
}

/** By the topic's name. */
type Receivers = Map<string, Set<(text: string) => void>>

function deliver(receivers: Receivers, message: string): void {
  const space = message.indexOf(' ')
  const [name, text] = [message.slice(0, space), message.slice(space + 1)]
  for (const receive of receivers.get(name) ?? []) receive(text)
}

async function endQuietly(client: pg.Client): Promise<void> {
  try {
    await client.end()
  } catch {
    // It has already been closed.
  }
}
