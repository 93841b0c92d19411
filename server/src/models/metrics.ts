// What is measured of calls of language models.
import type { Counter, Metrics } from '../telemetry/metrics.ts'
import { createNames } from '../telemetry/metrics.ts'
import type { ModelErrorKind, ModelUsage } from './port.ts'

export type CallOutcome = 'ok' | 'aborted' | ModelErrorKind

/** One attempt of one model. */
export interface MeasuredCall {
  /** `provider/model`. */
  model: string
  outcome: CallOutcome
  /** Of an answer. */
  usage: ModelUsage | null
}

export const model_calls: Counter<'provider' | 'model' | 'outcome'> = {
  name: 'parley_model_calls_total',
  help: 'Calls of language models, each attempt by itself.',
  labels: ['provider', 'model', 'outcome'],
}

export const tokens: Counter<'provider' | 'model' | 'direction'> = {
  name: 'parley_tokens_total',
  help: 'Tokens that language models reported.',
  labels: ['provider', 'model', 'direction'],
}

/** Agents name models as they like: the first hundred have a name of their own. */
export function measureCalls(metrics: Metrics): (call: MeasuredCall) => void {
  const nameOf = createNames()
  return ({ model: id, outcome, usage }) => {
    const [provider] = id.split('/', 1)
    const name = nameOf(id)
    const labels = { provider: provider!, model: name === id ? id.slice(provider!.length + 1) : name }
    metrics.count(model_calls, { ...labels, outcome })
    if (usage?.input_tokens) metrics.count(tokens, { ...labels, direction: 'input' }, usage.input_tokens)
    if (usage?.output_tokens) metrics.count(tokens, { ...labels, direction: 'output' }, usage.output_tokens)
  }
}
