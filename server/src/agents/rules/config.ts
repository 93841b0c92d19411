// Validates an agent's configuration, lists what has no effect, and resolves its settings with all defaults.
import {
  AgentConfig,
  type Channel,
  type ConcurrencyRule,
  type FormDefinition,
  type WidgetType,
  agentDefaults,
  widgetTypes,
  without_effect,
} from '@parley/contract'
import type { Limits } from '../../config/limits.ts'
import { type FieldFault, describeFaults, max_faults, limitFaults } from '../../base/faults.ts'
import { faultsOfSize } from '../../base/json-size.ts'
import { checkCondition, checkTemplate, createCheckBudget } from '../../templates/templates.ts'
import { createErrorFinders } from '../../base/validation.ts'
import { type Schema, isObject, tellingOf } from './config-faults.ts'
import { type ResolvedModels, resolveModels } from './model-config.ts'
import { type ResolvedAnalysis, analysisFaults, resolveAnalysis } from './analysis-config.ts'
import { emptyLongLists } from './config-sizes.ts'
import { listWarnings } from './config-warnings.ts'
import { type ResolvedHandOff, type ResolvedSatisfaction, resolveHandOff, resolveSatisfaction } from './hand-off.ts'
import { type InactivityRules, resolveInactivity } from './inactivity.ts'
import { type ResolvedKnowledge, listFilterTemplates, resolveKnowledge } from './knowledge.ts'
import { type ResolvedRetention, resolveRetention, retentionFaults } from './retention.ts'
import {
  type PlacedText,
  listConditions,
  listToolTemplates,
  listUncheckedArguments,
  toolFaults,
} from './tool-faults.ts'
import { type ResolvedTool, resolveTools } from './tools.ts'
import {
  type ResolvedWorkflows,
  listConversationConditions,
  listConversationTemplates,
  resolveWorkflows,
} from './workflows.ts'

const schema = AgentConfig as unknown as Schema
/** A value with many alternatives has errors for each of them, and the response lists only a few. */
const max_errors = 10_000
const findErrors = createErrorFinders(
  { verbose: true, strict: true, allowUnionTypes: true, keywords: [without_effect] },
  max_errors,
)(AgentConfig)

const max_warnings = 100
/** Each is compiled when a configuration is validated. */
const max_templates = 4000

export interface ConfigVerdict {
  /** Empty if the value is a valid AgentConfig. Paths begin with the prefix. */
  faults: FieldFault[]
  /** The keys that are stored but have no effect, ordered by path. */
  warnings: string[]
}

/** Validates all configurations, both of versions and inline. `prefix` is the request field that has the value. */
export function validateAgentConfig(
  value: unknown,
  limits: Pick<Limits, 'agent_config_bytes'>,
  prefix = 'config',
): ConfigVerdict {
  const refuse = (message: string) => ({ faults: [{ path: prefix, message }], warnings: [] })
  if (!isObject(value)) return refuse('must be an object')
  const oversize = faultsOfSize(prefix, value, limits.agent_config_bytes)
  if (oversize.length > 0) return { faults: oversize, warnings: [] }
  const { config, faults } = emptyLongLists(value, schema, prefix)
  const errors = findErrors(config)
  faults.push(
    ...describeFaults(errors, tellingOf(errors, prefix)),
    ...toolFaults(config, prefix),
    ...retentionFaults(config, prefix),
    ...templateFaults(config, prefix),
    ...analysisFaults(config, prefix),
  )
  const warnings = listWarnings(config, schema, prefix)
  if (faults.length === 0) warnings.push(...listUncheckedArguments(config, prefix).slice(0, max_warnings))
  return { faults: sortFaults(faults), warnings }
}

/** Keeps the first fault of each path; the others follow from it. */
function sortFaults(found: FieldFault[]): FieldFault[] {
  const faults = new Map<string, FieldFault>()
  for (const fault of found) if (!faults.has(fault.path)) faults.set(fault.path, fault)
  return limitFaults([...faults.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)))
}

