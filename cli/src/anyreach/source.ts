// The other system: its API has the same paths, but pages by time, limits requests, and loses connections.
import { setTimeout as pause } from 'node:timers/promises'
import { type Client, type Conversation, ApiError, createClient } from '@parley/sdk'
import { checkUrl, explain, readKeyFile } from '../client/connection.ts'
import { ClientError } from '../client/faults.ts'
import { exit_codes } from '../client/output.ts'
import { patientFetch } from '../client/patient-fetch.ts'
import type { AnyreachFlags } from './commands.ts'

const retries = 8

/** Calls `work` with a client of the other system. Throws a `SourceError`, so that no failure is taken for one of this server. */
export type Source = <T>(work: (there: Client) => Promise<T>) => Promise<T>

export class SourceError extends ClientError {
  /** Null: no answer came. */
  readonly status: number | null

  constructor(message: string, exit_code: number, status: number | null) {
    super(message, exit_code)
    this.status = status
  }
}

export async function openSource({ from, fromKeyFile, fromOrg, rate }: AnyreachFlags): Promise<Source> {
  checkUrl(from)
  const token = (await readKeyFile(fromKeyFile)).trim()
  if (token === '') throw new ClientError(`${fromKeyFile} contains no key`, exit_codes.usage)
  const client = createClient({
    base_url: from,
    token,
    fetch: atMost(rate),
    timeout_ms: 0,
    retries,
    ...(fromOrg === undefined ? {} : { organization_id: fromOrg, headers: { 'X-Anyreach-Org': fromOrg } }),
  })
  return async (work) => {
    try {
      return await work(client)
    } catch (error) {
      const explained = explain(error, from)
      if (!(explained instanceof ClientError)) throw explained
      const { message, exit_code } = explained
      if (error instanceof ApiError) throw new SourceError(`${from}: ${message}`, exit_code, error.status)
      throw new SourceError(message, exit_code, null)
    }
  }
}

/** Spreads requests evenly. */
function atMost(rate: number): typeof fetch {
  const fetchPatiently = patientFetch()
  let free_at = 0
  return async (address, init) => {
    const now = performance.now()
    const begins_at = Math.max(now, free_at)
    free_at = begins_at + 1000 / rate
    if (begins_at > now) await pause(begins_at - now)
    return fetchPatiently(address, init)
  }
}

/** With its whole transcript. Null: it is no longer there. */
export async function readWhole(source: Source, conversation_id: string): Promise<Conversation | null> {
  try {
    return await source(async (there) => {
      const first = await there.getConversation({ conversation_id })
      const items = first.conversation?.items ?? []
      for (let next = first.conversation?.next_position; next != null;) {
        const more = await there.getConversation({ conversation_id, items_from: next })
        items.push(...(more.conversation?.items ?? []))
        next = more.conversation?.next_position
      }
      return first.conversation ? { ...first, conversation: { items } } : first
    })
  } catch (error) {
    if (error instanceof SourceError && error.status === 404) return null
    throw error
  }
}
