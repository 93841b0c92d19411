// Streams the events of a conversation: those of the log, from any point on, and between them what is being said just now.
import type { ConversationEvent, ConversationStreamEvent } from '@parley/contract'
import { AppError } from '../errors.ts'
import type { Context, Handler, Services } from '../context.ts'
import { isActive } from '../conversations/conversation.ts'
import { requireConversation } from '../conversations/conversation-access.ts'
import { EventStream, type ServerSentEvent } from '../event-stream.ts'
import { liveKey } from '../live/live-turns.ts'
import { readEvents } from './queries.ts'
import { createReader } from './reader.ts'

/** Read from the log at once. */
const page_size = 200
/** How soon a reader is to come back, to another node, when this one stops. */
const reconnect_ms = 500

/** The signal's key for the beginning of the end of this process. */
export const drainKey = 'drain'

export const streamConversationEvents: Handler<'streamConversationEvents'> = async (ctx, input) => {
  const { id, status } = await requireConversation(ctx, input.conversation_id, 'read')
  const after = input.last_event_id ? Number(input.last_event_id) : (input.after ?? 0)
  const { open_streams, config } = ctx.services
  if (open_streams.count >= config.limits.event_streams) throw new AppError('too_many_streams')
  const isEnded = !isActive(status)
  if (isEnded && (await readEvents(ctx.store, id, after, 1)).length === 0) return new EventStream(null)
  return new EventStream((gone) => countStream(ctx.services, streamEvents(ctx, { id, after, isEnded }, gone)))
}

export async function* countStream<T>({ open_streams }: Services, events: AsyncIterable<T>): AsyncGenerator<T> {
  open_streams.count += 1
  try {
    yield* events
  } finally {
    open_streams.count -= 1
  }
}

async function* streamEvents(
  ctx: Context,
  { id: conversation_id, after, isEnded }: { id: string; after: number; isEnded: boolean },
  gone: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const { live, signals, lifecycle } = ctx.services
  using _following = live.follow(conversation_id)
  using listener = signals.listen(conversation_id, liveKey(conversation_id), drainKey)
  const isCut = ctx.access.conversation !== null
  const reader = createReader(after)
  let isStored = true
  for (;;) {
    // Before the log is read: then the log has the start of the turn.
    const saying = live.read(conversation_id)
    if (isStored || reader.isBehind(saying)) {
      for await (const event of readLog(ctx, conversation_id, reader))
        if (!isCut || isForEndUser(event)) yield toSent(event)
      // One that was brought in ended has no event that says so.
      if (reader.isOver || isEnded) return
      reader.catchUp()
    }
    yield* reader.look(saying)
    if (lifecycle.isDraining) {
      yield { retry_ms: reconnect_ms }
      return
    }
    const rung = await listener.next({ signal: gone })
    if (gone.aborted) return
    isStored = [...rung].some((key) => key !== liveKey(conversation_id))
  }
}

async function* readLog(ctx: Context, conversation_id: string, reader: ReturnType<typeof createReader>) {
  for (;;) {
    const events = await readEvents(ctx.store, conversation_id, reader.after, page_size)
    for (const event of events) {
      reader.read(event)
      yield event
    }
    if (events.length < page_size) return
  }
}

function toSent(event: ConversationEvent): ConversationStreamEvent & { id: number } {
  return { event: event.type, id: event.sequence, data: event } as ConversationStreamEvent & { id: number }
}

const forEndUser: ReadonlySet<ConversationEvent['type']> = new Set([
  'conversation.created',
  'conversation.started',
  'conversation.ended',
  'conversation.deleted',
  'message.created',
  'turn.queued',
  'turn.started',
  'turn.completed',
  'turn.failed',
  'turn.cancelled',
])

/** A conversation token shows what was said, no tool calls, metadata or analysis. */
function isForEndUser({ type }: ConversationEvent): boolean {
  return forEndUser.has(type)
}