function templateFaults(config: Record<string, unknown>, prefix: string): FieldFault[] {
  const templates = listTemplates(config, prefix).filter(({ text }) => text.includes('{'))
  const conditions = [...listConditions(config, prefix), ...listConversationConditions(config, prefix)]
  if (templates.length + conditions.length > max_templates) {
    return [{ path: prefix, message: `must have at most ${max_templates} templates and conditions` }]
  }
  const budget = createCheckBudget()
  return [
    ...textFaults(templates, (text) => checkTemplate(text, budget), 'is not a valid template'),
    ...textFaults(conditions, (text) => checkCondition(text, budget), 'is not a valid condition'),
  ]
}

function textFaults(texts: PlacedText[], check: (text: string) => string | null, message: string): FieldFault[] {
  const faults: FieldFault[] = []
  for (const { path, text } of texts) {
    if (faults.length >= max_faults) break
    const fault = check(text)
    if (fault !== null) faults.push({ path, message: `${message}: ${fault}` })
  }
  return faults
}

/** Every text of a configuration that is a template, except in malformed parts. */
function listTemplates(config: Record<string, unknown>, prefix: string): PlacedText[] {
  const templates = [
    ...listToolTemplates(config, prefix),
    ...listFilterTemplates(config, prefix),
    ...listConversationTemplates(config, prefix),
  ]
  const add = (path: string, text: unknown) => {
    if (typeof text === 'string') templates.push({ path, text })
  }
  const addGreeting = (path: string, greeting: unknown) => {
    if (isObject(greeting) && greeting['type'] === 'static') add(`${path}.text`, greeting['text'])
    else add(path, greeting)
  }
  add(`${prefix}.instructions`, config['instructions'])
  addGreeting(`${prefix}.starting_message`, config['starting_message'])
  for (const [channel, override] of entriesOf(config['channel_overrides'])) {
    const path = `${prefix}.channel_overrides.${channel}`
    add(`${path}.instructions`, override['instructions'])
    addGreeting(`${path}.starting_message`, override['starting_message'])
  }
  if (isObject(config['inactivity'])) {
    for (const name of ['warn_message', 'end_message']) add(`${prefix}.inactivity.${name}`, config['inactivity'][name])
  }
  for (const [channel, properties] of entriesOf(config['channel_properties'])) {
    add(`${prefix}.channel_properties.${channel}.body_template`, properties['body_template'])
  }
  return templates
}

const channelSchemas = schema.properties!['channel_overrides']!.properties!

/** The known channels of a map by channel; all others are unknown keys and are not examined. */
function entriesOf(map: unknown): [string, Record<string, unknown>][] {
  if (!isObject(map)) return []
  return Object.entries(map).filter(
    (entry): entry is [string, Record<string, unknown>] =>
      Object.hasOwn(channelSchemas, entry[0]) && isObject(entry[1]),
  )
}

// --- what it means ---

export type Greeting = { type: 'static'; text: string } | { type: 'generated'; instructions: string }

export interface ResolvedMcpServer {
  name: string
  url: string
  /** Templates. */
  headers: Record<string, string>
  /** Null means all. */
  allowed_tools: string[] | null
  timeout_ms: number
}

/** The resolved configuration for a channel, with all defaults filled in. */
export interface ResolvedConfig extends ResolvedKnowledge {
  /** A template. */
  instructions: string
  /** Used verbatim: braces in a rule have no meaning. */
  guardrails: string
  /** A static greeting is a template. */
  starting_message: Greeting | null
  llm: ResolvedModels
  context_window: { max_items: number; max_tokens: number }
  max_turn_seconds: number
  concurrency: ConcurrencyRule
  tools: ResolvedTool[]
  mcp_servers: ResolvedMcpServer[]
  /** For rich conversations. */
  widgets: WidgetType[]
  forms: FormDefinition[]
  /** Whether the agent may end a conversation, and the text that tells it when. */
  end_conversation: { description: string } | null
  /** Maximum number of model calls with tools in a turn. */
  max_tool_steps: number
  /** A template with the variable `agent_response`. */
  body_template: string
  channel_enabled: boolean
  analysis: ResolvedAnalysis
  inactivity: InactivityRules
  hand_off: ResolvedHandOff
  satisfaction: ResolvedSatisfaction
  retention: ResolvedRetention
  /** Around conversations. */
  workflows: ResolvedWorkflows
  /** What an end user of a web widget can say with one press. */
  quick_actions: NonNullable<AgentConfig['quick_actions']>
}

