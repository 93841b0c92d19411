// The workflows of an agent's configuration: around its conversations and in its tools. Pure.
import { type AgentConfig, agentDefaults } from '@parley/contract'
import type { JsonObject } from '../../base/json.ts'
import { isObject } from './config-faults.ts'
import { type PlacedText, listActionsOfTools, listTexts } from './tool-faults.ts'

/** What is executed: a stored workflow, or a definition. */
export interface WorkflowUse {
  workflow_id: string | null
  /** Null: the live version, else the newest published one. */
  workflow_version: string | number | null
  definition: JsonObject | null
  initial_step: string | null
}

/** Around a conversation. */
export interface ConversationWorkflow extends WorkflowUse {
  /** Its texts are templates; null: facts of the conversation. */
  input: JsonObject | null
  /** An expression; null: always. */
  condition: string | null
}

export interface ResolvedWorkflows {
  before: (ConversationWorkflow & { timeout_ms: number; reject_on_error: boolean }) | null
  /** `timeout_ms` null: that of the workflow. */
  after: (ConversationWorkflow & { after_analysis: boolean; timeout_ms: number | null }) | null
}

type Given = NonNullable<AgentConfig['pre_conversation_workflow']>

export function useOf(
  given: Pick<Given, 'workflow_id' | 'workflow_version' | 'definition' | 'initial_step'>,
): WorkflowUse {
  return {
    workflow_id: given.workflow_id ?? null,
    workflow_version: given.workflow_version ?? null,
    definition: (given.definition ?? null) as JsonObject | null,
    initial_step: given.initial_step ?? null,
  }
}

function workflowOf(given: Given): ConversationWorkflow {
  const condition = given.condition?.trim()
  return { ...useOf(given), input: (given.input ?? null) as JsonObject | null, condition: condition ? condition : null }
}

export function resolveWorkflows(config: AgentConfig): ResolvedWorkflows {
  const { pre_conversation_workflow: before, post_conversation_workflow: after } = config
  return {
    before: before
      ? {
          ...workflowOf(before),
          timeout_ms: (before.timeout_seconds ?? agentDefaults.pre_conversation_workflow.timeout_seconds) * 1000,
          reject_on_error: before.reject_on_error ?? false,
        }
      : null,
    after: after
      ? {
          ...workflowOf(after),
          after_analysis: after.after_analysis ?? false,
          timeout_ms: after.timeout_seconds ? after.timeout_seconds * 1000 : null,
        }
      : null,
  }
}

const around = ['pre_conversation_workflow', 'post_conversation_workflow'] as const

export interface PlacedUse {
  path: string
  use: WorkflowUse
}

/** Every workflow that a configuration uses, malformed ones as far as they can be read. */
export function listWorkflowUses(config: Record<string, unknown>, prefix: string): PlacedUse[] {
  const own = around.flatMap((key) => (isObject(config[key]) ? [{ path: `${prefix}.${key}`, value: config[key] }] : []))
  const actions = listActionsOfTools(config, prefix).filter(({ value }) => value['type'] === 'workflow')
  return [...own, ...actions].map(({ path, value }) => ({ path, use: useOf(value as Given) }))
}

/** Texts of the workflows around conversations that are templates, and their conditions. */
export function listConversationTemplates(config: Record<string, unknown>, prefix: string): PlacedText[] {
  return around.flatMap((key) => {
    const value = config[key]
    return isObject(value) ? listTexts(value['input'], `${prefix}.${key}.input`) : []
  })
}

export function listConversationConditions(config: Record<string, unknown>, prefix: string): PlacedText[] {
  return around.flatMap((key) => {
    const condition = isObject(config[key]) ? config[key]['condition'] : null
    const isSet = typeof condition === 'string' && condition.trim() !== ''
    return isSet ? [{ path: `${prefix}.${key}.condition`, text: condition }] : []
  })
}
