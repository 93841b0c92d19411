// What an attempt begins with: the turn, the agent's configuration, and what of the transcript the model is shown.
import { readAgentConfig } from '../agents/read-config.ts'
import type { ResolvedConfig } from '../agents/rules/config.ts'
import type { EngineServices } from './services.ts'
import {
  type ConversationRecord,
  type ItemRecord,
  type TurnRecord,
  findConversation,
  findTurn,
  readHistory,
  readTurnItems,
} from '../conversations/read/conversation.ts'
import type { PromptVariables, TurnLease } from '../conversations/turn-runner.ts'
import { type RootStore, openStore } from '../database/store.ts'
import { createRedactor } from '../secrets/rules/redact.ts'
import { reachOf, selectHistory } from './rules/context-window.ts'
import type { ModelMessage } from '../models/port.ts'
import { renderSystemPrompt } from './rules/prompt.ts'
import { askServers } from './tools/mcp/turn-servers.ts'
import type { CallRun } from './tools/carry-out.ts'
import { type TurnTool, assembleTools } from './rules/turn-tools.ts'

type Part = Pick<EngineServices, 'database' | 'config'>

export interface AttemptInput {
  config: ResolvedConfig
  variables: PromptVariables
  conversation: ConversationRecord
  tools: ReadonlyMap<string, TurnTool>
  system: string
  messages: ModelMessage[]
}

export async function readInput(running: RunningTurn): Promise<AttemptInput> {
  const { store, turn, conversation, config, variables, tools, notices } = running
  const messages_of = turn.messages_of ?? turn.id
  const items = await readHistory(store, conversation.id, reachOf(config.context_window), turn)
  const { messages, preface } = selectHistory(items, messages_of, config.context_window)
  const { initial_context } = conversation
  const system = renderSystemPrompt(config, variables, { initial_context, preface: [...preface, ...notices] })
  return { config, variables, conversation, tools, system, messages }
}

/** A turn as an attempt finds it, with what its agent is set to. */
export interface FoundTurn {
  store: RootStore
  turn: TurnRecord
  conversation: ConversationRecord
  /** What earlier attempts have left of it. */
  items: ItemRecord[]
  config: ResolvedConfig
  variables: PromptVariables
}

/** With the tools that it offers, for as long as it is not disposed of. */
export interface RunningTurn extends FoundTurn, Disposable {
  tools: ReadonlyMap<string, TurnTool>
  /** What the model is told of tools that are missing. */
  notices: string[]
}

/** Null when the turn is not the attempt's (any more). */
export async function loadTurn(services: Part, lease: TurnLease): Promise<FoundTurn | null> {
  const store = openStore(services.database, lease.organization_id)
  const { conversation, turn } = lease.begun ?? (await readTurn(store, lease))
  if (!conversation || turn?.lease !== lease.lease) return null
  const items = turn.steps > 0 ? await readTurnItems(store, conversation.id, turn.id) : []
  const config = await readAgentConfig(store, turn.agent_version_id, 'text', services.config.default_model)
  const variables: PromptVariables = {
    custom_metadata: conversation.custom_metadata,
    user_id: conversation.user_id,
    channel: conversation.channel,
    now: turn.started_at ?? turn.queued_at,
  }
  return { store, turn, conversation, items, config, variables }
}

async function readTurn(store: RootStore, { conversation_id, turn_id }: TurnLease) {
  const conversation = await findConversation(store, conversation_id)
  return { conversation, turn: await findTurn(store, conversation_id, turn_id) }
}

/** Asks other servers, and so takes its time; throws the signal's reason when it is told to stop. */
export async function equipTurn(found: FoundTurn, run: CallRun): Promise<RunningTurn> {
  const { mcp_servers } = found.config
  const redactor = createRedactor(mcp_servers.length > 0 ? await run.readSecrets() : new Map())
  const servers = await askServers(mcp_servers, { ...run, redactor })
  const tools = assembleTools(found.config, found.turn.interactivity, servers.tools)
  const { notices } = servers
  return { ...found, tools, notices, [Symbol.dispose]: () => servers[Symbol.dispose]() }
}
