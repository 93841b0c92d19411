// A message and its reply: the commit that accepts it, and the wait for the turn that answers it.
import type { AgentConfig, MessageReply } from '@parley/contract'
import { resolveAgentConfig } from '../agents/config.ts'
import { getVersionConfig } from '../agents/versions.ts'
import type { Context, Handler } from '../context.ts'
import { isUnavailable } from '../database/database.ts'
import { AppError, invalid } from '../errors.ts'
import { type Committed, changeConversation } from './commit.ts'
import { conclude, withHalt } from './conclude.ts'
import { takesMessages } from './conversation.ts'
import { requireConversation } from './conversation-access.ts'
import { type MessageInput, decideMessage } from './decisions.ts'
import { type ConversationRecord, type TurnRecord, findTurn, readReply } from './queries.ts'
import { isFinal } from './turn.ts'

/** What the wait for a turn allows beyond the turns' own limits: their starts, commits and takeovers. */
const wait_margin_ms = 30_000

export const sendConversationMessage: Handler<'sendConversationMessage'> = async (ctx, input) => {
  checkText(ctx, input.text)
  const conversation = await requireConversation(ctx, input.conversation_id, 'message')
  const message = await prepareMessage(ctx, conversation, input)
  const { answer } = await accept(ctx, conversation.id, message)
  const wait_ms = (answer.ahead + 1) * message.max_seconds * 1000 + wait_margin_ms
  try {
    const turn = await waitForTurn(ctx, conversation.id, answer.turn_id, wait_ms)
    return await answerTurn(ctx, conversation.id, answer.turn_id, turn, message.interactivity)
  } catch (error) {
    if (error instanceof AppError) throw error
    // T1: whatever fails from here on, the message is stored, and the answer must say so.
    throw new AppError(
      'turn_timed_out',
      'The outcome could not be read; read it later.',
      { turn_id: answer.turn_id },
      { cause: error },
    )
  }
}

function checkText(ctx: Context, text: string): void {
  const { message_characters } = ctx.services.config.limits
  if (text.trim() === '') throw invalid({ path: 'text', message: 'must not be blank' })
  if ([...text].length > message_characters) {
    throw invalid({ path: 'text', message: `must have at most ${message_characters} characters` })
  }
}

async function prepareMessage(
  ctx: Context,
  conversation: ConversationRecord,
  input: Parameters<typeof sendConversationMessage>[1],
): Promise<MessageInput> {
  const { ports, config } = ctx.services
  if (conversation.channel !== 'text') throw new AppError('conversation_not_text')
  // An ended conversation that was brought in from elsewhere has no version, or one that is not here.
  if (!takesMessages(conversation.status) || conversation.agent_version_id === null) {
    throw new AppError('conversation_not_active')
  }
  const stored = await getVersionConfig(ctx.store, conversation.agent_version_id)
  const resolved = resolveAgentConfig(stored as AgentConfig, 'text', config.default_model)
  return {
    message_id: ports.newId(),
    turn_id: ports.newId(),
    text: input.text,
    concurrency: input.parley_concurrency ?? resolved.concurrency,
    interactivity: input.interactivity ?? 'plain',
    agent_version_id: conversation.agent_version_id,
    max_seconds: resolved.max_turn_seconds,
    max_waiting: config.limits.waiting_turns,
    partial: null,
  }
}

async function accept(ctx: Context, conversation_id: string, message: MessageInput) {
  const commit = (partial: MessageInput['partial']): Promise<Committed<{ turn_id: string; ahead: number }>> =>
    changeConversation(ctx.store, ctx.services, conversation_id, (state) =>
      decideMessage(state, { ...message, partial }),
    )
  const committed =
    message.concurrency === 'interrupt' ? await withHalt(ctx.services, conversation_id, commit) : await commit(null)
  conclude(ctx.services, conversation_id, committed)
  return committed
}

/** A database that is gone for a moment ends no wait. */
function waitIfUnavailable(error: unknown): undefined {
  if (!isUnavailable(error)) throw error
}

/** The turn when it is final, or as it stands when the time is over. */
async function waitForTurn(ctx: Context, conversation_id: string, turn_id: string, wait_ms: number) {
  return ctx.services.signals.waitFor(turn_id, wait_ms, async () => {
    const turn = await findTurn(ctx.store, conversation_id, turn_id).catch(waitIfUnavailable)
    if (turn === undefined) return undefined
    // A deleted conversation's turns are gone: it was ended before.
    if (!turn) return 'deleted' as const
    return isFinal(turn.status) ? turn : undefined
  })
}

async function answerTurn(
  ctx: Context,
  conversation_id: string,
  turn_id: string,
  turn: TurnRecord | 'deleted' | undefined,
  interactivity: 'plain' | 'rich',
): Promise<MessageReply> {
  const fields = { turn_id }
  if (turn === 'deleted') throw new AppError('conversation_ended', undefined, fields)
  switch (turn?.outcome) {
    case 'reply':
      return {
        conversation_id,
        reply: await readReply(ctx.store, turn_id),
        tool_calls: [],
        ...(interactivity === 'rich' ? { widgets: [] } : {}),
        turn_id,
      }
    case 'model_error':
    case 'step_limit':
    case 'attempts_exhausted':
      throw new AppError('turn_failed', turn.error ?? undefined, fields)
    case 'timed_out':
      throw new AppError('turn_timed_out', turn.error ?? undefined, fields)
    case 'conversation_ended':
      throw new AppError('conversation_ended', undefined, fields)
    case 'cancelled_by_caller':
      throw new AppError('turn_cancelled', undefined, fields)
    case 'superseded':
      throw new AppError('turn_superseded', undefined, fields)
    case null:
    case undefined:
      throw new AppError('turn_timed_out', 'The turn is not over yet; read it later.', fields)
  }
}
