// One attempt at one turn: reads the conversation, asks the model, reports what became of it. It holds no right but its lease.
import type { AgentConfig } from '@parley/contract'
import { type ResolvedConfig, resolveAgentConfig } from '../agents/config.ts'
import { getVersionConfig } from '../agents/versions.ts'
import type { Services } from '../context.ts'
import type { AttemptResult } from '../conversations/decisions.ts'
import {
  type ConversationRecord,
  type TurnRecord,
  findConversation,
  findTurn,
  readHistory,
} from '../conversations/queries.ts'
import { reach } from '../conversations/pause-points.ts'
import type { PromptVariables, TurnLease } from '../conversations/turn-runner.ts'
import { type RootStore, openStore } from '../database/store.ts'
import { TemplateError } from '../templates/templates.ts'
import { type CollectedText, collectText } from './collect.ts'
import { selectHistory } from './context-window.ts'
import { modelOf, samplingOf } from './model-of.ts'
import { ModelError, type ModelRequest } from './models/port.ts'
import { renderSystemPrompt, wrapReply } from './prompt.ts'

type Part = Pick<Services, 'database' | 'models' | 'ports' | 'config'>

/** Why an attempt is told to stop. */
export class TurnTimeout extends Error {}

/** Items read beyond the window: messages of turns that wait behind this one. */
const waiting_items = 64

interface AttemptInput {
  conversation: ConversationRecord
  turn: TurnRecord
  config: ResolvedConfig
  variables: PromptVariables
  request: ModelRequest
}

/**
 * Answers the result to be written, or null when there is nothing (any more) to answer. Throws the signal's reason when it is
 * told to stop, and anything that is not the model's or the template's fault.
 */
export async function carryOut(
  services: Part,
  lease: TurnLease,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<AttemptResult | null> {
  const startedAt = services.ports.clock.monotonic()
  const store = openStore(services.database, lease.organization_id)
  try {
    const input = await readInput(services, store, lease)
    if (!input) return null
    const spent = { ttft_ms: null as number | null, started: services.ports.clock.monotonic() }
    await reach(services.ports, 'attempt.started')
    const collected = await collectText(modelOf(services, input.config).stream(input.request, signal), (text) => {
      spent.ttft_ms ??= Math.round(services.ports.clock.monotonic() - startedAt)
      onText(text)
    })
    await reach(services.ports, 'model.answered')
    const llm_ms = services.ports.clock.monotonic() - spent.started
    const total_ms = services.ports.clock.monotonic() - startedAt
    return replyOf(services, input, collected, { ttft_ms: spent.ttft_ms, llm_ms, total_ms })
  } catch (error) {
    signal.throwIfAborted()
    return failureOf(error)
  }
}

/** How long the turn may go on, and what the wait for it is called. */
export async function remainingTime(services: Part, lease: TurnLease): Promise<number | null> {
  const store = openStore(services.database, lease.organization_id)
  const turn = await findTurn(store, lease.conversation_id, lease.turn_id)
  return turn && Date.parse(turn.deadline_at) - services.ports.clock.now()
}

async function readInput(services: Part, store: RootStore, lease: TurnLease): Promise<AttemptInput | null> {
  const conversation = await findConversation(store, lease.conversation_id)
  const turn = await findTurn(store, lease.conversation_id, lease.turn_id)
  if (!conversation || turn?.status !== 'running') return null
  const stored = await getVersionConfig(store, turn.agent_version_id)
  const config = resolveAgentConfig(stored as AgentConfig, 'text', services.config.default_model)
  const messages_of = turn.messages_of ?? turn.id
  const count = config.context_window.max_items + waiting_items
  const items = await readHistory(store, conversation.id, count, messages_of)
  const { messages, preface } = selectHistory(items, messages_of, config.context_window)
  const variables = {
    custom_metadata: conversation.custom_metadata,
    user_id: conversation.user_id,
    channel: conversation.channel,
    now: turn.started_at ?? turn.queued_at,
  }
  const { initial_context } = conversation
  const system = renderSystemPrompt(config, variables, { initial_context, preface })
  return { conversation, turn, config, variables, request: { system, messages, tools: [], ...samplingOf(config) } }
}

function replyOf(
  services: Part,
  { config, variables }: AttemptInput,
  collected: CollectedText,
  times: { ttft_ms: number | null; llm_ms: number; total_ms: number },
): AttemptResult {
  if (collected.text.trim() === '')
    return { type: 'failure', outcome: 'model_error', error: 'The model gave an empty answer.' }
  return {
    type: 'reply',
    text: wrapReply(config, variables, collected.text),
    message_id: services.ports.newId(),
    steps: 1,
    metrics: {
      model: `${config.llm.provider}/${config.llm.model}`,
      ttft_ms: times.ttft_ms,
      llm_ms: Math.round(times.llm_ms),
      tools_ms: 0,
      total_ms: Math.round(times.total_ms),
      ...collected.usage,
    },
  }
}

function failureOf(error: unknown): AttemptResult {
  if (error instanceof ModelError) {
    const outcome = error.kind === 'timeout' ? 'timed_out' : 'model_error'
    return { type: 'failure', outcome, error: error.message }
  }
  if (error instanceof TemplateError) return { type: 'failure', outcome: 'model_error', error: error.message }
  throw error
}
