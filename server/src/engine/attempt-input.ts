// What an attempt begins with: the turn, the agent's configuration, and what of the transcript the model is shown.
import type { AgentConfig } from '@parley/contract'
import { type ResolvedConfig, resolveAgentConfig } from '../agents/config.ts'
import type { ResolvedTool } from '../agents/tools.ts'
import { getVersionConfig } from '../agents/versions.ts'
import type { Services } from '../context.ts'
import {
  type ConversationRecord,
  type TurnRecord,
  findConversation,
  findTurn,
  readHistory,
} from '../conversations/queries.ts'
import type { PromptVariables, TurnLease } from '../conversations/turn-runner.ts'
import { type RootStore, openStore } from '../database/store.ts'
import { selectHistory } from './context-window.ts'
import type { ModelMessage } from './models/port.ts'
import { renderSystemPrompt } from './prompt.ts'

type Part = Pick<Services, 'database' | 'config'>

/** Items read beyond the window: messages of turns that wait behind this one. */
const waiting_items = 64

export interface AttemptInput {
  config: ResolvedConfig
  variables: PromptVariables
  tools: ReadonlyMap<string, ResolvedTool>
  system: string
  messages: ModelMessage[]
  /** Finished by earlier attempts. */
  steps: number
}

export async function readInput({ store, turn, conversation, config, variables }: RunningTurn): Promise<AttemptInput> {
  const messages_of = turn.messages_of ?? turn.id
  const count = config.context_window.max_items + waiting_items
  const items = await readHistory(store, conversation.id, count, [messages_of, turn.id])
  const { messages, preface } = selectHistory(items, messages_of, config.context_window)
  const { initial_context } = conversation
  const system = renderSystemPrompt(config, variables, { initial_context, preface })
  return { config, variables, tools: toolsByName(config), system, messages, steps: turn.steps }
}

/** A turn as an attempt finds it, with what its agent is set to. */
export interface RunningTurn {
  store: RootStore
  turn: TurnRecord
  conversation: ConversationRecord
  config: ResolvedConfig
  variables: PromptVariables
}

/** Null when the turn is not the attempt's (any more). */
export async function readRunningTurn(services: Part, lease: TurnLease): Promise<RunningTurn | null> {
  const store = openStore(services.database, lease.organization_id)
  const conversation = await findConversation(store, lease.conversation_id)
  const turn = await findTurn(store, lease.conversation_id, lease.turn_id)
  if (!conversation || turn?.lease !== lease.lease) return null
  const stored = await getVersionConfig(store, turn.agent_version_id)
  const config = resolveAgentConfig(stored as AgentConfig, 'text', services.config.default_model)
  const variables: PromptVariables = {
    custom_metadata: conversation.custom_metadata,
    user_id: conversation.user_id,
    channel: conversation.channel,
    now: turn.started_at ?? turn.queued_at,
  }
  return { store, turn, conversation, config, variables }
}

/** A map, since models name what they like. */
export function toolsByName({ tools }: ResolvedConfig): ReadonlyMap<string, ResolvedTool> {
  return new Map(tools.map((tool) => [tool.name, tool]))
}
