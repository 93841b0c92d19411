// The greeting of a conversation that begins later than it is created.
import type { ResolvedConfig } from '../agents/rules/config.ts'
import { describeTemplateFault, logTemplateFault } from '../templates/faults.ts'
import { TemplateError, renderTemplate } from '../templates/templates.ts'
import type { RuleMessage } from './machine/change.ts'
import type { ConversationRecord } from './machine/rows.ts'
import type { Conversations } from './services.ts'

type Greeted = Pick<
  ConversationRecord,
  | 'id'
  | 'organization_id'
  | 'agent_id'
  | 'custom_metadata'
  | 'user_id'
  | 'channel'
  | 'initial_context'
  | 'web_widget_id'
>

/** Null: it has none, or its template fails. Throws if the model cannot write it. */
export async function makeGreeting(
  { core: { ports, log }, runner }: Pick<Conversations, 'core' | 'runner'>,
  { starting_message: greeting, ...config }: ResolvedConfig,
  { id: conversation_id, organization_id, agent_id, custom_metadata, user_id, channel, ...conversation }: Greeted,
): Promise<RuleMessage | null> {
  if (greeting === null) return null
  const variables = { custom_metadata, user_id, channel, now: new Date(ports.clock.now()).toISOString() }
  const message_id = ports.newId()
  if (greeting.type === 'generated') {
    const whole = { ...config, starting_message: greeting }
    const { instructions } = greeting
    const { initial_context, web_widget_id } = conversation
    const of = { organization_id, agent_id, conversation_id, channel, web_widget_id }
    const asked = { ...of, config: whole, instructions, variables, initial_context }
    return { message_id, text: await runner.writeGreeting(asked) }
  }
  try {
    const text = renderTemplate(greeting.text, variables)
    return text.trim() === '' ? null : { message_id, text }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const path = 'starting_message.text'
    logTemplateFault(log, { conversation_id, agent_id, path, reason: describeTemplateFault(error) })
    return null
  }
}
