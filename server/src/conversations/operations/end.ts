// Ends a conversation, at once or with its last open turn, and waits for its summary.
import type { Assignee, EndReason, ExternalPerson, Output } from '@parley/contract'
import { readAgentConfigOrDefaults } from '../../agents/agents.ts'
import type { Access } from '../../calls/access.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { end_to_commit_seconds } from '../metrics.ts'
import type { Conversations } from '../services.ts'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { endingRules } from '../accept-message.ts'
import { actingPerson, personIfAny } from '../acting.ts'
import { describeActor } from '../actor.ts'
import { changeConversation } from '../commit/commit.ts'
import { noteDepth } from '../commit/around-workflows.ts'
import { followUp, withHalt } from '../commit/follow-up.ts'
import { changeKey } from '../../live/shared.ts'
import { channelRules } from '../machine/channels.ts'
import { isActive } from '../machine/conversation.ts'
import { requireConversation } from '../read/require.ts'
import { decideEnd } from '../machine/decisions.ts'
import type { ConversationRecord } from '../machine/rows.ts'
import { findConversation } from '../read/conversation.ts'

const max_wait_seconds = 60
/** Added to the turns' own limits when a call waits for the last one. */
const wait_margin_ms = 30_000

export const endConversation: Handler<'endConversation', Conversations> = async (ctx, input) => {
  const { clock } = ctx.core.ports
  const asked_at = clock.monotonic()
  const asked_wait_ms = parsePreferredWait(input.prefer)
  const conversation = await requireConversation(ctx, input.conversation_id, 'end')
  const { id } = conversation
  const mode = input.mode ?? 'cut'
  const held_by = holderWhoEnds(ctx.access, input.external)
  const { agent_version_id, channel } = conversation
  // The defaults if the version does not exist here: the conversation was imported, and has already ended.
  const config = await readAgentConfigOrDefaults(ctx.store, agent_version_id, channel, ctx.core.config.default_model)
  const end = {
    mode,
    end_reason: (ctx.access.conversation ? 'ended_by_end_user' : 'ended_by_caller') as EndReason,
    ended_by: describeActor(ctx, conversation, input.reason ?? null),
    ...endingRules(config),
    ...(held_by ? { held_by } : {}),
  }
  const commit = (partial: Parameters<typeof decideEnd>[1]['partial']) =>
    changeConversation(
      ctx.store,
      ctx.room.commits,
      { change: 'end', id },
      (state) => decideEnd(state, { ...end, partial }),
      async (tx) => {
        noteDepth(tx, id, ctx.depth)
        await ctx.key?.bind(tx, { conversation_id: id })
      },
    )
  // What a person holds has no running turn.
  const isCut = mode === 'cut' && !held_by && channelRules[channel].ended_by_call && isActive(conversation.status)
  const committed = isCut ? await withHalt(ctx.room, id, commit) : await commit(null)
  if (committed.answer !== 'already_completed')
    ctx.core.metrics.observe(end_to_commit_seconds, {}, (clock.monotonic() - asked_at) / 1000)
  followUp(ctx.room, id, committed)
  if (committed.answer === 'ending') await waitForEnd(ctx, id, config.max_turn_seconds)
  const answer = await answerEnd(ctx, id, asked_wait_ms ?? config.analysis.wait_ms)
  return ctx.key ? ctx.key.settle(answer) : answer
}

/** Callers without `conversations:manage` end what they hold: members their own, a key what the person holds whom it names. Null: any. */
function holderWhoEnds(access: Access, external: ExternalPerson | null | undefined): Assignee | null {
  const person = personIfAny(access, external)
  if (access.conversation || access.scopes.has('conversations:manage')) return null
  return person ?? actingPerson(access, external)
}

/** The open turns end within their own limits, and the conversation with the last of them. */
async function waitForEnd(ctx: Context<Conversations>, id: string, max_turn_seconds: number): Promise<void> {
  const most_turns = ctx.core.config.limits.waiting_turns + 1
  const ended = await ctx.core.live.signals.waitFor(
    changeKey(id),
    most_turns * max_turn_seconds * 1000 + wait_margin_ms,
    async () => {
      const record = await findConversation(ctx.store, id)
      return record && isActive(record.status) ? undefined : true
    },
  )
  if (!ended)
    throw new AppError(
      'unavailable',
      'The conversation will end with its last turn, which is still running. Read the conversation later.',
    )
}

/** RFC 7240: `wait=N`, possibly among other preferences, which are ignored. */
export function parsePreferredWait(prefer: string | undefined): number | null {
  const preference = prefer?.split(/[,;]/).find((part) => /^\s*wait\s*=/i.test(part))
  if (preference === undefined) return null
  const value = preference
    .split('=')[1]!
    .trim()
    .replace(/^"(.*)"$/, '$1')
  if (!/^\d{1,6}$/.test(value)) throw invalid({ path: 'prefer', message: 'wait must be a whole number of seconds' })
  return Math.min(Number(value), max_wait_seconds) * 1000
}

/** The conversation when its analysis is over or the time is up. A caller without read access does not wait for its summary. */
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
  await ctx.core.live.signals.waitFor(changeKey(id), mayRead ? wait_ms : 0, async () => {
    latest = (await findConversation(ctx.store, id)) ?? latest
    return latest === null || isSettled(latest) ? true : undefined
  })
  if (latest === null) throw notFound('Conversation')
  return present(latest)
}
