// The agent's rules, and the wait that they mean.
import { readAgentConfigOrDefaults } from '../../agents/agents.ts'
import type { ResolvedConfig } from '../../agents/rules/config.ts'
import { invalid } from '../../base/errors.ts'
import type { Context } from '../../calls/context.ts'
import type { WaitPlan } from '../../conversations/machine/handling-decisions.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import type { HandOff } from '../services.ts'

type Call = Context<HandOff>

/** The defaults where the version does not exist here: the conversation was imported. */
export function readConfig(
  { store, core }: Call,
  { agent_version_id, channel }: ConversationRecord,
): Promise<ResolvedConfig> {
  return readAgentConfigOrDefaults(store, agent_version_id, channel, core.config.default_model)
}

/** `team` as the caller names it, which has to exist. */
export async function planWait(
  { store, room }: Call,
  conversation: ConversationRecord,
  config: ResolvedConfig,
  team: string | null,
): Promise<WaitPlan> {
  const { people } = room.conversations
  if (team !== null && !(await people.hasTeam(store, team))) {
    throw invalid({ path: 'team', message: 'names no team of the organization' })
  }
  return people.planWait({ store, conversation, config, team })
}
