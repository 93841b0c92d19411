// The section and the readable name of a path. Pure.
import { agentTexts } from './texts.ts'
import type { SectionName } from './agent-search.ts'
import { laterKeys } from './later-keys.ts'

const sectionOfKey: Record<string, SectionName> = {
  starting_message: 'purpose',
  instructions: 'instructions',
  guardrails: 'rules',
  knowledge_bases: 'knowledge',
  retrieval: 'knowledge',
  tools: 'abilities',
  mcp_servers: 'abilities',
  built_in_tools: 'abilities',
  forms: 'abilities',
  quick_actions: 'abilities',
  llm: 'advanced',
  concurrency: 'advanced',
  max_turn_seconds: 'advanced',
  max_tool_steps: 'advanced',
  context_window: 'advanced',
  analysis: 'advanced',
  channel_overrides: 'advanced',
  channel_properties: 'advanced',
  inactivity: 'advanced',
  retention: 'advanced',
  pre_conversation_workflow: 'advanced',
  post_conversation_workflow: 'advanced',
  ...Object.fromEntries(laterKeys.map((key) => [key, 'advanced' as const])),
}

const sectionOfField: Record<string, SectionName> = {
  name: 'purpose',
  description: 'purpose',
  instruction_builder_inputs: 'purpose',
  active: 'advanced',
  is_demo: 'advanced',
  metadata: 'advanced',
}

/** A path without a field of its own is in the JSON section. */
export function sectionOf(path: string): SectionName {
  const [field = '', key = ''] = path.split('.')
  if (field === 'config') return Object.hasOwn(sectionOfKey, key) ? sectionOfKey[key]! : 'json'
  return Object.hasOwn(sectionOfField, field) ? sectionOfField[field]! : 'json'
}

export function namePath(path: string): string {
  const [field = '', key] = path.split('.')
  const name = field === 'config' && key !== undefined ? key : field
  const names: Record<string, string> = agentTexts.pathNames
  const word = Object.hasOwn(names, name) ? names[name]! : name
  return field === 'instruction_builder_inputs' && key !== undefined ? `${word}: ${key}` : word
}
