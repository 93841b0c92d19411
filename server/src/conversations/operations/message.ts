// A message and its reply: the commit that accepts it, and the wait for the turn that answers it.
import { readAgentConfig } from '../../agents/read-config.ts'
import type { Context, Handler } from '../../calls/context.ts'
import type { Conversations } from '../conversations.ts'
import { CommitInDoubt } from '../../database/failures.ts'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { EventStream } from '../../calls/event-stream.ts'
import { isLongerThan } from '../../base/text.ts'
import { begunTurn, seenAtStart } from '../machine/begun-turn.ts'
import { type LockedConversation, isRefusal } from '../machine/change.ts'
import { changeConversation } from '../commit/commit.ts'
import { followUp, withHalt } from '../commit/follow-up.ts'
import { takesMessages } from '../machine/conversation.ts'
import { requireConversation } from '../read/require.ts'
import { type MessageInput, decideMessage, decideRetry } from '../machine/decisions.ts'
import { resolveUncertainCommit } from '../commit/uncertain-commit.ts'
import { type ConversationRecord, findNewestTry } from '../read/conversation.ts'
import type { BegunTurn } from '../turn-runner.ts'
import { type AwaitedTurn, awaitTurn, outcomeUnread, streamTurn } from '../read/turn-stream.ts'

/** What the wait for a turn allows beyond the turns' own limits: their starts, commits and takeovers. */
const wait_margin_ms = 30_000

type NewMessage = Omit<MessageInput, 'partial'> & { conversation: ConversationRecord }

export const sendConversationMessage: Handler<'sendConversationMessage', Conversations> = async (ctx, input) => {
  checkText(ctx, input.text)
  const conversation = await requireConversation(ctx, input.conversation_id, 'message')
  const earlier = ctx.key?.bound?.turn_id
  const accepted = earlier
    ? await sayingStored(earlier, () => repeat(ctx, conversation, earlier, input))
    : await accept(ctx, await prepareMessage(ctx, conversation, input))
  const awaited = { conversation_id: conversation.id, interactivity: input.interactivity ?? 'plain', ...accepted }
  if (ctx.accepts_stream) return new EventStream((gone) => streamTurn(ctx, awaited, gone))
  return sayingStored(awaited.turn_id, () => awaitTurn(ctx, awaited))
}

/** T1: whatever fails once the message is stored, the answer must say that it is. */
async function sayingStored<T>(turn_id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError) throw error
    throw outcomeUnread(turn_id, error)
  }
}

function checkText(ctx: Context<Conversations>, text: string): void {
  const { message_characters } = ctx.core.config.limits
  if (text.trim() === '') throw invalid({ path: 'text', message: 'must not be blank' })
  if (isLongerThan(text, message_characters)) {
    throw invalid({ path: 'text', message: `must have at most ${message_characters} characters` })
  }
}

type SentMessage = Parameters<typeof sendConversationMessage>[1]

async function prepareMessage(
  ctx: Context<Conversations>,
  conversation: ConversationRecord,
  input: SentMessage,
): Promise<NewMessage> {
  const { ports, config } = ctx.core
  if (conversation.channel !== 'text') throw new AppError('conversation_not_text')
  // An ended conversation that was brought in from elsewhere has no version, or one that is not here.
  if (!takesMessages(conversation.status) || conversation.agent_version_id === null) {
    throw new AppError('conversation_not_active')
  }
  // Judged again under the lock; here so that what will be refused does not stop the attempt that runs first.
  if (conversation.is_ending) throw new AppError('conversation_ending')
  return {
    ...(await readTurnSettings(ctx, conversation.agent_version_id, input)),
    conversation,
    message_id: ports.newId(),
    turn_id: ports.newId(),
    text: input.text,
    max_waiting: config.limits.waiting_turns,
  }
}

async function readTurnSettings(ctx: Context<Conversations>, agent_version_id: string, input: SentMessage) {
  const resolved = await readAgentConfig(ctx.store, agent_version_id, 'text', ctx.core.config.default_model)
  return {
    concurrency: input.parley_concurrency ?? resolved.concurrency,
    interactivity: input.interactivity ?? ('plain' as const),
    agent_version_id,
    max_seconds: resolved.max_turn_seconds,
  }
}

/** The turn that will answer, and how long that may take at most. */
type Accepted = Pick<AwaitedTurn, 'turn_id' | 'wait_ms' | 'seen'>

const waitFor = (turns: number, max_seconds: number) => turns * max_seconds * 1000 + wait_margin_ms

async function accept(ctx: Context<Conversations>, message: NewMessage): Promise<Accepted> {
  const { conversation, message_id } = message
  const conversation_id = conversation.id
  let begun: BegunTurn | undefined
  const commit = (partial: MessageInput['partial']) => {
    const decide = (state: LockedConversation) => {
      const decision = decideMessage(state, { ...message, partial })
      const turn = isRefusal(decision) ? null : decision.change.new_turn
      begun = turn?.start ? begunTurn(state, conversation, turn, [message_id]) : undefined
      return decision
    }
    const { key, store, room } = ctx
    const binding = key ? { key, to: ({ turn_id }: { turn_id: string }) => ({ conversation_id, turn_id }) } : undefined
    const { organization_id } = store
    const target = { change: 'message', organization_id, id: conversation_id } as const
    return room.commits.change({ ...target, decide, characters: message.text.length, binding })
  }
  try {
    const committed =
      message.concurrency === 'interrupt' ? await withHalt(ctx.room, conversation_id, commit) : await commit(null)
    const started = committed.started && { ...committed.started, begun }
    followUp(ctx.room, conversation_id, { ...committed, started })
    const { turn_id, ahead } = committed.answer
    return { turn_id, wait_ms: waitFor(ahead + 1, message.max_seconds), seen: started && seenAtStart(turn_id) }
  } catch (error) {
    if (!(error instanceof CommitInDoubt)) throw error
    const turn_id = await resolveUncertainCommit(ctx, { conversation_id, message_id }, error)
    return { turn_id, wait_ms: waitFor(message.max_waiting + 1, message.max_seconds), seen: null }
  }
}

/** A message that came before, with the same key: its turn, or a new one where that failed. Nothing is stored twice. */
async function repeat(
  ctx: Context<Conversations>,
  { id, agent_version_id }: ConversationRecord,
  first_turn_id: string,
  input: SentMessage,
): Promise<Accepted> {
  const { ports, config } = ctx.core
  const newest = await findNewestTry(ctx.store, id, first_turn_id)
  if (!newest || agent_version_id === null) throw notFound('Conversation')
  const settings = await readTurnSettings(ctx, agent_version_id, input)
  const max_waiting = config.limits.waiting_turns
  const wait_ms = waitFor(max_waiting + 1, settings.max_seconds)
  if (newest.status !== 'failed') {
    ctx.key?.markReplayed()
    return { turn_id: newest.id, wait_ms, seen: null }
  }
  const retry = { ...settings, turn_id: ports.newId(), messages_of: first_turn_id, max_waiting }
  const committed = await changeConversation(ctx.store, ctx.core, { change: 'retry', id }, async (state, tx) => {
    const latest = await findNewestTry(tx, id, first_turn_id)
    return decideRetry(state, { ...retry, newest: latest ?? newest })
  })
  followUp(ctx.room, id, committed)
  const { turn_id } = committed.answer
  if (turn_id !== retry.turn_id) ctx.key?.markReplayed()
  return { turn_id, wait_ms, seen: null }
}
