// Streams the events of a conversation: those of the log from any point on, and between them the live text of the running turn.
import type { ConversationEvent, ConversationStreamEvent, EventType, Input } from '@parley/contract'
import { limitSubjectsOf } from '../calls/access.ts'
import { networkOf } from '../calls/attempts.ts'
import { invalid } from '../base/errors.ts'
import type { Context, Handler } from '../calls/context.ts'
import { isActive } from '../conversations/machine/conversation.ts'
import { maySeeStill, requireConversation } from '../conversations/read/require.ts'
import { EventStream, type ServerSentEvent } from '../calls/event-stream.ts'
import type { LiveTurn } from '../live/live-turn.ts'
import { liveKey } from '../live/live-turns.ts'
import { changeKey, drainKey } from '../live/shared.ts'
import type { EventServices } from './events.ts'
import { readEvents, readLogEnd, wasTurnRunning } from '../conversations/read/event-log.ts'
import { type PresenceTeller, createPresenceTeller } from './presence-teller.ts'
import { forEndUserOnly } from './rules/end-user.ts'
import { type Reader, createReader, isEndOfTurn } from './rules/reader.ts'

/** How soon a reader should reconnect, to another node, when this one stops. */
const reconnect_ms = 500

export const streamConversationEvents: Handler<'streamConversationEvents', EventServices> = async (ctx, input) => {
  using stack = new DisposableStack()
  // Before anything asynchronous, so that simultaneous calls cannot exceed the limit.
  const network = ctx.access.visitor && ctx.edge ? networkOf(ctx.edge.address) : null
  stack.use(ctx.room.open_streams.take(limitSubjectsOf(ctx.access), network))
  const start = await findStart(ctx, input)
  if (start === null) return new EventStream(null)
  return new EventStream((gone) => streamEvents(ctx, start, gone), stack.move())
}

interface Start {
  conversation_id: string
  after: number
  /** It has ended, but its remaining events are still to be read. */
  isEnded: boolean
}

/** Null: no further event that the caller may see will ever follow. */
async function findStart(ctx: Context<EventServices>, input: Input<'streamConversationEvents'>): Promise<Start | null> {
  const { id: conversation_id, status } = await requireConversation(ctx, input.conversation_id, 'read')
  const path = input.last_event_id ? 'last_event_id' : 'after'
  const after = input.last_event_id ? Number(input.last_event_id) : (input.after ?? 0)
  const isEnded = !isActive(status)
  if (!isEnded && after === 0) return { conversation_id, after, isEnded }
  const { last, has_more } = await readLogEnd(ctx.store, { conversation_id, after, types: typesFor(ctx) })
  if (after > last) throw invalid({ path, message: `must not be greater than ${last}, the number of the last event` })
  return isEnded && !has_more ? null : { conversation_id, after, isEnded }
}

async function* streamEvents(
  ctx: Context<EventServices>,
  { conversation_id, after, isEnded }: Start,
  gone: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const { signals, turns: live } = ctx.core.live
  using _following = live.follow(conversation_id)
  const presence = createPresenceTeller(ctx, conversation_id)
  using listener = signals.listen(changeKey(conversation_id), liveKey(conversation_id), drainKey, ...presence.keys)
  const types = typesFor(ctx)
  const reader = createReader(after)
  let isStored = true
  // An end user is told once somebody types.
  let isPresenceNew = types === null
  for (;;) {
    // Read before the log, so that the log contains the start of the turn.
    const saying = live.read(conversation_id)
    if (isStored || reader.isBehind(saying)) {
      for await (const { event, rest } of readLog(ctx, conversation_id, reader)) {
        if (event === null) return
        yield* rest
        if (types === null) yield toSent(event)
        else if (types.has(event.type)) yield toSent(forEndUserOnly(event))
      }
      // A conversation that was imported as ended has no event for its end.
      if (reader.isOver || isEnded) return
      reader.catchUp()
      if (saying && reader.isUnplaced(saying)) await place(ctx, conversation_id, reader, saying)
    }
    yield* reader.look(saying)
    if (ctx.core.node.isDraining) {
      yield { retry_ms: reconnect_ms }
      return
    }
    yield* await lookIf(isPresenceNew, presence)
    if (ctx.stops_at_stored) return
    const { again_ms: timeout_ms } = presence
    const rung = await listener.next({ signal: gone, ...(timeout_ms === undefined ? {} : { timeout_ms }) })
    if (gone.aborted) return
    isPresenceNew = rung.size === 0 || presence.keys.some((key) => rung.has(key))
    isStored = [...rung].some((key) => key !== liveKey(conversation_id) && !presence.keys.includes(key))
  }
}

const lookIf = (isNew: boolean, presence: PresenceTeller) => (isNew ? presence.look() : [])

type Read = { event: ConversationEvent; rest: ReturnType<Reader['read']> } | { event: null; rest: never[] }

/** Ends with null if the caller may not see the conversation any more. */
async function* readLog(
  ctx: Context<EventServices>,
  conversation_id: string,
  reader: Reader,
): AsyncGenerator<Read, void> {
  for (;;) {
    const { events, is_last } = await readEvents(ctx.store, conversation_id, reader.after)
    // After the read, so that what was read was the caller's to see.
    if (events.length > 0 && !(await maySeeStill(ctx, conversation_id))) return yield { event: null, rest: [] }
    for (const event of events) {
      const rest = reader.read(event)
      if (isEndOfTurn(event)) ctx.core.live.turns.forget(conversation_id, event.data.turn_id)
      yield { event, rest }
    }
    if (is_last) return
  }
}

/** A turn that started before the part that was read: it is running, or it is over and its last text still arrives. */
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

/** A conversation token shows messages and widgets, but no tool calls, metadata or analysis. */
const forEndUser: ReadonlySet<EventType> = new Set<EventType>([
  'conversation.created',
  'conversation.started',
  'conversation.ended',
  'conversation.deleted',
  'conversation.handoff_requested',
  'conversation.taken',
  'conversation.returned',
  'message.created',
  'widget.shown',
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
