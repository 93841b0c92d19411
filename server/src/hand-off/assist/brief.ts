// Writes the brief of a conversation: by the model of its agent, or by rules. Calls at one position share a model call.
import type { AgentAssistBrief } from '@parley/contract'
import { readAgentConfigOrDefaults } from '../../agents/agents.ts'
import { BudgetExceeded } from '../../budgets/gate.ts'
import type { Core } from '../../calls/core.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import type { RootStore } from '../../database/store.ts'
import { DEMO_PROVIDER, type ModelCatalog, ModelError, collectAnswer, modelOf, modelsOf } from '../../models/models.ts'
import {
  type Findings,
  briefRequest,
  dropInvented,
  extractFindings,
  readFindings,
  transcriptOf,
} from '../rules/brief.ts'
import { limitTime } from './limits.ts'
import { type ShownMessage, readShownMessages } from './rows.ts'

const most_ms = 30_000
const tries = 2

interface Services {
  readonly core: Core
  readonly models: ModelCatalog
}

export type WriteBrief = (store: RootStore, conversation: ConversationRecord) => Promise<AgentAssistBrief>

export function createBriefs(services: Services): WriteBrief {
  const writing = new Map<string, Promise<Findings>>()
  return async (store, conversation) => {
    const messages = await readShownMessages(store, conversation.id)
    const key = `${conversation.id} ${messages.at(-1)?.position ?? -1}`
    let findings = writing.get(key)
    if (!findings) {
      findings = findAll(services, store, conversation, messages).finally(() => writing.delete(key))
      writing.set(key, findings)
    }
    return presentBrief(services.core, conversation, messages, await findings)
  }
}

async function findAll(
  services: Services,
  store: RootStore,
  conversation: ConversationRecord,
  messages: ShownMessage[],
): Promise<Findings> {
  const { custom_metadata: metadata, handling } = conversation
  const found = messages.length === 0 ? null : await askModel(services, store, conversation, messages)
  if (found) return dropInvented(found, messages, metadata)
  return extractFindings(messages, metadata, handling?.text ?? handling?.reason ?? null)
}

/** Null: there is no model, a budget forbids its use, or twice no usable answer. */
async function askModel(
  { core, models: catalog }: Services,
  store: RootStore,
  { id, agent_id, agent_version_id, channel, custom_metadata }: ConversationRecord,
  messages: ShownMessage[],
): Promise<Findings | null> {
  const config = await readAgentConfigOrDefaults(store, agent_version_id, channel, core.config.default_model)
  if (config.llm.provider === DEMO_PROVIDER) return null
  const request = briefRequest(messages, custom_metadata)
  using limit = limitTime(core, most_ms)
  try {
    const model = modelOf({ models: modelsOf({ ...core, models: catalog }, store) }, config)
    const counting = { organization_id: store.organization_id, agent_id, conversation_id: id }
    const usage = core.usage.counter({ ...counting, kind: 'model_call', purpose: 'authoring' })
    for (let tried = 0; tried < tries; tried += 1) {
      const { text } = await collectAnswer(model.stream(request, limit.signal, usage))
      const found = readFindings(text)
      if (found) return found
    }
    return null
  } catch (error) {
    // A model that fails or must not be called is like none; one that takes too long is a refusal.
    if (error instanceof ModelError || error instanceof BudgetExceeded) return null
    throw error
  }
}

function presentBrief(
  { ports }: Pick<Core, 'ports'>,
  { user_id, duration, created_at }: ConversationRecord,
  messages: ShownMessage[],
  { caller_name, sentiment, ...rest }: Findings,
): AgentAssistBrief {
  const elapsed = Math.max(0, Math.floor((ports.clock.now() - Date.parse(created_at)) / 1000))
  const call_duration_seconds = duration ?? elapsed
  return {
    header: { caller_name, phone_number: user_id, call_duration_seconds, sentiment },
    ...rest,
    transcript: transcriptOf(messages),
  }
}
