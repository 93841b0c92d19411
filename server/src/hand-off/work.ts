// The timer of a hand-off: ends offers and waits, wakes what is snoozed, gives what nobody answers to others, ends what is silent, warns of
// promised times. It may fire early; what is due is decided under the conversation's lock, by the database's clock. Safe to run twice.
import { readAgentConfigOrDefaults } from '../agents/agents.ts'
import type { ResolvedConfig } from '../agents/rules/config.ts'
import { AppError } from '../base/errors.ts'
import type { Core } from '../calls/core.ts'
import { type CommitAddition, followUp } from '../conversations/conversations.ts'
import type { HandlingTimerInput } from '../conversations/machine/handling-timers.ts'
import { decideHandlingTimer, nextDue } from '../conversations/machine/handling-timers.ts'
import type { WaitPlan } from '../conversations/machine/handling-decisions.ts'
import type { ConversationRecord } from '../conversations/machine/rows.ts'
import { findConversation } from '../conversations/read/conversation.ts'
import { type RootStore, openReservedStore } from '../database/store.ts'
import { addWork } from '../work/add.ts'
import type { Outcome, WorkItem, WorkKind } from '../work/port.ts'
import { timer_of_rules } from '../inactivity/inactivity.ts'
import { actTogether } from './due-together.ts'
import { findSeenAt } from './presence/rows.ts'
import { reviewHandlings } from './review.ts'
import { type TimerServices, closingOf, nobodyAvailable } from './timer-input.ts'

const timer_work = 'handling_timer'

/** The agent's own rules go on: what became due while people had the conversation is looked at now. */
export const resumeRules: CommitAddition = {
  on: ['handled'],
  write(tx, { state: { id, organization_id, handled_by }, change }) {
    if (handled_by === 'agent' || change.handling!.handled_by !== 'agent') return
    addWork(tx, timer_of_rules, { organization_id, owner: id, subject: id })
  },
}

/** Arms the timer in the commit that makes something due sooner. */
export const armTimer: CommitAddition = {
  on: ['handled'],
  write(tx, { state, change }) {
    const { silent_since, now } = state
    const seen = { silent_since, holder_seen_at: null }
    const due = nextDue(change.handling!, { ...seen, silent_since: change.items.length > 0 ? now : silent_since })
    const before = state.handling && nextDue(state.handling, seen)
    // One that is past already waits for a holder who was heard of, and for nothing sooner.
    if (due === null || change.end || (due === before && due > now)) return
    const { id, organization_id } = state
    addWork(tx, timer_work, { organization_id, owner: id, subject: id }, { at: due })
  },
}

export function handlingTimer(services: TimerServices): WorkKind {
  return {
    name: timer_work,
    lease_ms: 10_000,
    delays_ms: [500, 2000, 5000, 15_000, 60_000],
    share: { node: 32, organization: 16, owner: 1 },
    review: reviewHandlings,
    async run(item, port) {
      const outcome = await runTimer(services, item)
      await actTogether(services, port)
      return outcome
    },
    giveUp: null,
  }
}

async function runTimer(services: TimerServices, { subject: id, organization_id }: WorkItem): Promise<Outcome> {
  const { core, conversations } = services
  const store = openReservedStore(core.database, organization_id!)
  const conversation = await findConversation(store, id)
  if (!conversation) return { next: 'done' }
  const { agent_version_id, channel } = conversation
  const config = await readAgentConfigOrDefaults(store, agent_version_id, channel, core.config.default_model)
  const input: HandlingTimerInput = {
    answer: turnOf(core, conversation, config.max_turn_seconds),
    ending: nobodyAvailable(config),
    closing: closingOf(core, conversation, 'wait'),
    idle_closing: closingOf(core, conversation, 'idle'),
    requeue: await planRequeue(services, store, conversation, config),
    holder: await findHolder(store, conversation),
  }
  const most = [input.closing, input.idle_closing].map((message) => message?.text.length ?? 0)
  try {
    const committed = await conversations.commits.change({
      ...{ change: 'handling', organization_id: conversation.organization_id, id },
      characters: Math.max(...most),
      decide: (state) => decideHandlingTimer(state, input),
    })
    followUp(conversations, id, committed)
    return { next: committed.answer === null ? 'done' : { again_at: committed.answer } }
  } catch (error) {
    // It was deleted meanwhile.
    if (error instanceof AppError && error.error === 'not_found') return { next: 'done' }
    throw error
  }
}

function turnOf({ ports }: Core, { agent_version_id }: ConversationRecord, max_seconds: number) {
  if (agent_version_id === null) return null
  return { id: ports.newId(), concurrency: 'queue', interactivity: 'plain', agent_version_id, max_seconds } as const
}

/** Where it waits if its holder is gone: in its team, by the rules of today. */
function planRequeue(
  { conversations }: TimerServices,
  store: RootStore,
  conversation: ConversationRecord,
  config: Pick<ResolvedConfig, 'hand_off'>,
): Promise<WaitPlan> {
  const team = conversation.handling?.rules?.team?.key ?? null
  return conversations.people.planWait({ store, conversation, config, team })
}

async function findHolder(store: RootStore, { handling }: ConversationRecord): Promise<HandlingTimerInput['holder']> {
  if (handling?.handled_by !== 'person' || handling.assignee_type !== 'user') return null
  const seen_at = await findSeenAt(store, handling.assignee_id!)
  return seen_at === null ? null : { id: handling.assignee_id!, seen_at }
}
