// The analysis of an agent's configuration: its faults that a schema cannot express, and its settings with all defaults. Pure.
import { type AgentConfig, agentDefaults } from '@parley/contract'
import type { FieldFault } from '../../base/faults.ts'
import type { JsonObject } from '../../base/json.ts'
import { isObject } from './config-faults.ts'
import { readExtractSchema } from './extract-schema.ts'
import type { ResolvedModels } from './model-config.ts'

export function analysisFaults({ analysis }: Record<string, unknown>, prefix: string): FieldFault[] {
  if (!isObject(analysis)) return []
  const { outcome, extract } = analysis
  const path = `${prefix}.analysis`
  const read = isObject(extract) ? readExtractSchema(extract as JsonObject) : null
  const faults = read && 'fault' in read ? [{ path: `${path}.extract`, message: `cannot be used: ${read.fault}` }] : []
  return [...faults, ...repeatedOptions(isObject(outcome) ? outcome['options'] : null, `${path}.outcome.options`)]
}

function repeatedOptions(options: unknown, path: string): FieldFault[] {
  if (!Array.isArray(options)) return []
  const all = options.map((option: unknown) => (isObject(option) ? option['name'] : undefined))
  return all.flatMap((name, index) =>
    typeof name === 'string' && all.indexOf(name) < index
      ? [{ path: `${path}.${index}.name`, message: 'is the name of another option' }]
      : [],
  )
}

export interface ResolvedAnalysis {
  wait_ms: number
  /** Whether anything is analyzed at the end of a conversation. */
  enabled: boolean
  summary: { enabled: boolean; instructions: string | null; max_words: number }
  /** One of them is chosen. */
  outcome: { name: string; description: string | null }[] | null
  /** As it was saved; `readExtractSchema` reads it. */
  extract: JsonObject | null
  success: string | null
  llm: ResolvedModels
}

export function resolveAnalysis(
  analysis: NonNullable<AgentConfig['analysis']>,
  of_agent: ResolvedModels,
  own: ResolvedModels | null,
): ResolvedAnalysis {
  const { wait_ms, summary, outcome, extract, success } = analysis
  const { enabled, instructions, max_words } = summary ?? {}
  const defaults = agentDefaults.analysis
  // The agent's temperature and limit of output are meant for its replies.
  const { temperature: _t, max_output_tokens: _m, ...default_llm } = of_agent
  const questions = {
    outcome: outcome?.options.map(({ name, description }) => ({ name, description: description ?? null })) ?? null,
    extract: (extract ?? null) as JsonObject | null,
    success: success ?? null,
  }
  const summarizes = enabled ?? defaults.summary.enabled
  return {
    wait_ms: wait_ms ?? defaults.wait_ms,
    enabled: summarizes || Object.values(questions).some((question) => question !== null),
    summary: {
      enabled: summarizes,
      instructions: instructions ?? null,
      max_words: max_words ?? defaults.summary.max_words,
    },
    ...questions,
    llm: own ?? default_llm,
  }
}
