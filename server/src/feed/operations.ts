// The feed of an organization's conversations, as pages and as a stream. Nothing is queued for a reader: it reads what follows
// the last number that it has seen.
import type { ConversationChange, ConversationChangeEvent, ConversationProgress } from '@parley/contract'
import { agentsOf, limitSubjectsOf } from '../calls/access.ts'
import type { Context, Handler } from '../calls/context.ts'
import { EventStream, type ServerSentEvent } from '../calls/event-stream.ts'
import type { ListedConversation } from '../conversations/read/conversation.ts'
import { presentListed } from '../conversations/read/present.ts'
import { filterSeen } from '../conversations/read/seen-by.ts'
import { drainKey } from '../live/shared.ts'
import type { FeedServices } from './feed.ts'
import { type FeedPresence, createFeedPresence } from './presence-teller.ts'
import { feedKey, progressKey } from './feeds.ts'
import {
  type ChangeRecord,
  type FeedPosition,
  numberChanges,
  readChanges,
  readFeedPosition,
  readProgress,
} from './queries.ts'

const page_size = 200
/** A stream ends after this time: a client that resumes it is authorized again. */
const stream_ms = 300_000
/** How soon a reader should reconnect when its stream ends. */
const reconnect_ms = 500

interface Start {
  position: number
  is_reset: boolean
}

export const listConversationChanges: Handler<'listConversationChanges', FeedServices> = async (ctx, input) => {
  const after = input.last_event_id ? Number(input.last_event_id) : input.after
  const agents = agentsOf(ctx.access, input.agent_id)
  if (ctx.accepts_stream) {
    const presence = createFeedPresence(ctx, input.with === 'presence')
    const held = ctx.room.open_streams.take(limitSubjectsOf(ctx.access))
    return new EventStream((gone) => streamChanges(ctx, { after, agents, presence }, gone), held)
  }
  const { position, is_reset } = await findStart(ctx, after)
  const page = await readChanges(ctx.store, position, agents, sizeOfPage(ctx))
  const seen = await seenChanges(ctx, page.changes)
  const data = seen.map((change) => presentChange(ctx, change))
  return { data, position: page.position, has_more: page.has_more, is_reset }
}

function sizeOfPage({ core }: Context) {
  return { limit: page_size, max_bytes: core.config.limits.answer_bytes }
}

/** After every change committed so far has its number. */
async function findStart(ctx: Context<FeedServices>, after: number | undefined): Promise<Start> {
  await numberChanges(ctx.store)
  return startAt(after, await readFeedPosition(ctx.store))
}

export function startAt(after: number | undefined, { last_number, oldest_number }: FeedPosition): Start {
  if (after === undefined) return { position: last_number, is_reset: false }
  const isKept = after <= last_number && after >= (oldest_number ?? last_number + 1) - 1
  return isKept ? { position: after, is_reset: false } : { position: last_number, is_reset: true }
}

async function* streamChanges(
  ctx: Context<FeedServices>,
  { after, agents, presence }: { after: number | undefined; agents: string[] | null; presence: FeedPresence },
  gone: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const { node, ports } = ctx.core
  const { signals } = ctx.core.live
  const { feeds } = ctx.room
  const { organization_id } = ctx.store
  using _following = feeds.follow(organization_id)
  using listener = signals.listen(feedKey(organization_id), progressKey(organization_id), drainKey, ...presence.keys)
  const ends_at = ports.clock.monotonic() + stream_ms
  let { mark } = feeds.progress
  const start = await findStart(ctx, after)
  yield toSent(start.is_reset ? 'reset' : 'position', { position: start.position })
  for (let { position } = start, hasChanged = true, isPresenceNew = true; ;) {
    if (hasChanged) position = yield* tellChanges(ctx, position, agents)
    mark = yield* tellProgress(ctx, mark, agents)
    const left_ms = ends_at - ports.clock.monotonic()
    if (node.isDraining || left_ms <= 0) {
      yield { retry_ms: reconnect_ms }
      return
    }
    if (isPresenceNew) for (const data of await presence.look()) yield { event: 'presence', data }
    const rung = await listener.next({ signal: gone, timeout_ms: Math.min(left_ms, presence.again_ms ?? left_ms) })
    if (gone.aborted) return
    isPresenceNew = rung.size === 0 || presence.keys.some((key) => rung.has(key))
    hasChanged = rung.has(feedKey(organization_id))
  }
}

/** All changes after a position; returns the position of the last. */
async function* tellChanges(
  ctx: Context<FeedServices>,
  after: number,
  agents: string[] | null,
): AsyncGenerator<ServerSentEvent, number> {
  for (let position = after; ;) {
    const page = await readChanges(ctx.store, position, agents, sizeOfPage(ctx))
    position = page.position
    for (const change of await seenChanges(ctx, page.changes)) yield toSent('change', presentChange(ctx, change))
    if (!page.has_more) return position
    // A client that resumes need not read them again.
    if (page.changes.length === 0) yield toSent('position', { position })
  }
}

/** The conversations that had new messages since a mark, as they are now; returns the next mark. */
async function* tellProgress(
  ctx: Context<FeedServices>,
  after: number,
  agents: string[] | null,
): AsyncGenerator<ServerSentEvent, number> {
  for (let mark = after; ;) {
    const fresh = ctx.room.feeds.progress.since(ctx.store.organization_id, mark)
    if (fresh.conversation_ids.length === 0) return mark
    mark = fresh.mark
    const { answer_bytes } = ctx.core.config.limits
    const records = await readProgress(ctx.store, fresh.conversation_ids, agents, answer_bytes)
    for (const record of await filterSeen(ctx.access, ctx.store, records)) {
      yield { event: 'progress', data: presentProgress(ctx, record) }
    }
  }
}

/** Of what the caller may not see, nothing is told; that it was deleted is no secret. */
async function seenChanges({ access, store }: Context<FeedServices>, changes: ChangeRecord[]): Promise<ChangeRecord[]> {
  const shown = changes.map((change) => ({ change, handling: change.conversation?.handling ?? null }))
  return (await filterSeen(access, store, shown)).map(({ change }) => change)
}

function presentChange(
  ctx: Context<FeedServices>,
  { number, conversation_id, conversation }: ChangeRecord,
): ConversationChange {
  const shown = conversation && presentListed(ctx.access, conversation)
  return { position: number, conversation_id, conversation: shown }
}

function presentProgress(ctx: Context<FeedServices>, record: ListedConversation): ConversationProgress {
  return { conversation_id: record.id, conversation: presentListed(ctx.access, record) }
}

type Numbered = Extract<ConversationChangeEvent, { id: number }>

function toSent<E extends Numbered['event']>(event: E, data: Extract<Numbered, { event: E }>['data']) {
  return { event, id: data.position, data }
}
