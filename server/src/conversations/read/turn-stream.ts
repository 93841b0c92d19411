// The course of one turn as a stream, whichever node carries it out. The plain answer is its last event.
import type { MessageReply, TurnStreamEvent } from '@parley/contract'
import type { Context } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { isUnavailable } from '../../database/failures.ts'
import { AppError, errorBody } from '../../base/errors.ts'
import { sleep } from '../../base/retry.ts'
import { liveKey } from '../../live/live-turns.ts'
import { changeKey } from '../../live/shared.ts'
import { eventOfRetrieval } from '../machine/retrievals.ts'
import type { EndedTurn, SeenTurn } from '../machine/turn-snapshots.ts'
import { findTurn } from './turns.ts'
import { readTurnItems, readTurnProgress } from './transcript.ts'
import { TurnNarrator } from '../machine/turn-narrator.ts'
import { isFinal } from '../machine/turn.ts'
import { maySeeToolCalls, presentReply } from './present.ts'
import { readTurnRetrievals } from './retrievals.ts'

/** A turn whose message is stored. */
export interface AwaitedTurn {
  conversation_id: string
  turn_id: string
  /** The longest time that it may take. */
  wait_ms: number
  interactivity: 'plain' | 'rich'
  /** What is already known of it; null: it has to be read. */
  seen: SeenTurn | null
  /** The reply of a turn that was given to people; absent: it is empty. */
  relay?: (turn_id: string) => Promise<string>
}

/** The last event is the reply, or the reason why there is no reply. */
export type TurnAnswer = { reply: MessageReply } | { refusal: AppError }

/** How often the turn is read even without a signal. */
const poll_ms = 500
/** One that this node carries out: it finds out sooner whether the turn is still its. */
const own_poll_ms = 3000

/** Waits for the end of the turn without streaming its course. */
export async function awaitTurn(ctx: Context<Conversations>, awaited: AwaitedTurn): Promise<MessageReply> {
  const course = followTurn(ctx, awaited, new AbortController().signal, null)
  for (;;) {
    const { done, value } = await course.next()
    if (!done) continue
    if ('reply' in value) return value.reply
    throw value.refusal
  }
}

/** Streams the whole course of the turn; ends early when the reader disconnects. */
export async function* streamTurn(
  ctx: Context<Conversations>,
  awaited: AwaitedTurn,
  gone: AbortSignal,
): AsyncGenerator<TurnStreamEvent> {
  using _following = ctx.core.live.turns.follow(awaited.conversation_id)
  let end: TurnAnswer
  try {
    end = yield* followTurn(ctx, awaited, gone, narratorFor(ctx, awaited))
  } catch (error) {
    ctx.log.error({ err: error, turn_id: awaited.turn_id }, 'could not follow a turn to its end')
    end = { refusal: outcomeUnread(awaited.turn_id, error) }
  }
  if ('reply' in end) yield { event: 'turn.completed', data: end.reply }
  else yield { event: eventOf(end.refusal), data: errorBody(end.refusal, ctx.request_id) }
}

function narratorFor({ access }: Context, { turn_id, interactivity }: AwaitedTurn): TurnNarrator {
  return new TurnNarrator(turn_id, { tells_calls: maySeeToolCalls(access), tells_widgets: interactivity === 'rich' })
}

/** The message is stored and its turn continues, but its outcome could not be read. */
export function outcomeUnread(turn_id: string, cause: unknown): AppError {
  return new AppError(
    'turn_timed_out',
    'The outcome of the turn could not be read. The message is stored; read the turn later.',
    { turn_id },
    { cause },
  )
}

const cancelled: ReadonlySet<string> = new Set<Refused>([
  'turn_cancelled',
  'turn_superseded',
  'turn_taken_over',
  'conversation_ended',
])

function eventOf({ error }: AppError): 'turn.cancelled' | 'turn.failed' {
  return cancelled.has(error) ? 'turn.cancelled' : 'turn.failed'
}

async function* followTurn(
  ctx: Context<Conversations>,
  { conversation_id, turn_id, wait_ms, interactivity, seen, relay }: AwaitedTurn,
  gone: AbortSignal,
  narrator: TurnNarrator | null,
): AsyncGenerator<TurnStreamEvent, TurnAnswer> {
  const { signals, turns: live } = ctx.core.live
  const { ports } = ctx.core
  const { results, runner } = ctx.room
  const deadline = ports.clock.monotonic() + wait_ms
  const saidKey = liveKey(conversation_id)
  const storedKey = changeKey(conversation_id)
  using listener = signals.listen(changeKey(turn_id), ...(narrator ? [storedKey, saidKey] : []))
  using expected = results.expect(turn_id)
  const look = () => expected.result ?? lookAtTurn(ctx, conversation_id, turn_id)
  for (let turn: SeenTurn | null | undefined = seen ?? (await look()); ;) {
    const isOver = turn === null || (turn && isFinal(turn.status))
    const isLate = ports.clock.monotonic() >= deadline || signals.isClosed || gone.aborted
    if (isOver || isLate) {
      // It was read just after this node has ended it: what its end has written is told as soon as the commit's answer arrives.
      if (isOver && !expected.result && runner.carriesOut(turn_id)) {
        await listener.next({ timeout_ms: poll_ms, signal: gone })
      }
      const isTold = turn && (narrator || turn.outcome === 'reply')
      const items = isTold ? (expected.result?.items ?? (await readTurnItems(ctx.store, conversation_id, turn_id))) : []
      const found = isOver && turn && narrator ? await findRetrievals(ctx, conversation_id, turn, expected.result) : []
      if (isOver && turn && narrator) yield* tellEnd(narrator, turn, items, found)
      // A stream has the reply in pieces already, and after a return its reader can read the events.
      const hasRelayed = turn?.outcome === 'for_person' || (turn?.outcome === 'reply' && !narrator)
      const relayed = hasRelayed ? await relay?.(turn_id) : undefined
      return concludeTurn(
        ctx,
        { conversation_id, turn_id, interactivity },
        isOver ? turn : undefined,
        items,
        relayed ?? '',
      )
    }
    if (turn && narrator) yield* tellProgress(ctx, narrator, conversation_id, turn)
    if (narrator?.hasStarted) yield* narrator.retrieve(live.retrieved(conversation_id, turn_id))
    const saying = live.read(conversation_id)
    const isOfTurn = narrator && saying?.turn_id === turn_id
    const isBehind = isOfTurn && narrator.isBehind(saying)
    // Live text of a step is emitted after what was stored before it, including tool results.
    const hasMore = listener.hasHeard(storedKey)
    if (isOfTurn && !isBehind && !hasMore) yield* narrator.say(saying)
    if (isBehind && !hasMore && !turn) {
      turn = await look()
      // An unavailable database is asked again after a while, and not because there is more text.
      if (turn === undefined) await sleep(ports.clock, poll_ms, gone).catch(() => {})
      continue
    }
    const timeout_ms = runner.carriesOut(turn_id) ? own_poll_ms : poll_ms
    const rung = await listener.next({ timeout_ms, signal: gone })
    turn = rung.size === 1 && rung.has(saidKey) ? undefined : await look()
  }
}

