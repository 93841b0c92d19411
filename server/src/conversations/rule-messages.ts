// Renders what the agent says because a rule of its version demands it: its warning and its last message.
import type { ResolvedConfig } from '../agents/rules/config.ts'
import { wrapReply } from '../agents/rules/wrapping.ts'
import type { Core } from '../calls/core.ts'
import { atPath, describeTemplateFault, logTemplateFault } from '../templates/faults.ts'
import { TemplateError, renderTemplate } from '../templates/templates.ts'
import type { RuleMessage } from './machine/change.ts'
import type { ConversationRecord } from './machine/rows.ts'
import type { PromptVariables } from './turn-runner.ts'

/** Null if there is nothing to say. A template that fails does not keep its rule from being applied. */
export function renderRuleMessage(
  { ports, log }: Pick<Core, 'ports' | 'log'>,
  config: Pick<ResolvedConfig, 'body_template' | 'inactivity'>,
  which: 'warn_message' | 'end_message',
  { id: conversation_id, agent_id, agent_version_id, custom_metadata, user_id, channel }: ConversationRecord,
): RuleMessage | null {
  const template = config.inactivity[which]
  if (template === null) return null
  const now = new Date(ports.clock.now()).toISOString()
  const variables: PromptVariables = { custom_metadata, user_id, channel, now }
  try {
    const text = atPath(`inactivity.${which}`, () => renderTemplate(template, { ...variables }))
    if (text.trim() === '') return null
    return { message_id: ports.newId(), text: wrapReply(config, variables, text) }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const { path } = error
    logTemplateFault(log, { conversation_id, agent_id, agent_version_id, path, reason: describeTemplateFault(error) })
    return null
  }
}
