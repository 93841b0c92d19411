// Wraps what the agent says in the template of its channel. Pure.
import { agentDefaults } from '@parley/contract'
import { atPath } from '../../templates/faults.ts'
import { renderTemplate } from '../../templates/templates.ts'
import type { ResolvedConfig } from './config.ts'

/** A reply that is wrapped is known only at its end. */
export function isWrapped({ body_template }: Pick<ResolvedConfig, 'body_template'>): boolean {
  return body_template !== agentDefaults.channel.body_template
}

export function wrapReply(
  { body_template }: Pick<ResolvedConfig, 'body_template'>,
  variables: object,
  agent_response: string,
): string {
  const render = () => renderTemplate(body_template, { ...variables, agent_response })
  return atPath('channel_properties.text.body_template', render)
}
