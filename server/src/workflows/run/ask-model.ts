// Asks a language model for the answer to a prompt of a step, within bounds.
import { BudgetExceeded, not_called } from '../../budgets/gate.ts'
import type { Core } from '../../calls/core.ts'
import { openReservedStore } from '../../database/store.ts'
import {
  type ModelCatalog,
  type ModelRequest,
  DEMO_PROVIDER,
  ModelError,
  defaultModel,
  modelsOf,
} from '../../models/models.ts'
import { StepFailure } from './failure.ts'
import type { WorkflowRunLimits } from './settings.ts'

export interface Question {
  organization_id: string
  agent_id: string | null
  conversation_id: string | null
  is_test: boolean
  /** `small`, `standard` or `provider/model`. */
  ai_model: string
  prompt: string
  /** Whether the answer is to be yes or no. */
  decides: boolean
}

export interface ModelReply {
  text: string
  input_tokens: number | null
  output_tokens: number | null
  /** `provider/model`. */
  model: string
}

/** Throws a `StepFailure`, or the signal's reason. */
export type AskModel = (question: Question, signal: AbortSignal) => Promise<ModelReply>

const systems = {
  text: 'You carry out one step of an automated workflow. Reply with the answer alone: no greeting, explanation or formatting.',
  decision: 'You decide one step of an automated workflow. Reply with a single word: yes or no.',
}

/** What another attempt would not change. */
const final_kinds: ReadonlySet<ModelError['kind']> = new Set(['not_configured', 'refused'])

type Services = Pick<Core, 'config' | 'sealers' | 'traces' | 'database' | 'ports' | 'usage'> & {
  models: ModelCatalog
}

export function createAskModel(services: Services, limits: WorkflowRunLimits): AskModel {
  const { models: catalog, config, ports } = services
  const refOf = (name: string) => {
    const id = name === 'small' || name === 'standard' ? limits.models[name] : name
    return id === null ? defaultModel(services) : catalog.parse(id)
  }
  return async ({ ai_model, prompt, decides, ...of }, signal) => {
    const { organization_id, agent_id, conversation_id, is_test } = of
    if (prompt.length > limits.prompt_characters) {
      throw new StepFailure('ai_failed', `The prompt has more than ${limits.prompt_characters} characters.`)
    }
    const ref = refOf(ai_model)
    if (ref === null) throw new StepFailure('ai_failed', `"${ai_model}" is not the name of a model.`)
    const late = new AbortController()
    const stopTimer = ports.clock.after(limits.prompt_ms, () => late.abort())
    const store = openReservedStore(services.database, organization_id)
    try {
      const model = modelsOf({ ...services, config, models: catalog }, store).resolve(ref, {
        timeout_ms: limits.prompt_ms,
      })
      const request: ModelRequest = {
        system: decides ? systems.decision : systems.text,
        messages: [{ role: 'user', text: prompt }],
        tools: [],
      }
      const purpose = is_test ? 'test' : 'workflow'
      const usage = services.usage.counter({ organization_id, agent_id, conversation_id, kind: 'model_call', purpose })
      const parts = model.stream(request, AbortSignal.any([signal, late.signal]), usage)
      return await collect(parts, `${ref.provider}/${ref.model}`, limits.reply_characters)
    } catch (error) {
      signal.throwIfAborted()
      if (late.signal.aborted) {
        throw new StepFailure(
          'ai_failed',
          `The model took longer than ${limits.prompt_ms / 1000} seconds.`,
          'transient',
        )
      }
      if (error instanceof BudgetExceeded) throw new StepFailure('budget_exceeded', not_called)
      if (!(error instanceof ModelError)) throw error
      throw new StepFailure('ai_failed', error.message, final_kinds.has(error.kind) ? 'permanent' : 'transient')
    } finally {
      stopTimer()
    }
  }
}

type Parts = ReturnType<ReturnType<ModelCatalog['resolve']>['stream']>

async function collect(parts: Parts, model: string, max_characters: number): Promise<ModelReply> {
  const reply: ModelReply = { text: '', input_tokens: null, output_tokens: null, model }
  for await (const part of parts) {
    if (part.type === 'text') reply.text += part.text
    if (reply.text.length > max_characters) {
      throw new StepFailure('ai_failed', `The model's reply has more than ${max_characters} characters.`)
    }
    if (part.type !== 'finish') continue
    reply.input_tokens = part.usage.input_tokens
    reply.output_tokens = part.usage.output_tokens
  }
  return { ...reply, text: reply.text.trim() }
}

export const isFromDemo = ({ model }: ModelReply) => model.startsWith(`${DEMO_PROVIDER}/`)
