// The work that rates a reply, and asks for a person when replies are rated low in a row. Safe to run twice: a rating is written once.
import { readAgentConfigOrDefaults } from '../agents/agents.ts'
import type { HandOffRules } from '../agents/rules/hand-off.ts'
import type { ResolvedConfig } from '../agents/rules/config.ts'
import { AppError } from '../base/errors.ts'
import { BudgetExceeded } from '../budgets/gate.ts'
import type { Core } from '../calls/core.ts'
import {
  type CommitAddition,
  type Conversations,
  changeConversation,
  followUp,
  rateReply,
  readNewestRatings,
} from '../conversations/conversations.ts'
import { bySystem } from '../conversations/machine/handling-events.ts'
import { decideLowConfidence } from '../conversations/machine/low-confidence.ts'
import type { ConversationRecord } from '../conversations/machine/rows.ts'
import { findConversation } from '../conversations/read/conversation.ts'
import { readMessagesOfTurn } from '../conversations/read/transcript.ts'
import { type RootStore, openReservedStore } from '../database/store.ts'
import { type ModelCatalog, ModelError, collectAnswer, modelOf, modelsOf, samplingOf } from '../models/models.ts'
import type { CallCounter } from '../usage/usage.ts'
import { addWork } from '../work/add.ts'
import type { Outcome, WorkItem, WorkKind } from '../work/port.ts'
import { ratingRequest, readRating } from './rules/confidence.ts'

const rating_work = 'rate_reply'

interface RatingServices {
  readonly core: Core
  readonly conversations: Conversations
  readonly models: ModelCatalog
}

/** Only of agents that rate their replies, so that the turns of others cost nothing more. */
export const rateReplies: CommitAddition = {
  on: ['turn_ended'],
  write(tx, { state, change }) {
    const { id: owner, organization_id } = state
    for (const { id: subject, is_rated } of change.ended_turns) {
      if (is_rated) addWork(tx, rating_work, { organization_id, owner, subject })
    }
  },
}

export function ratingWork(services: RatingServices): WorkKind {
  return {
    name: rating_work,
    lease_ms: 10_000,
    // Three tries; then the reply counts as fine.
    delays_ms: [2500, 10_000],
    share: { node: 16, organization: 8, owner: 1 },
    run: (item, { signal }) => runRating(services, item, signal),
    giveUp: async () => {},
  }
}

async function runRating(services: RatingServices, { organization_id, owner, subject }: WorkItem, signal: AbortSignal) {
  const { core } = services
  const store = openReservedStore(core.database, organization_id!)
  const conversation = await findConversation(store, owner)
  if (!conversation || conversation.agent_version_id === null) return done
  const { agent_version_id, channel } = conversation
  const config = await readAgentConfigOrDefaults(store, agent_version_id, channel, core.config.default_model)
  const rule = config.hand_off.rules?.low_confidence
  if (!rule) return done
  const { question, reply } = await readMessagesOfTurn(store, owner, subject)
  if (reply === '') return done
  const counting = {
    organization_id: organization_id!,
    agent_id: conversation.agent_id,
    conversation_id: owner,
  } as const
  const usage = core.usage.counter({ ...counting, kind: 'model_call', purpose: 'analysis' })
  const model = { llm: rule.llm ?? config.llm, usage }
  const confidence = await rate(services, store, model, { question, reply }, signal)
  if (typeof confidence === 'object') return confidence
  await commitRating(services, store, { conversation, config, rule, turn_id: subject, confidence })
  return done
}

const done: Outcome = { next: 'done' }

/** The rating, or why it has to be tried again. */
async function rate(
  { core, models: catalog }: RatingServices,
  store: RootStore,
  { usage, ...model }: Pick<ResolvedConfig, 'llm'> & { usage: CallCounter },
  { question, reply }: { question: string; reply: string },
  signal: AbortSignal,
): Promise<number | Outcome> {
  try {
    const models = modelsOf({ ...core, models: catalog }, store)
    const request = { ...ratingRequest(question, reply), ...samplingOf(model) }
    const answer = await collectAnswer(modelOf({ models }, model).stream(request, signal, usage))
    return readRating(answer.text) ?? { next: { retry: 'The answer of the model is not a rating.' } }
  } catch (error) {
    // The reply counts as fine.
    if (error instanceof BudgetExceeded) return done
    if (!(error instanceof ModelError)) throw error
    return { next: { retry: error.message } }
  }
}

interface Rated {
  conversation: ConversationRecord
  config: ResolvedConfig
  rule: NonNullable<HandOffRules['low_confidence']>
  turn_id: string
  confidence: number
}

async function commitRating(
  { conversations }: RatingServices,
  store: RootStore,
  { conversation, config, rule, turn_id, confidence }: Rated,
): Promise<void> {
  const { id } = conversation
  const plan = await conversations.people.planWait({ store, conversation, config, team: null })
  const asked = {
    by: bySystem,
    why: 'rule',
    reason: 'low_confidence',
    text: null,
    force: false,
    partial: null,
  } as const
  const request = { ...asked, plan, most_requests: config.hand_off.max_per_conversation }
  try {
    const committed = await changeConversation(
      store,
      conversations.commits,
      { change: 'handling', id },
      async (state, tx) => {
        await rateReply(tx, id, turn_id, confidence)
        const since = state.handling?.returned_at ?? null
        const newest = await readNewestRatings(tx, id, { since, most: rule.consecutive })
        return decideLowConfidence(state, { ...rule, turn_id, newest, request })
      },
    )
    followUp(conversations, id, committed)
  } catch (error) {
    // It was deleted meanwhile.
    if (!(error instanceof AppError) || error.error !== 'not_found') throw error
  }
}
