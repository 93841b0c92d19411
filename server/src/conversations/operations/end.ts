// Ending a conversation: at once, or with its last open turn; and the wait for its summary.
import type { AgentConfig, EndReason, Output } from '@parley/contract'
import { type ResolvedConfig, resolveAgentConfig } from '../../agents/rules/config.ts'
import { findVersionConfig } from '../../agents/versions.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { describeActor } from '../actor.ts'
import { changeConversation } from '../commit/commit.ts'
import { followUp, withHalt } from '../commit/follow-up.ts'
import { channelRules } from '../machine/channels.ts'
import { isActive } from '../machine/conversation.ts'
import { requireConversation } from '../read/require.ts'
import { decideEnd } from '../machine/decisions.ts'
import type { ConversationRecord } from '../machine/rows.ts'
import { findConversation } from '../read/conversation.ts'

const max_wait_seconds = 60
/** What the wait for the last turn allows beyond the turns' own limits. */
const wait_margin_ms = 30_000

export const endConversation: Handler<'endConversation'> = async (ctx, input) => {
  const asked_wait_ms = parsePreferredWait(input.prefer)
  const conversation = await requireConversation(ctx, input.conversation_id, 'end')
  const { id } = conversation
  const mode = input.mode ?? 'cut'
  const config = await readConfig(ctx, conversation)
  const end = {
    mode,
    end_reason: (ctx.access.conversation ? 'ended_by_end_user' : 'ended_by_caller') as EndReason,
    ended_by: describeActor(ctx, conversation, input.reason ?? null),
    summary_enabled: config.analysis.summary.enabled,
  }
  const commit = (partial: Parameters<typeof decideEnd>[1]['partial']) =>
    changeConversation(
      ctx.store,
      ctx.services.commits,
      { change: 'end', id },
      (state) => decideEnd(state, { ...end, partial }),
      async (tx) => ctx.key?.bind(tx, { conversation_id: id }),
    )
  const isCut = mode === 'cut' && channelRules[conversation.channel].ended_by_call && isActive(conversation.status)
  const committed = isCut ? await withHalt(ctx.services, id, commit) : await commit(null)
  followUp(ctx.services, id, committed)
  if (committed.answer === 'ending') await waitForEnd(ctx, id, config.max_turn_seconds)
  const answer = await answerEnd(ctx, id, asked_wait_ms ?? config.analysis.wait_ms)
  return ctx.key ? ctx.key.settle(answer) : answer
}

/** Of a conversation whose version is not here, the defaults: it was brought in, and can only be ended already. */
async function readConfig(ctx: Context, { agent_version_id, channel }: ConversationRecord): Promise<ResolvedConfig> {
  const config = agent_version_id && (await findVersionConfig(ctx.store, agent_version_id))
  return resolveAgentConfig((config || {}) as AgentConfig, channel, ctx.services.config.default_model)
}

/** The open turns end within their own limits, and the conversation with the last of them. */
async function waitForEnd(ctx: Context, id: string, max_turn_seconds: number): Promise<void> {
  const most_turns = ctx.services.config.limits.waiting_turns + 1
  const ended = await ctx.services.signals.waitFor(
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

/** The record as it stands when its analysis is over, or when the time is. Who may not read the conversation waits for no summary. */
async function answerEnd(ctx: Context, id: string, wait_ms: number): Promise<Output<'endConversation'>> {
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
  await ctx.services.signals.waitFor(id, mayRead ? wait_ms : 0, async () => {
    latest = (await findConversation(ctx.store, id)) ?? latest
    return latest === null || isSettled(latest) ? true : undefined
  })
  if (latest === null) throw notFound('Conversation')
  return present(latest)
}
