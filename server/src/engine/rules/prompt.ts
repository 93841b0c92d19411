// Renders an agent's configuration and a conversation to the system prompt. Pure.
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
