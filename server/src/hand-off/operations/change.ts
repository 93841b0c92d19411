// What every operation that changes a hand-off shares: the running turn is stopped before the commit, the key is bound in it, and the answer
// is the conversation.
import type { Conversation } from '@parley/contract'
import { AppError, notFound } from '../../base/errors.ts'
import type { Context } from '../../calls/context.ts'
import { type Committed, changeConversation, followUp, withHalt } from '../../conversations/conversations.ts'
import type { Decision, LockedConversation, Refusal, RefusalFields } from '../../conversations/machine/change.ts'
import { isActive } from '../../conversations/machine/conversation.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import type { PartialReply } from '../../conversations/machine/turn-endings.ts'
import { findConversation } from '../../conversations/read/conversation.ts'
import { presentConversation } from '../../conversations/read/present.ts'
import type { Store } from '../../database/store.ts'
import type { HandOff } from '../services.ts'

type Call = Context<HandOff>

interface Changed<Answer> {
  /** Whether the agent may be left, so that a running attempt has to be stopped first. */
  leaves: boolean
  /** What surely refuses it, as the conversation was read: then no attempt is stopped in vain. */
  foresee?(): Promise<Refusal | null> | Refusal | null
  decide(
    state: LockedConversation,
    tx: Store,
    partial: PartialReply | null,
  ): Promise<Decision<Answer>> | Decision<Answer>
  /** In the same commit. */
  alongside?(tx: Store, answer: Answer): Promise<void>
  /** What the key of the call stands for; absent: the conversation. */
  bound_to?: string
  /** An earlier call with the same key was declined, so it has changed nothing. */
  wasDeclined?: boolean
}

/** The agent answers again since the conversation was read, so its attempt has to be stopped first. */
class AgentAnswers extends Error {}

/** One commit. Null: an earlier call with the same key has made it. */
export async function changeHandling<Answer>(
  ctx: Call,
  { id, handled_by, status }: Pick<ConversationRecord, 'id' | 'handled_by' | 'status'>,
  { leaves, foresee, decide, alongside, bound_to, wasDeclined = false }: Changed<Answer>,
): Promise<Committed<Answer> | null> {
  if (ctx.key?.bound && !wasDeclined) return null
  const { conversations } = ctx.room
  const commit = (partial: PartialReply | null, isStopped = true) =>
    changeConversation(
      ctx.store,
      conversations.commits,
      { change: 'handling', id },
      (state, tx) => {
        if (leaves && !isStopped && isAnswering(state)) throw new AgentAnswers()
        return decide(state, tx, partial)
      },
      async (tx, answer) => {
        await alongside?.(tx, answer)
        await ctx.key?.bind(tx, { conversation_id: id, ...(bound_to === undefined ? {} : { turn_id: bound_to }) })
      },
    )
  const commitStopped = () => withHalt(conversations, id, commit)
  try {
    const isCut = leaves && handled_by === 'agent' && isActive(status)
    const refusal = isCut ? await foresee?.() : null
    if (refusal) throw new AppError(refusal.refused, undefined, refusal.fields)
    const committed = isCut ? await commitStopped() : await commit(null, false).catch(orIfAnswering(commitStopped))
    followUp(conversations, id, committed)
    return committed
  } catch (error) {
    throw ctx.access.conversation ? withoutIds(error) : error
  }
}

const isAnswering = ({ handled_by, open_turns }: LockedConversation) =>
  handled_by === 'agent' && open_turns.some(({ status }) => status === 'running')

const orIfAnswering =
  <Result>(commitStopped: () => Promise<Result>) =>
  (error: unknown): Promise<Result> => {
    if (error instanceof AgentAnswers) return commitStopped()
    throw error
  }

/** An end user learns that a person has the conversation, and not who. */
function withoutIds(error: unknown): unknown {
  if (!(error instanceof AppError) || error.fields.assignee === undefined) return error
  const { assignee: _assignee, taken_at: _at, ...fields } = error.fields as RefusalFields
  return new AppError(error.error, error.message, fields)
}

export async function readAfter(ctx: Call, id: string): Promise<ConversationRecord> {
  const record = await findConversation(ctx.store, id)
  if (!record) throw notFound('Conversation')
  return record
}

/** The conversation as it is now; with a key, the first answer. */
export async function answerWith(ctx: Call, id: string): Promise<Conversation> {
  const answer = presentConversation(ctx.access, await readAfter(ctx, id))
  return ctx.key ? ctx.key.settle(answer) : answer
}
