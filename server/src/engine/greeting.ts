// A greeting that the model writes, when an agent's starting message asks for it.
import type { ResolvedConfig } from '../agents/config.ts'
import type { Services } from '../context.ts'
import { AppError } from '../errors.ts'
import { TemplateError } from '../templates.ts'
import { collectText } from './collect.ts'
import { modelOf, samplingOf } from './model-of.ts'
import { ModelError } from './models/port.ts'
import { type PromptVariables, renderSystemPrompt } from './prompt.ts'

/** Throws `model_failed` or `model_timed_out`: nothing is stored then, and the caller may try again. */
export async function generateGreeting(
  services: Pick<Services, 'models' | 'ports'>,
  config: ResolvedConfig,
  instructions: string,
  variables: PromptVariables,
  initial_context: string | null,
): Promise<string> {
  const request = {
    system: renderSystem(config, variables, initial_context),
    messages: [{ role: 'user' as const, text: `Write your first message to the end user. ${instructions}` }],
    tools: [],
    ...samplingOf(config),
  }
  try {
    const { text } = await collectText(modelOf(services, config).stream(request, new AbortController().signal))
    if (text.trim() === '') throw new AppError('model_failed', 'The model gave an empty answer.')
    return text
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    throw new AppError(
      error.kind === 'timeout' ? 'model_timed_out' : 'model_failed',
      error.message,
      {},
      { cause: error },
    )
  }
}

function renderSystem(config: ResolvedConfig, variables: PromptVariables, initial_context: string | null): string {
  try {
    return renderSystemPrompt(config, variables, { initial_context, preface: [] })
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new AppError('template_failed', `The instructions cannot be rendered: ${error.message}.`)
  }
}