async function* tellProgress(
  ctx: Context<Conversations>,
  narrator: TurnNarrator,
  conversation_id: string,
  turn: SeenTurn,
) {
  if (turn.status !== 'running') return
  const progress = turn.steps > 0 ? await readTurnProgress(ctx.store, conversation_id, turn.id) : null
  yield* narrator.start(progress?.attempts ?? turn.attempts)
  if (!progress) return
  const { items, steps, retrievals } = progress
  // They are written with what follows them, so they are told before it.
  if (retrievals > narrator.stored_retrievals) {
    yield* narrator.keepRetrievals(await findRetrievals(ctx, conversation_id, { id: turn.id, retrievals }))
  }
  yield* narrator.keep(items, steps)
}

/** A turn that was never carried out has no start and no text. */
function* tellEnd(
  narrator: TurnNarrator,
  turn: SeenTurn,
  items: Parameters<TurnNarrator['finish']>[0],
  found: Parameters<TurnNarrator['retrieve']>[0],
) {
  if (turn.attempts === 0) return
  yield* narrator.start(turn.attempts)
  yield* narrator.retrieve(found)
  yield* narrator.finish(items)
}

/** The stored searches of a turn; most turns have no retrieval, which costs no statement. */
async function findRetrievals(
  { store }: Context<Conversations>,
  conversation_id: string,
  { id, retrievals }: Pick<SeenTurn, 'id' | 'retrievals'>,
  ended: EndedTurn | null = null,
) {
  if (retrievals === 0) return []
  const found = ended?.records ?? (await readTurnRetrievals(store, conversation_id, id))
  return found.map((one) => eventOfRetrieval(id, one))
}

/**
 * Undefined: the database is briefly unavailable, which ends no wait. Null: the turn is gone because its conversation was
 * deleted.
 */
async function lookAtTurn(ctx: Context<Conversations>, conversation_id: string, turn_id: string) {
  try {
    return await findTurn(ctx.store, conversation_id, turn_id)
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return undefined
  }
}

/** T1: every answer says that the message is stored, and who handles the conversation. */
function concludeTurn(
  { access }: Pick<Context, 'access'>,
  { conversation_id, turn_id, interactivity }: Pick<AwaitedTurn, 'conversation_id' | 'turn_id' | 'interactivity'>,
  turn: SeenTurn | null | undefined,
  items: Parameters<typeof presentReply>[1],
  relayed: string,
): TurnAnswer {
  const handled_by = turn?.handled_by ?? 'agent'
  const refuse = (error: Refused, detail?: string | null, more: { outcome?: 'budget_exceeded' } = {}) => ({
    refusal: new AppError(error, detail ?? undefined, { turn_id, handled_by, ...more }),
  })
  if (turn === null) return refuse('conversation_ended')
  switch (turn?.outcome) {
    case 'reply': {
      // Deleted after the turn was read.
      if (items.length === 0) return refuse('conversation_ended')
      const answered = presentReply(access, items, interactivity)
      const reply = [relayed, answered.reply].filter((text) => text !== '').join('\n\n')
      return { reply: { conversation_id, ...answered, reply, turn_id, handled_by } }
    }
    case 'for_person': {
      const widgets = interactivity === 'rich' ? { widgets: [] } : {}
      return { reply: { conversation_id, reply: relayed, tool_calls: [], ...widgets, turn_id, handled_by } }
    }
    case 'model_error':
    case 'step_limit':
    case 'attempts_exhausted':
      return refuse('turn_failed', turn.error)
    case 'budget_exceeded':
      return refuse('turn_failed', turn.error, { outcome: 'budget_exceeded' })
    case 'timed_out':
      return refuse('turn_timed_out', turn.error)
    case 'conversation_ended':
      return refuse('conversation_ended')
    case 'cancelled_by_caller':
      return refuse('turn_cancelled')
    case 'superseded':
      return refuse('turn_superseded')
    case 'taken_over':
      return refuse('turn_taken_over')
    case null:
    case undefined:
      return refuse('turn_timed_out', 'The turn is still running. The message is stored; read the turn later.')
  }
}

type Refused =
  | 'turn_failed'
  | 'turn_timed_out'
  | 'conversation_ended'
  | 'turn_cancelled'
  | 'turn_superseded'
  | 'turn_taken_over'
