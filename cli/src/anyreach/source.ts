// The other system: its API has the same paths, but pages by time, limits requests, and loses connections.
import { setTimeout as pause } from 'node:timers/promises'
import { type Client, type Conversation, createClient } from '@parley/sdk'
import { checkUrl, patientFetch, readKeyFile } from '../client/connection.ts'
import { ClientError } from '../client/faults.ts'
import { exit_codes } from '../client/output.ts'
import type { AnyreachFlags } from './commands.ts'

const retries = 8
export const page_size = 100

export async function openSource({ from, fromKeyFile, fromOrg, rate }: AnyreachFlags): Promise<Client> {
  checkUrl(from)
  const token = (await readKeyFile(fromKeyFile)).trim()
  if (token === '') throw new ClientError(`${fromKeyFile} contains no key`, exit_codes.usage)
  return createClient({
    base_url: from,
    token,
    fetch: atMost(rate),
    timeout_ms: 0,
    retries,
    ...(fromOrg === undefined ? {} : { organization_id: fromOrg, headers: { 'X-Anyreach-Org': fromOrg } }),
  })
}

/** Spreads requests evenly. */
function atMost(rate: number): typeof fetch {
  let free_at = 0
  return async (address, init) => {
    const now = performance.now()
    const begins_at = Math.max(now, free_at)
    free_at = begins_at + 1000 / rate
    if (begins_at > now) await pause(begins_at - now)
    return patientFetch(address, init)
  }
}

/** Where a list goes on: at the last time that was seen, without what was seen at that time. */
export interface Place {
  created_at: string
  ids: string[]
}

export interface Page {
  rows: Conversation[]
  /** Null: this page is the last one. */
  next: Place | null
  /** More conversations have one time than a page has rows, so some of them cannot be listed. */
  is_stuck: boolean
}

/**
 * The other system's own cursor passes over conversations with the same time as the last of a page. So a page begins at that time, a
 * millisecond later because it may keep no more digits, and leaves out what is known.
 */
export async function readPage(source: Client, place: Place | null): Promise<Page> {
  const created_before = place === null ? {} : { created_before: later(place.created_at) }
  const found = await source.listConversations({ limit: page_size, ...created_before })
  const known = new Set(place?.ids)
  const rows = found.filter(({ id }) => !known.has(id))
  const last = found.at(-1)
  if (!last || found.length < page_size) return { rows, next: null, is_stuck: false }
  if (rows.length === 0) return { rows, next: { created_at: earlier(last.created_at), ids: [] }, is_stuck: true }
  const edge = Date.parse(last.created_at)
  const near = [...found.filter((row) => Date.parse(row.created_at) <= edge + 2).map(({ id }) => id)]
  const kept = place !== null && Date.parse(place.created_at) <= edge + 2 ? place.ids : []
  return { rows, next: { created_at: last.created_at, ids: [...new Set([...near, ...kept])] }, is_stuck: false }
}

const later = (time: string) => new Date(Date.parse(time) + 1).toISOString()
const earlier = (time: string) => new Date(Date.parse(time) - 1).toISOString()

/** With its whole transcript. */
export async function readWhole(source: Client, conversation_id: string): Promise<Conversation> {
  const first = await source.getConversation({ conversation_id })
  const items = first.conversation?.items ?? []
  for (let next = first.conversation?.next_position; next != null;) {
    const more = await source.getConversation({ conversation_id, items_from: next })
    items.push(...(more.conversation?.items ?? []))
    next = more.conversation?.next_position
  }
  return first.conversation ? { ...first, conversation: { items } } : first
}
