// Sends a message and waits for its reply: the message is accepted, or was accepted earlier with the same key.
import { maySeeAgent } from '../../calls/access.ts'
import type { Context, Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { EventStream } from '../../calls/event-stream.ts'
import { isLongerThan } from '../../base/text.ts'
import {
  type AcceptedTurn,
  type IncomingMessage,
  acceptMessageAsLeft,
  acceptMessageIn,
  readTurnSettings,
  relayOf,
  refuseStored,
  waitFor,
} from '../accept-message.ts'
import { readAnswer } from '../answer-to-widget.ts'
import { changeConversation } from '../commit/commit.ts'
import { followUp } from '../commit/follow-up.ts'
import { NotAsExpected } from '../commit/group-commit.ts'
import { textContent, textsOf } from '../machine/content.ts'
import { decideRetry } from '../machine/decisions.ts'
import type { ConversationRecord, FoundConversation } from '../machine/rows.ts'
import { isFinal } from '../machine/turn.ts'
import { keys_joined } from '../metrics.ts'
import { requireConversation } from '../read/require.ts'
import { findNewestTry } from '../read/turns.ts'
import { awaitTurn, outcomeUnread, streamTurn } from '../read/turn-stream.ts'

export const sendConversationMessage: Handler<'sendConversationMessage', Conversations> = async (ctx, input) => {
  checkGiven(input)
  if (input.text !== undefined) checkText(ctx, input.text)
  const accepted = (await acceptAsLeft(ctx, input)) ?? (await acceptFound(ctx, input))
  const awaited = { interactivity: input.interactivity ?? 'plain', ...accepted }
  if (ctx.accepts_stream) return new EventStream((gone) => streamTurn(ctx, awaited, gone))
  return sayingStored(awaited.turn_id, () => awaitTurn(ctx, awaited))
}

type Accepted = AcceptedTurn & { conversation_id: string }

/** In the conversation as this node has left it; null: it has to be read. */
async function acceptAsLeft(ctx: Context<Conversations>, input: SentMessage): Promise<Accepted | null> {
  const { access, room, store, key } = ctx
  const isPlain = input.in_reply_to == null && input.client_id == null && !key?.bound
  if (!isPlain || access.conversation || access.sees_teams) return null
  const conversation = room.kept.take(store.organization_id, input.conversation_id)
  if (!conversation || !maySeeAgent(access, conversation.agent_id)) return null
  const message = await messageOf(ctx, conversation, input)
  try {
    return { conversation_id: conversation.id, ...(await acceptMessageAsLeft(ctx, conversation, message)) }
  } catch (error) {
    if (error instanceof NotAsExpected) return null
    throw error
  }
}

async function acceptFound(ctx: Context<Conversations>, input: SentMessage): Promise<Accepted> {
  const conversation = await requireConversation(ctx, input.conversation_id, 'message')
  const earlier = ctx.key?.bound?.turn_id
  const accepted = earlier
    ? await sayingStored(earlier, () => repeat(ctx, conversation, earlier, input))
    : await accept(ctx, conversation, await messageOf(ctx, conversation, input))
  return { conversation_id: conversation.id, ...accepted }
}

/** As far as what end users may send allows it. */
async function accept(
  ctx: Context<Conversations>,
  conversation: FoundConversation,
  message: IncomingMessage,
): Promise<AcceptedTurn> {
  const { end_users } = ctx.room
  try {
    // What end users may send is used up by a message that is sent again, too.
    if (ctx.access.conversation) await ctx.key?.requireNew()
    const text = textsOf(message.content).join('')
    const most = await end_users.admit(ctx, { conversation, text })
    return await acceptMessageIn(ctx, conversation, most === null ? message : { ...message, most_messages: most })
  } catch (error) {
    if (!(error instanceof AppError) || error.fields.turn_id !== undefined) throw error
    // Any other refusal says that the message is not stored (T1).
    await refuseStored(ctx, conversation, message)
    throw error.error === 'conversation_full' ? await end_users.refuseFull(ctx, conversation) : error
  }
}

type SentMessage = Parameters<typeof sendConversationMessage>[1]

/** A text is needed, or the answers to a widget, which have one. */
function checkGiven({ text, in_reply_to, values }: SentMessage): void {
  if (text === undefined && in_reply_to == null) throw invalid({ path: 'text', message: 'is required' })
  if (in_reply_to != null && values == null) {
    throw invalid({ path: 'values', message: 'is required with in_reply_to' })
  }
  if (in_reply_to == null && values != null) {
    throw invalid({ path: 'in_reply_to', message: 'is required with values' })
  }
}

async function messageOf(ctx: Context<Conversations>, conversation: ConversationRecord, input: SentMessage) {
  const { conversation_id, text, interactivity, parley_concurrency: concurrency, in_reply_to, values } = input
  const client_id = input.client_id?.toLowerCase() ?? null
  const shared = { conversation_id, concurrency, interactivity, client_id }
  if (in_reply_to == null) return { ...shared, ...said(text!) }
  const answer = await readAnswer(ctx, conversation, { client_id, in_reply_to, values: values!, text })
  if (text === undefined) checkLength(ctx, answer.text, 'values')
  return { ...shared, ...said(answer.text), in_reply_to, values: answer.values }
}

const said = (text: string) => ({ from: 'caller' as const, content: textContent(text), author: null })

/** T1: whatever fails after the message is stored, the answer must say that it is stored. */
async function sayingStored<T>(turn_id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError) throw error
    throw outcomeUnread(turn_id, error)
  }
}

