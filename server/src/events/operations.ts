// Streams the events of a conversation: those of the log, from any point on, and between them what is being said just now.
import type { ConversationEvent, ConversationStreamEvent, EventType, Input } from '@parley/contract'
import { limitSubjectsOf } from '../calls/access.ts'
import { invalid } from '../base/errors.ts'
import type { Context, Handler } from '../calls/context.ts'
import { isActive } from '../conversations/machine/conversation.ts'
import { requireConversation } from '../conversations/read/require.ts'
import { EventStream, type ServerSentEvent } from '../calls/event-stream.ts'
import type { LiveTurn } from '../live/live-turn.ts'
import { liveKey } from '../live/live-turns.ts'
import { changeKey, drainKey } from '../live/shared.ts'
import type { EventServices } from './events.ts'
import { readEvents, readLogEnd, wasTurnRunning } from '../conversations/read/event-log.ts'
import { type Reader, createReader, isEndOfTurn } from './rules/reader.ts'

/** How soon a reader is to come back, to another node, when this one stops. */
const reconnect_ms = 500

export const streamConversationEvents: Handler<'streamConversationEvents', EventServices> = async (ctx, input) => {
  using stack = new DisposableStack()
  // Before anything is waited for: however many come at once, no more are let in.
  stack.use(ctx.room.open_streams.take(limitSubjectsOf(ctx.access)))
  const start = await findStart(ctx, input)
  if (start === null) return new EventStream(null)
  return new EventStream((gone) => streamEvents(ctx, start, gone), stack.move())
}

interface Start {
  conversation_id: string
  after: number
  /** It has ended, but what it has is still to be read. */
  isEnded: boolean
}

/** Null: there is nothing more to come, ever, that the caller may see. */
async function findStart(ctx: Context<EventServices>, input: Input<'streamConversationEvents'>): Promise<Start | null> {
  const { id: conversation_id, status } = await requireConversation(ctx, input.conversation_id, 'read')
  const path = input.last_event_id ? 'last_event_id' : 'after'
  const after = input.last_event_id ? Number(input.last_event_id) : (input.after ?? 0)
  const isEnded = !isActive(status)
  if (!isEnded && after === 0) return { conversation_id, after, isEnded }
  const { last, has_more } = await readLogEnd(ctx.store, { conversation_id, after, types: typesFor(ctx) })
  if (after > last) throw invalid({ path, message: `must not be beyond the last event, which is ${last}` })
  return isEnded && !has_more ? null : { conversation_id, after, isEnded }
}

async function* streamEvents(
  ctx: Context<EventServices>,
  { conversation_id, after, isEnded }: Start,
  gone: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const { signals, turns: live } = ctx.core.live
  using _following = live.follow(conversation_id)
  using listener = signals.listen(changeKey(conversation_id), liveKey(conversation_id), drainKey)
  const types = typesFor(ctx)
  const reader = createReader(after)
  let isStored = true
  for (;;) {
    // Before the log is read: then the log has the start of the turn.
    const saying = live.read(conversation_id)
    if (isStored || reader.isBehind(saying)) {
      for await (const event of readLog(ctx, conversation_id, reader))
        if (types === null || types.has(event.type)) yield toSent(event)
      // One that was brought in ended has no event that says so.
      if (reader.isOver || isEnded) return
      reader.catchUp()
      if (saying && reader.isBehind(saying)) await place(ctx, conversation_id, reader, saying)
    }
    yield* reader.look(saying)
    if (ctx.core.node.isDraining) {
      yield { retry_ms: reconnect_ms }
      return
    }
    const rung = await listener.next({ signal: gone })
    if (gone.aborted) return
    isStored = [...rung].some((key) => key !== liveKey(conversation_id))
  }
}

async function* readLog(ctx: Context<EventServices>, conversation_id: string, reader: Reader) {
  for (;;) {
    const { events, is_last } = await readEvents(ctx.store, conversation_id, reader.after)
    for (const event of events) {
      reader.read(event)
      if (isEndOfTurn(event)) ctx.core.live.turns.forget(conversation_id, event.data.turn_id)
      yield event
    }
    if (is_last) return
  }
}

/** A turn whose start is before what was read: it runs, or is over and what it said is still about. */
async function place(
  ctx: Context<EventServices>,
  conversation_id: string,
  reader: Reader,
  { turn_id }: LiveTurn,
): Promise<void> {
  const isRunning = await wasTurnRunning(ctx.store, { conversation_id, turn_id, at: reader.after })
  reader.place(turn_id, isRunning)
}

function toSent(event: ConversationEvent): ConversationStreamEvent & { id: number } {
  return { event: event.type, id: event.sequence, data: event } as ConversationStreamEvent & { id: number }
}

/** A conversation token shows what was said, no tool calls, metadata or analysis. */
const forEndUser: ReadonlySet<EventType> = new Set<EventType>([
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

/** The types of events that the caller may see; null: all. */
function typesFor({ access }: Context): ReadonlySet<EventType> | null {
  return access.conversation === null ? null : forEndUser
}
