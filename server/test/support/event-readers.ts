// Readers of event streams, and nodes on which a test can make time pass.
import type { ConversationStreamEvent } from '@parley/contract'
import type { Client } from '@parley/sdk'
import { expect } from 'vitest'
import { systemPorts } from '../../src/base/ports.ts'
import type { TestServer } from './server.ts'
import { afterSteady, steadyTime } from './steady-time.ts'

export const stored = (events: ConversationStreamEvent[]) => events.flatMap((event) => ('id' in event ? [event] : []))
export const numbers = (events: ConversationStreamEvent[]) => stored(events).map(({ id }) => id)

/** Reads in the background. */
export function readInBackground(client: Client, conversation_id: string, after?: number) {
  const events: ConversationStreamEvent[] = []
  const gone = new AbortController()
  const input = { conversation_id, ...(after === undefined ? {} : { after }) }
  const done = (async () => {
    for await (const event of client.streamConversationEvents(input, { signal: gone.signal })) events.push(event)
  })()
  done.catch(() => {})
  return { events, done, stop: () => gone.abort() }
}

export const until = (condition: () => unknown) =>
  expect.poll(condition, { timeout: 40_000, interval: 10 }).toBeTruthy()

export interface RawOptions {
  after?: number
  /** Query parameters. */
  token?: string
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** The raw stream, without a client that reconnects. */
export function openRaw(url: string, conversation_id: string, options: RawOptions = {}): Promise<Response> {
  const { after, token, headers = {}, signal } = options
  const address = `${url}/core/conversations/${conversation_id}/events${token ? `?token=${token}` : ''}`
  const start = after === undefined ? {} : { 'last-event-id': String(after) }
  return fetch(address, { headers: { ...headers, ...start }, ...(signal ? { signal } : {}) })
}

/** A clock on which a test can expire timers of one length. Its wall clock is `ahead_ms` ahead. */
export function createHastyClock() {
  const due = new Set<{ ms: number; run: () => void }>()
  const wall = { ahead_ms: 0 }
  const after = (ms: number, call: () => void) => {
    const run = () => {
      stop()
      call()
    }
    const entry = { ms, run }
    const stopTimer = afterSteady(ms, run)
    const stop = () => {
      due.delete(entry)
      stopTimer()
    }
    due.add(entry)
    return stop
  }
  const now = () => systemPorts.clock.now() + wall.ahead_ms
  const runOut = (length: number) => {
    for (const entry of [...due]) if (entry.ms === length) entry.run()
  }
  return { clock: { ...systemPorts.clock, monotonic: steadyTime, now, after }, wall, runOut }
}

export async function startHasty(server: TestServer) {
  const { clock, wall, runOut } = createHastyClock()
  const node = await server.startAnother({}, { ports: { clock } })
  return { node, wall, runOut }
}
