// A greeting that the model writes, when an agent's starting message asks for it.
import type { ResolvedConfig } from '../agents/config.ts'
import type { Services } from '../context.ts'
import { AppError } from '../errors.ts'
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
): Promise<string> {
  const system = renderSystemPrompt(config, variables, { initial_context: null, preface: [] })
  const request = {
    system,
    messages: [{ role: 'user' as const, text: `Write your first message to the end user. ${instructions}` }],
    tools: [],
    ...samplingOf(config),
  }
  try {
    const { text } = await collectText(modelOf(services, config).stream(request, new AbortController().signal))
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
