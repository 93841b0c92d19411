// Renders an agent's configuration and a conversation to the system prompt, and wraps the reply. Pure.
import { agentDefaults } from '@parley/contract'
import type { ResolvedConfig } from '../../agents/rules/config.ts'
import type { PromptVariables } from '../../conversations/conversations.ts'
import { atPath } from '../../templates/faults.ts'
import { renderTemplate } from '../../templates/templates.ts'

export function renderSystemPrompt(
  config: ResolvedConfig,
  variables: PromptVariables,
  { initial_context, preface }: { initial_context: string | null; preface: string[] },
): string {
  const parts = [
    atPath('instructions', () => renderTemplate(config.instructions, { ...variables })),
    config.guardrails,
    initial_context ? `Context of this conversation:\n${initial_context}` : '',
    ...preface,
  ]
  return parts.filter((part) => part.trim() !== '').join('\n\n')
}

/** A reply that is wrapped is known only at its end. */
export function isWrapped({ body_template }: Pick<ResolvedConfig, 'body_template'>): boolean {
  return body_template !== agentDefaults.channel.body_template
}

export function wrapReply(config: ResolvedConfig, variables: PromptVariables, agent_response: string): string {
  const render = () => renderTemplate(config.body_template, { ...variables, agent_response })
  return atPath('channel_properties.text.body_template', render)
}
