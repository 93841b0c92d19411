// What a visitor says about a conversation that is over, once (B10): one commit stores it, with its events.
import type { FormDefinition, WebWidgetConfig } from '@parley/contract'
import { widgetDefaults } from '@parley/contract'
import { readAgentConfigOrDefaults } from '../../agents/agents.ts'
import { AppError, invalid } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { announce, changeMetadata } from '../../conversations/conversations.ts'
import { rated } from '../../conversations/machine/handling-events.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import { insertRating, refuseRating } from '../../hand-off/hand-off.ts'
import { type WidgetCounters, sendCounters } from '../count-rows.ts'
import {
  type FeedbackSettings,
  type SentFeedback,
  answersOf,
  faultsOfFeedback,
  feedbackForm,
  scoreOf,
  whyClosed,
} from '../rules/feedback.ts'
import type { WebWidgets } from '../services.ts'
import { insertFeedback } from '../visitor-rows.ts'
import { requireOwn } from './own-conversation.ts'

export const giveConversationFeedback: Handler<'giveConversationFeedback', WebWidgets> = (ctx, input) =>
  accept(ctx, input.conversation_id, input as SentFeedback)

export const giveFeedback: Handler<'giveFeedback', WebWidgets> = (ctx, input) =>
  accept(ctx, input.conversation_id, input as SentFeedback)

async function accept(ctx: Context<WebWidgets>, conversation_id: string, sent: SentFeedback) {
  const { core, room, store } = ctx
  const { row, record } = await requireOwn(ctx, conversation_id)
  const { widget } = room.door.enteredOf(ctx.access)
  const settings = settingsOf(widget.config)
  if (settings.enabled) {
    const faults = faultsOfFeedback(settings, sent)
    if (faults.length > 0) throw invalid(...faults)
  }
  const closed = whyClosed(settings, { ended_at: record.ended_at, now_ms: core.ports.clock.now() })
  if (closed === 'conversation_active') throw new AppError(closed)
  if (row.feedback_given) throw new AppError('feedback_given')
  if (closed) throw new AppError(closed)
  const { rating = null } = sent
  const score = await scoreFor(ctx, record, rating)
  const data = sent.data ? answersOf(settings.form, sent.data) : null
  const patch = (metadata: JsonObject) => ({ ...metadata, feedback_form: feedbackForm({ rating, data }) })
  await changeMetadata(store, room.conversations.commits, record.id, patch, {
    events: [{ type: 'conversation.feedback', data: { rating, data } }, ...ratedBy(row.user_id, score)],
    async alongside(tx) {
      if (!(await insertFeedback(tx, widget.id, record.id))) throw new AppError('feedback_given')
      // H12: the same one answer as a rating through the API.
      if (score !== null && !(await insertRating(tx, record.id, { rating: score, comment: null }))) {
        throw new AppError('feedback_given')
      }
      if (!row.is_preview) sendCounters(tx, store.organization_id, widget.id, countersOf(rating))
    },
  })
  announce(core, record.id)
  room.conversations.watcher.changed(store.organization_id)
  return { accepted: true as const }
}

/** As a rating of the conversation; null: it has none, or takes none. */
async function scoreFor(
  { core, store }: Context<WebWidgets>,
  { agent_version_id, channel, ended_at, content_purged_at }: ConversationRecord,
  rating: SentFeedback['rating'],
): Promise<number | null> {
  const { satisfaction } = await readAgentConfigOrDefaults(store, agent_version_id, channel, core.config.default_model)
  const now = new Date(core.ports.clock.now()).toISOString()
  return refuseRating({ ended_at, content_purged_at, now }, satisfaction) === null ? scoreOf(rating) : null
}

function ratedBy(user_id: string, score: number | null) {
  const by = { type: 'end_user', id: user_id, name: null } as const
  return score === null ? [] : [rated({ by, why: 'call' }, { rating: score, comment: null })]
}

function countersOf(rating: SentFeedback['rating']): WidgetCounters {
  const score = scoreOf(rating)
  return { feedback: 1, ...(score === null ? {} : { feedback_rated: 1, feedback_score: score }) }
}

function settingsOf({ post_conversation_feedback }: WebWidgetConfig): FeedbackSettings {
  const { enabled, rating } = widgetDefaults.post_conversation_feedback
  const given = post_conversation_feedback ?? {}
  return {
    enabled: given.enabled ?? enabled,
    rating: given.rating ?? rating,
    form: (given.form ?? null) as FormDefinition | null,
  }
}