/** Null means the same as absent, except in `inactivity`. `default_model` is `provider/model`; the name of a model may contain slashes too. */
export function resolveAgentConfig(config: AgentConfig, channel: Channel, default_model: string): ResolvedConfig {
  const override = config.channel_overrides?.[channel] ?? {}
  const properties = config.channel_properties?.[channel] ?? {}
  const llm = resolveModels(config.llm ?? null, default_model)
  return {
    instructions: mergeInstructions(config.instructions ?? '', override.instructions, override.instructions_mode),
    guardrails: config.guardrails ?? '',
    starting_message: resolveGreeting(override.starting_message ?? config.starting_message ?? null),
    llm,
    context_window: {
      max_items: config.context_window?.max_items ?? agentDefaults.context_window.max_items,
      max_tokens: config.context_window?.max_tokens ?? agentDefaults.context_window.max_tokens,
    },
    max_turn_seconds: config.max_turn_seconds ?? agentDefaults.max_turn_seconds,
    concurrency: config.concurrency ?? agentDefaults.concurrency,
    tools: resolveTools(config.tools ?? []),
    mcp_servers: (config.mcp_servers ?? []).map(resolveServer),
    ...resolveBuiltInTools(config),
    ...resolveKnowledge(config, channel),
    max_tool_steps: override.max_tool_steps ?? config.max_tool_steps ?? agentDefaults.max_tool_steps,
    body_template: properties.body_template ?? agentDefaults.channel.body_template,
    channel_enabled: properties.enabled ?? agentDefaults.channel.enabled,
    analysis: resolveAnalysis(
      config.analysis ?? {},
      llm,
      config.analysis?.llm ? resolveModels(config.analysis.llm, default_model) : null,
    ),
    inactivity: resolveInactivity(config.inactivity),
    hand_off: resolveHandOff(config.hand_off, default_model),
    satisfaction: resolveSatisfaction(config.satisfaction),
    retention: resolveRetention(config),
    workflows: resolveWorkflows(config),
    quick_actions: config.quick_actions ?? [],
  }
}

function resolveServer(server: NonNullable<AgentConfig['mcp_servers']>[number]): ResolvedMcpServer {
  const { name, url, headers, allowed_tools, timeout_ms } = server
  return {
    name,
    url,
    headers: headers ?? {},
    allowed_tools: allowed_tools ?? null,
    timeout_ms: timeout_ms ?? agentDefaults.mcp_server.timeout_ms,
  }
}

function resolveBuiltInTools({ built_in_tools, forms }: AgentConfig) {
  const { widgets, end_conversation: end } = built_in_tools ?? {}
  const { enabled, description } = agentDefaults.end_conversation
  return {
    widgets: widgets ? [...new Set(widgets.allowed ?? widgetTypes)] : [],
    forms: forms ?? [],
    end_conversation: (end?.enabled ?? enabled) ? { description: end?.description ?? description } : null,
  }
}

function mergeInstructions(base: string, override: string | null | undefined, mode: string | null | undefined): string {
  if (override === null || override === undefined) return base
  if (mode === 'replace') return override
  return [base, override].filter((text) => text !== '').join('\n\n')
}

/** An empty text means no greeting, so a channel can have none even if the agent has one. */
function resolveGreeting(message: NonNullable<AgentConfig['starting_message']> | null): Greeting | null {
  if (message === null || message === '') return null
  if (typeof message === 'string') return { type: 'static', text: message }
  if (message.type === 'generated') return { type: 'generated', instructions: message.instructions }
  return message.text === '' ? null : { type: 'static', text: message.text }
}
