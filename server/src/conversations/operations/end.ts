// Ending, cancelling and deleting: what stops a conversation or one of its turns.
import type { EndReason, EndedBy, Output } from '@parley/contract'
import { readAgentConfigOrDefaults } from '../../agents/read-config.ts'
import type { Context, Handler } from '../../calls/context.ts'
import type { Conversations } from '../conversations.ts'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { changeConversation } from '../commit/commit.ts'
import { deleteContent } from '../commit/content.ts'
import { followUp, withHalt } from '../commit/follow-up.ts'
import { isActive } from '../machine/conversation.ts'
import { requireConversation } from '../read/require.ts'
import { decideCancel, decideEnd } from '../machine/decisions.ts'
import { type ConversationRecord, type TurnRecord, findConversation, findTurn } from '../read/conversation.ts'
import { presentTurn } from '../read/present.ts'

const max_wait_seconds = 60
/** What the wait for the last turn allows beyond the turns' own limits. */
const wait_margin_ms = 30_000

export const endConversation: Handler<'endConversation', Conversations> = async (ctx, input) => {
  const asked_wait_ms = parsePreferredWait(input.prefer)
  const conversation = await requireConversation(ctx, input.conversation_id, 'end')
  const { id } = conversation
  const mode = input.mode ?? 'cut'
  const { default_model } = ctx.core.config
  // The defaults where the version is not here: it was brought in, and can only be ended already.
  const config = await readAgentConfigOrDefaults(ctx.store, conversation.agent_version_id, 'text', default_model)
  const end = {
    mode,
    end_reason: (ctx.access.conversation ? 'ended_by_end_user' : 'ended_by_caller') as EndReason,
    ended_by: describeActor(ctx, conversation, input.reason ?? null),
    summary_enabled: config.analysis.summary.enabled,
  }
  const commit = (partial: Parameters<typeof decideEnd>[1]['partial']) =>
    changeConversation(
      ctx.store,
      ctx.core,
      { change: 'end', id },
      (state) => decideEnd(state, { ...end, partial }),
      async (tx) => ctx.key?.bind(tx, { conversation_id: id }),
    )
  const isCut = mode === 'cut' && conversation.channel === 'text' && isActive(conversation.status)
  const committed = isCut ? await withHalt(ctx.room, id, commit) : await commit(null)
  followUp(ctx.room, id, committed)
  if (committed.answer === 'ending') await waitForEnd(ctx, id, config.max_turn_seconds)
  const answer = await answerEnd(ctx, id, asked_wait_ms ?? config.analysis.wait_ms)
  return ctx.key ? ctx.key.settle(answer) : answer
}

/** The open turns end within their own limits, and the conversation with the last of them. */
async function waitForEnd(ctx: Context<Conversations>, id: string, max_turn_seconds: number): Promise<void> {
  const most_turns = ctx.core.config.limits.waiting_turns + 1
  const ended = await ctx.core.live.signals.waitFor(
    id,
    most_turns * max_turn_seconds * 1000 + wait_margin_ms,
    async () => {
      const record = await findConversation(ctx.store, id)
      return record && isActive(record.status) ? undefined : true
    },
  )
  if (!ended) throw new AppError('unavailable', 'The conversation will end with its last turn, which is not over yet.')
}

/** RFC 7240: `wait=N` among other preferences, which are ignored. */
export function parsePreferredWait(prefer: string | undefined): number | null {
  const preference = prefer?.split(/[,;]/).find((part) => /^\s*wait\s*=/i.test(part))
  if (preference === undefined) return null
  const value = preference
    .split('=')[1]!
    .trim()
    .replace(/^"(.*)"$/, '$1')
  if (!/^\d{1,6}$/.test(value)) throw invalid({ path: 'prefer', message: 'wait must be a number of seconds' })
  return Math.min(Number(value), max_wait_seconds) * 1000
}

export function describeActor(
  ctx: Context<Conversations>,
  conversation: { user_id: string },
  reason: string | null,
): EndedBy {
  const { actor } = ctx.access
  if (actor.type === 'end_user') return { type: 'user', id: conversation.user_id, name: null, reason }
  return { type: actor.type, id: actor.id, name: actor.name, reason }
}

/** The record as it stands when its analysis is over, or when the time is. Who may not read the conversation waits for no summary. */
async function answerEnd(ctx: Context<Conversations>, id: string, wait_ms: number): Promise<Output<'endConversation'>> {
  const mayRead = ctx.access.conversation?.permissions.has('read') ?? true
  const present = ({ status, duration, summary }: ConversationRecord) => ({
    conversation_id: id,
    status,
    duration,
    summary: mayRead ? summary : null,
  })
  const isSettled = ({ analysis_status }: ConversationRecord) =>
    analysis_status !== 'queued' && analysis_status !== 'running'
  let latest: ConversationRecord | null = null
  await ctx.core.live.signals.waitFor(id, mayRead ? wait_ms : 0, async () => {
    latest = (await findConversation(ctx.store, id)) ?? latest
    return latest === null || isSettled(latest) ? true : undefined
  })
  if (latest === null) throw notFound('Conversation')
  return present(latest)
}

export const cancelTurn: Handler<'cancelTurn', Conversations> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  const turn = await findTurn(ctx.store, id, input.turn_id)
  if (!turn) throw notFound('Turn')
  const read: { turn: TurnRecord | null } = { turn: null }
  const commit = (partial: Parameters<typeof decideCancel>[2]) =>
    changeConversation(
      ctx.store,
      ctx.core,
      { change: 'cancel', id },
      (state) => decideCancel(state, turn.id, partial),
      async (tx) => {
        await ctx.key?.bind(tx, { conversation_id: id })
        // Here: once it is committed, nothing may fail that would call it refused.
        read.turn = await findTurn(tx, id, turn.id)
      },
    )
  // A waiting turn can be cancelled without disturbing the one that runs.
  const committed = turn.status === 'running' ? await withHalt(ctx.room, id, commit) : await commit(null)
  followUp(ctx.room, id, committed)
  if (!read.turn) throw notFound('Turn')
  const cancelled = presentTurn(read.turn)
  return ctx.key ? ctx.key.settle(cancelled) : cancelled
}

export const deleteConversation: Handler<'deleteConversation', Conversations> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, null)
  const ended_by = describeActor(ctx, conversation, null)
  const { id } = conversation
  const committed = await withHalt(ctx.room, id, () => deleteContent(ctx.store, ctx.core, id, ended_by))
  followUp(ctx.room, id, committed)
}
