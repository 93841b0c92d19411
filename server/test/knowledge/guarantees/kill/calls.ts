// Calls to nodes that die: repeated on any node until one of them answers.
import { setTimeout as pass } from 'node:timers/promises'
import { type Client, ApiError, createClient } from '@parley/sdk'
import { admin_key } from '../../../kill/child.ts'
import type { Random } from '../../../kill/random.ts'
import type { Told } from './records.ts'

const retry_ms = 250
/** Longer than all nodes are down. */
const max_tries = 400
/** A node that was stopped does not answer. */
const patience_ms = 20_000

export class Refused extends Error {
  readonly status: number

  constructor(status: number, code: string) {
    super(`refused with ${status} ${code}`)
    this.status = status
  }
}

export interface Nodes {
  urls: () => string[]
  random: Random
  told: Told
}

interface Reached {
  client: Client
  url: string
  signal: AbortSignal
}

const clients = new Map<string, Client>()

function clientOf(base_url: string): Client {
  const known = clients.get(base_url) ?? createClient({ base_url, token: admin_key, retries: 0 })
  clients.set(base_url, known)
  return known
}

/** Throws `Refused` for an answer that no repetition changes. `call` must be safe to repeat. */
export async function untilAnswered<T>(
  { urls, random, told }: Nodes,
  call: (reached: Reached) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const serving = urls()
    if (serving.length > 0) {
      const url = random.pick(serving)
      try {
        return await call({ client: clientOf(url), url, signal: AbortSignal.timeout(patience_ms) })
      } catch (error) {
        if (error instanceof Refused) throw error
        const isRefused = error instanceof ApiError && error.status < 500 && error.status !== 429
        if (isRefused) throw new Refused(error.status, error.code ?? '')
        told.counts.lost_answers += 1
      }
    }
    if (tries === max_tries) throw new Error('no node answers')
    await pass(retry_ms)
  }
}

/** The bytes to the address that a node has given, at any node. */
export function putBytes(nodes: Nodes, presigned_url: string, body: string): Promise<void> {
  const { pathname, search } = new URL(presigned_url)
  return untilAnswered(nodes, async ({ url, signal }) => {
    const answer = await fetch(`${url}${pathname}${search}`, { method: 'PUT', body, signal })
    await answer.arrayBuffer()
    if (answer.status >= 500 || answer.status === 429) throw new Error(`answered with ${answer.status}`)
    if (answer.status !== 200) throw new Refused(answer.status, 'of an upload')
  })
}

/** What is gone already is what was asked for. */
export async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 404) throw error
  }
}
