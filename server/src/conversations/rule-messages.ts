// Renders what the agent says because a rule of its version demands it: its warning and its last message.
import type { ResolvedConfig } from '../agents/rules/config.ts'
import { wrapReply } from '../agents/rules/wrapping.ts'
import type { Core } from '../calls/core.ts'
import { TemplateError, renderTemplate } from '../templates/templates.ts'
import type { RuleMessage } from './machine/change.ts'
import type { ConversationRecord } from './machine/rows.ts'
import type { PromptVariables } from './turn-runner.ts'

/** Null if there is nothing to say. A template that fails does not keep its rule from being applied. */
export function renderRuleMessage(
  { ports, log }: Pick<Core, 'ports' | 'log'>,
  config: Pick<ResolvedConfig, 'body_template'>,
  template: string | null,
  { id, custom_metadata, user_id, channel }: ConversationRecord,
): RuleMessage | null {
  if (template === null) return null
  const now = new Date(ports.clock.now()).toISOString()
  const variables: PromptVariables = { custom_metadata, user_id, channel, now }
  try {
    const text = renderTemplate(template, { ...variables })
    if (text.trim() === '') return null
    return { message_id: ports.newId(), text: wrapReply(config, variables, text) }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    log.warn({ err: error, conversation_id: id }, 'could not render a message of an inactivity rule; it is not said')
    return null
  }
}