function checkText(ctx: Context<Conversations>, text: string): void {
  if (text.trim() === '') throw invalid({ path: 'text', message: 'must not be blank' })
  checkLength(ctx, text, 'text')
}

function checkLength({ core }: Context<Conversations>, text: string, path: 'text' | 'values'): void {
  const { message_characters } = core.config.limits
  if (!isLongerThan(text, message_characters)) return
  throw invalid({ path, message: `must have at most ${message_characters} characters` })
}

/** Another try costs as much as a message, which is stored however this ends (T1). */
async function admitRetry(
  ctx: Context<Conversations>,
  conversation: ConversationRecord,
  turn_id: string,
): Promise<void> {
  try {
    await ctx.room.end_users.admit(ctx, { conversation, text: '' })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { retry_after } = error
    throw new AppError(error.error, error.message, { turn_id }, retry_after === undefined ? {} : { retry_after })
  }
}

/** A message that was sent before with the same key: its turn, or a new one if that failed. Nothing is stored twice. */
async function repeat(
  ctx: Context<Conversations>,
  conversation: ConversationRecord,
  first_turn_id: string,
  input: SentMessage,
): Promise<AcceptedTurn> {
  const { ports, config } = ctx.core
  const { id, agent_version_id, channel } = conversation
  const asked = { concurrency: input.parley_concurrency, interactivity: input.interactivity }
  const newest = await findNewestTry(ctx.store, id, first_turn_id)
  if (!newest || agent_version_id === null) throw notFound('Conversation')
  const settings = await readTurnSettings(ctx, { agent_version_id, channel }, asked)
  const max_waiting = config.limits.waiting_turns
  const wait_ms = waitFor(max_waiting + 1, settings.max_seconds)
  const relay = relayOf(ctx, { conversation, relays: settings.relays })
  if (newest.status !== 'failed') {
    if (!isFinal(newest.status)) ctx.core.metrics.count(keys_joined, {})
    ctx.key?.markReplayed()
    return { turn_id: newest.id, wait_ms, seen: null, ...relay }
  }
  await admitRetry(ctx, conversation, newest.id)
  const retry = { ...settings, turn_id: ports.newId(), messages_of: first_turn_id, max_waiting }
  const committed = await changeConversation(
    ctx.store,
    ctx.room.commits,
    { change: 'retry', id },
    async (state, tx) => {
      const latest = await findNewestTry(tx, id, first_turn_id)
      return decideRetry(state, { ...retry, newest: latest ?? newest })
    },
  )
  followUp(ctx.room, id, committed)
  const { turn_id } = committed.answer
  if (turn_id !== retry.turn_id) ctx.key?.markReplayed()
  return { turn_id, wait_ms, seen: null, ...relay }
}
