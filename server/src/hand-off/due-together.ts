// Many timers of hand-offs that are due at one time: decided as one by one, and written together. What has to begin a turn, or to find
// other people first, is left to a run of its own.
import { readAgentConfigOrDefaults } from '../agents/agents.ts'
import { type Committed, changeWithin, followUp } from '../conversations/conversations.ts'
import type { Decision, LockedConversation } from '../conversations/machine/change.ts'
import { decideHandlingTimer, isPlainlyDue } from '../conversations/machine/handling-timers.ts'
import type { Store } from '../database/store.ts'
import type { WorkPort } from '../work/port.ts'
import { rulesWithoutTeam } from './rules/default-team.ts'
import { type TimerServices, closingOf, nobodyAvailable } from './timer-input.ts'

/** In one transaction. */
const most_at_once = 250
/** By one run; then others get its place. */
const most_batches = 40

export async function actTogether(services: TimerServices, port: WorkPort): Promise<void> {
  const { conversations } = services
  for (let batches = 0; batches < most_batches && !port.signal.aborted; batches += 1) {
    let committed = new Map<string, Committed<string | null>>()
    const found = await port.takeAlong(most_at_once, async (tx, ids) => {
      const decide = (state: LockedConversation) => decideOne(services, tx, state)
      committed = await changeWithin(tx, conversations.commits, { change: 'handling', ids, decide })
      return new Map([...committed].map(([id, { answer }]) => [id, answer]))
    })
    for (const [id, one] of committed) followUp(conversations, id, one)
    if (found < most_at_once || committed.size === 0) return
  }
}

const noPlan = { rules: rulesWithoutTeam, max_seconds: 0, message: null, declines: null }

async function decideOne(
  { core }: TimerServices,
  store: Store,
  state: LockedConversation,
): Promise<Decision<string | null>> {
  if (!isPlainlyDue(state)) return { refused: 'conversation_not_active' }
  const config = await readAgentConfigOrDefaults(
    store,
    state.agent_version_id,
    state.channel,
    core.config.default_model,
  )
  return decideHandlingTimer(state, {
    ...{ answer: null, holder: null, requeue: noPlan, ending: nobodyAvailable(config) },
    closing: closingOf(core, state, 'wait'),
    idle_closing: closingOf(core, state, 'idle'),
  })
}
