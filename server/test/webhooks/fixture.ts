// Shared by the tests of webhooks: a server that may call this machine, conversations that produce events, and time that passes
// in the
// database only.
import type { Client } from '@parley/sdk'
import { expect } from 'vitest'
import type { Ports } from '../../src/base/ports.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { type Receiver, startReceiver } from './receiver.ts'

export const opened_hosts = { PARLEY_ALLOW_PRIVATE_HOSTS: '127.0.0.1,localhost' }

export interface World extends AsyncDisposable {
  server: TestServer
  readonly client: Client
  agent_id: string
  receiver: Receiver
  /** An endpoint that points at the receiver, or elsewhere; the receiver gets its secret. */
  newEndpoint(fields?: Partial<Parameters<Client['createWebhookEndpoint']>[0]>): Promise<string>
  /** A conversation without any delivered event. */
  newConversation(agent_id?: string): Promise<string>
  /** Produces this many events. */
  change(conversation_id: string, times?: number): Promise<void>
  deliveries(webhook_id: string): ReturnType<typeof readDeliveries>
  /** Waits until no try is in progress, then skips the pause before the next one. */
  passTime(): Promise<void>
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>
}

/** How much longer than usual a lane waits in a world: time passes when a test says so, not while its process is paused. */
export const waits_longer_s = 3600

const waitsLonger = `
  create function wait_longer() returns trigger language plpgsql as $$
    begin
      new.next_attempt_at := new.next_attempt_at + interval '${waits_longer_s} seconds';
      return new;
    end $$;
  create trigger wait_longer before update on webhook_lanes for each row
    when (new.next_attempt_at > clock_timestamp() and new.next_attempt_at <> old.next_attempt_at)
    execute function wait_longer()`

export async function startWorld(ports: Partial<Ports> = {}): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startTestServer(opened_hosts, { ports }))
  const receiver = stack.use(await startReceiver())
  const { agent_id } = await publishAgent(server.client)
  const query = async <Row extends object>(text: string, values: unknown[] = []) =>
    (await server.database.pool.query<Row>(text, values)).rows
  await query(waitsLonger)
  const owned = stack.move()
  return {
    ...{ server, agent_id, receiver, query },
    // After a restart it is a different one.
    get client() {
      return server.client
    },
    async newEndpoint(fields = {}) {
      const endpoint = await server.client.createWebhookEndpoint({
        url: receiver.url,
        events: ['conversation.*'],
        ...fields,
      })
      if (fields.url === undefined) receiver.secret = endpoint.secret
      return endpoint.id
    },
    async newConversation(agent = agent_id) {
      return (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent })).conversation
        .id
    },
    async change(conversation_id, times = 1) {
      for (let n = 0; n < times; n += 1)
        await server.client.updateConversation({ conversation_id, custom_metadata: { n } })
    },
    deliveries: (webhook_id) => readDeliveries(server.client, webhook_id),
    async passTime() {
      const isBusy = 'select from webhook_lanes where lease is not null union all select from webhook_arrivals'
      await expect.poll(() => query(isBusy), soon).toEqual([])
      await query('update webhook_lanes set next_attempt_at = now() where lease is null and next_attempt_at > now()')
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Oldest first. */
async function readDeliveries(client: Client, webhook_id: string) {
  return (await client.listWebhookDeliveries({ webhook_id, limit: 100 })).data.toReversed()
}

/** Long enough for a busy machine. */
export const soon = { timeout: 40_000, interval: 20 }

const { after } = testPorts.clock

/** The time of a try. */
const try_ms = 15_000

/** A clock on which a try has time until it is ended, and everything else its usual time. */
export function createEnds() {
  const ends = new Set<() => void>()
  const afterEnd = (call: () => void) => {
    ends.add(call)
    return () => void ends.delete(call)
  }
  const ports: Partial<Ports> = {
    clock: { ...testPorts.clock, after: (ms, call) => (ms === try_ms ? afterEnd(call) : after(ms, call)) },
  }
  return {
    ports,
    /** Tries in progress. */
    get size() {
      return ends.size
    },
    /** The time of all of them is over. */
    endTries() {
      for (const end of ends) {
        ends.delete(end)
        end()
      }
    },
  }
}

/** A clock on which a try never ends, unless the server stops, which waits for a moment only. */
export const patient: Partial<Ports> = {
  clock: { ...testPorts.clock, after: (ms, call) => (ms === try_ms ? () => {} : after(ms === 5000 ? 50 : ms, call)) },
}

/** Event numbers of a conversation in the order of arrival. */
export function sequencesOf(receiver: Receiver, conversation_id: string): (number | null)[] {
  return receiver.received
    .filter(({ event }) => event.conversation_id === conversation_id)
    .map(({ event }) => event.sequence)
}

export async function expectSettled(world: World, webhook_id: string): Promise<void> {
  await expect
    .poll(async () => (await world.deliveries(webhook_id)).filter(({ status }) => status === 'pending').length, soon)
    .toBe(0)
}
