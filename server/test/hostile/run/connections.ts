// The ways in which an attack connects: raw sockets, and requests that are sent one after the other. Each kind
// of attack uses its own addresses, as far as this machine has them.
import { type Socket, connect } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { Target } from './target.ts'

export interface Attack {
  target: Target
  /** How many slow clients there are. */
  clients: number
  /** The part of each flood's senders that take part. */
  crowd: number
  count(outcome: string | number): void
  over: AbortSignal
}

/** Only Linux answers for all of 127.0.0.0/8 without configuration. */
const has_addresses = process.platform === 'linux'

export function addressOf(network: number, host: number): string {
  return has_addresses ? `127.0.${network}.${(host % 250) + 1}` : '127.0.0.1'
}

/** A closed connection is reopened after this time, so that the attack continues without spinning. */
const reconnect_ms = 2000

const nothing: Disposable = { [Symbol.dispose]: () => {} }

/** Keeps one connection open, with what `talk` sends over it, and counts how each connection ended. */
export async function keepConnected(
  { target, over, count }: Attack,
  from: string,
  talk: (socket: Socket) => Disposable | void,
): Promise<void> {
  const { hostname, port } = new URL(target.url)
  while (!over.aborted) {
    count('opened')
    const socket = connect({ host: hostname, port: Number(port), localAddress: from })
    const ended = Promise.withResolvers<string>()
    socket.once('error', (error: NodeJS.ErrnoException) => ended.resolve(error.code ?? 'error'))
    socket.once('close', () => ended.resolve('closed'))
    socket.once('end', () => ended.resolve('closed'))
    over.addEventListener('abort', () => ended.resolve('held to the end'), { once: true })
    const talking: Disposable[] = []
    socket.once('connect', () => void talking.push(talk(socket) ?? nothing))
    count(await ended.promise)
    talking[0]?.[Symbol.dispose]()
    socket.destroy()
    await pause(over, reconnect_ms)
  }
}

export interface Sent {
  method: 'GET' | 'POST' | 'PUT'
  path: string
  headers?: Record<string, string>
  body?: string
  /** It gets the answer's text. */
  onAnswer?: (text: string) => void
}

/** Like a page of the server, which gets further. */
const of_a_body = { 'content-type': 'application/json', 'x-parley-csrf': '1' }

/** No answer is awaited longer; the server should have given up. */
const answer_ms = 60_000

/** `at_once` senders; each sends the requests of `next` until the attack is over. */
export async function flood(
  { target, crowd, over, count }: Attack,
  { network, at_once, pause_ms = 0 }: { network: number; at_once: number; pause_ms?: number },
  next: (turn: number) => Sent,
): Promise<void> {
  let turn = 0
  const send = async (sender: number) => {
    await using stack = new AsyncDisposableStack()
    const dispatcher = new Agent({ connections: 1, connect: { localAddress: addressOf(network, sender) } })
    stack.defer(() => dispatcher.destroy())
    while (!over.aborted) {
      const { method, path, headers = {}, body, onAnswer } = next(turn++)
      count('sent')
      try {
        const answer = await request(target.url + path, {
          method,
          headers: { ...(body === undefined ? {} : of_a_body), ...headers },
          body: body ?? null,
          dispatcher,
          signal: AbortSignal.any([over, AbortSignal.timeout(answer_ms)]),
        })
        const text = await answer.body.text()
        count(answer.statusCode)
        onAnswer?.(text)
        // A client that is told to wait still tries again a little later.
        if (answer.statusCode === 429) await pause(over, 50)
      } catch (error) {
        if (over.aborted) return
        const { code, name } = error as NodeJS.ErrnoException
        // A time-out has a number that says nothing.
        count(typeof code === 'string' ? code : name)
        await pause(over, 50)
      }
      if (pause_ms > 0) await pause(over, pause_ms)
    }
  }
  await Promise.all(Array.from({ length: Math.ceil(at_once * crowd) }, (_, sender) => send(sender)))
}

/** Bytes that are no request yet get none until their time is over. */
const raw_answer_ms = 2000

/** The same with bytes as they stand, each on a connection of its own: a client of HTTP would put them right. */
export async function floodRaw(
  { target, crowd, over, count }: Attack,
  { network, at_once }: { network: number; at_once: number },
  next: (turn: number) => string,
): Promise<void> {
  const { hostname, port } = new URL(target.url)
  let turn = 0
  const send = async (sender: number) => {
    while (!over.aborted) {
      const bytes = next(turn++)
      count('sent')
      const ended = Promise.withResolvers<string>()
      const socket = connect({ host: hostname, port: Number(port), localAddress: addressOf(network, sender) })
      socket.setTimeout(raw_answer_ms, () => ended.resolve('no answer'))
      socket.once('data', (data) =>
        ended.resolve(/^HTTP\/1\.1 (\d{3})/.exec(data.toString('latin1'))?.[1] ?? 'not HTTP'),
      )
      socket.once('error', (error: NodeJS.ErrnoException) => ended.resolve(error.code ?? 'error'))
      socket.once('close', () => ended.resolve('closed'))
      socket.write(bytes)
      count(await ended.promise)
      socket.destroy()
      await pause(over, 20)
    }
  }
  await Promise.all(Array.from({ length: Math.ceil(at_once * crowd) }, (_, sender) => send(sender)))
}

export async function pause(over: AbortSignal, ms: number): Promise<void> {
  await pass(ms, undefined, { signal: over }).catch(() => {})
}

export function bearer(token: string, organization_id?: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    ...(organization_id === undefined ? {} : { 'x-parley-org': organization_id }),
  }
}
