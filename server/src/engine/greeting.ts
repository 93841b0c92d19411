// A greeting that the model writes, if an agent's starting message asks for one.
import type { Logger } from 'pino'
import type { EngineServices } from './services.ts'
import type { GreetingRequest } from '../conversations/conversations.ts'
import { BudgetExceeded, textOf } from '../budgets/gate.ts'
import { AppError } from '../base/errors.ts'
import { describeTemplateFault, logTemplateFault } from '../templates/faults.ts'
import { TemplateError } from '../templates/templates.ts'
import { collectAnswer, modelOf, samplingOf, toRefusal } from '../models/models.ts'
import { renderSystemPrompt } from './rules/prompt.ts'

export async function writeGreeting(
  services: Pick<EngineServices, 'models' | 'ports' | 'log' | 'usage'>,
  greeting: GreetingRequest,
): Promise<string> {
  const { config, instructions, organization_id, agent_id, conversation_id } = greeting
  const request = {
    system: renderSystem(greeting, services.log),
    messages: [{ role: 'user' as const, text: `Write your first message to the end user. ${instructions}` }],
    tools: [],
    ...samplingOf(config),
  }
  const { channel, web_widget_id } = greeting
  try {
    const counting = { organization_id, agent_id, conversation_id, kind: 'model_call', purpose: 'greeting' } as const
    const calls = services.usage.counter(counting)
    const { text } = await collectAnswer(modelOf(services, config).stream(request, new AbortController().signal, calls))
    if (text.trim() === '') throw new AppError('model_failed', 'The model returned an empty answer.')
    return text
  } catch (error) {
    const text = error instanceof BudgetExceeded ? textOf(error.stopped, { channel, web_widget_id }) : null
    if (text !== null) return text
    throw toRefusal(error)
  }
}

function renderSystem({ config, variables, initial_context }: GreetingRequest, log: Logger): string {
  try {
    return renderSystemPrompt(config, variables, { initial_context, preface: [] })
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const reason = describeTemplateFault(error)
    logTemplateFault(log, { path: error.path, reason })
    throw new AppError('template_failed', reason)
  }
}
