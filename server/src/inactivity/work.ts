// The timer of a conversation: warns and ends it when its version's rules demand it. No message moves it: it may fire early, and
// what is due is decided under the conversation's lock, by the database's clock. Safe to run twice.
import { readAgentConfigOrDefaults, readTimedRules } from '../agents/agents.ts'
import type { ResolvedConfig } from '../agents/rules/config.ts'
import { AppError } from '../base/errors.ts'
import type { Core } from '../calls/core.ts'
import {
  type Conversations,
  endingRules,
  followUp,
  renderRuleMessage,
  withHalt,
} from '../conversations/conversations.ts'
import { type TimerInput, decideTimer, judgeStanding } from '../conversations/machine/inactivity.ts'
import type { ConversationRecord } from '../conversations/machine/rows.ts'
import { findConversation } from '../conversations/read/conversation.ts'
import { readStandings } from '../conversations/read/standings.ts'
import type { Executor } from '../database/database.ts'
import { openReservedStore } from '../database/store.ts'
import type { Outcome, WorkItem, WorkKey, WorkKind } from '../work/port.ts'
import { timer_of_rules } from './inactivity.ts'

export interface InactivityServices {
  readonly core: Core
  readonly conversations: Conversations
}

export function conversationTimer(services: InactivityServices): WorkKind {
  return {
    name: timer_of_rules,
    lease_ms: 10_000,
    delays_ms: [500, 2000, 5000, 15_000, 60_000],
    share: { node: 32, organization: 16, owner: 1 },
    review: reviewTimers,
    run: (item) => runTimer(services, item),
    giveUp: null,
  }
}

/** When each is due, by subject; one that is due now, or may be, is missing. */
async function reviewTimers(database: Executor, items: readonly WorkKey[]): Promise<Map<string, string | null>> {
  const standings = await readStandings(database, items.map(keyOf))
  const rulesOf = await readTimedRules(database, standings)
  const times = new Map<string, string | null>(items.map(({ subject }) => [subject, null]))
  for (const standing of standings) {
    const verdict = judgeStanding(standing, rulesOf(standing))
    if (verdict.type === 'wait') times.set(standing.id, verdict.until)
    else times.delete(standing.id)
  }
  return times
}

const keyOf = ({ subject: id, organization_id }: WorkKey) => ({ id, organization_id: organization_id! })

async function runTimer(services: InactivityServices, { subject: id, organization_id }: WorkItem): Promise<Outcome> {
  const { core } = services
  const store = openReservedStore(core.database, organization_id!)
  const conversation = await findConversation(store, id)
  if (!conversation) return { next: 'done' }
  const { agent_version_id, channel } = conversation
  const config = await readAgentConfigOrDefaults(store, agent_version_id, channel, core.config.default_model)
  try {
    const at = await applyRules(services, conversation, config)
    return { next: at === null ? 'done' : { again_at: at } }
  } catch (error) {
    // It was deleted meanwhile.
    if (error instanceof AppError && error.error === 'not_found') return { next: 'done' }
    throw error
  }
}

/** Returns when the timer has to fire again; null: never. */
async function applyRules(
  { core, conversations }: InactivityServices,
  conversation: ConversationRecord,
  config: ResolvedConfig,
): Promise<string | null> {
  const { id, organization_id } = conversation
  const { inactivity: rules } = config
  const input: Omit<TimerInput, 'partial'> = {
    rules,
    warning: renderRuleMessage(core, config, 'warn_message', conversation),
    closing: renderRuleMessage(core, config, 'end_message', conversation),
    ...endingRules(config),
  }
  const characters = (input.warning?.text.length ?? 0) + (input.closing?.text.length ?? 0)
  const commit = (partial: TimerInput['partial']) =>
    conversations.commits.change({
      ...{ change: 'inactivity', organization_id, id, characters },
      decide: (state) => decideTimer(state, { ...input, partial }),
    })
  const isCut = await endsDuringTurn(core, conversation, rules)
  const committed = isCut ? await withHalt(conversations, id, commit) : await commit(null)
  followUp(conversations, id, committed)
  return committed.answer
}

/** Whether an attempt has to be stopped, so that the commit can keep its text. */
async function endsDuringTurn({ database }: Core, key: ConversationRecord, rules: ResolvedConfig['inactivity']) {
  if (rules.max_duration_seconds === null) return false
  const [standing] = await readStandings(database, [key])
  return standing?.has_open_turns === true && judgeStanding(standing, rules).type === 'end'
}
