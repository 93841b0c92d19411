// The prompt for instructions, and the checks of the model's answer. Pure.
import { validateAgentConfig } from '../../agents/rules/config.ts'
import type { GenerationOutcome } from '../../agents/agents.ts'
import type { Limits } from '../../config/limits.ts'
import type { ModelAnswer, ModelRequest } from '../../models/models.ts'
import type { JsonObject } from '../../base/json.ts'
import { makeStorable, shorten } from '../../base/text.ts'

/** For the inputs as JSON; if they are longer, the middle is left out. */
const max_input_characters = 60_000
/** For what the model writes; the call ends there. */
export const max_instruction_characters = 50_000

const rules = [
  'You write the instructions (the system prompt) of an AI agent that talks to people, out of what its author has filled in.',
  'Address the agent as “you”. Say who it is, what it is to do, how it speaks, and what it must not do.',
  'Use every fact of the inputs, add no facts, and leave no placeholders.',
  'Answer with the instructions alone, as plain text without double braces.',
]

export function instructionsRequest(inputs: JsonObject): ModelRequest {
  const text = `Inputs of the author, as JSON:\n${shorten(JSON.stringify(inputs, null, 1), max_input_characters / 2)}\n\nInstructions:`
  return { system: rules.join('\n'), messages: [{ role: 'user', text }], tools: [] }
}

/** Only a complete text with which the draft's configuration is valid may replace its instructions. */
export function judgeInstructions(
  { text, reason }: Pick<ModelAnswer, 'text' | 'reason'>,
  config: JsonObject,
  limits: Pick<Limits, 'agent_config_bytes'>,
): GenerationOutcome {
  const instructions = makeStorable(text.trim()).slice(0, max_instruction_characters).toWellFormed()
  const fail = (error: string): GenerationOutcome => ({ status: 'failed', error, instructions: instructions || null })
  if (instructions === '') return fail('The model returned an empty answer.')
  if (text.length > max_instruction_characters)
    return fail(`The model wrote more than ${max_instruction_characters} characters. Request it again.`)
  if (reason === 'length' || reason === 'content_filter')
    return fail('The model stopped before the end of the text. Request it again.')
  const faults = validateAgentConfig({ ...config, instructions }, limits).faults
  const fault = faults.find(({ path }) => path === 'config' || path === 'config.instructions')
  return fault
    ? fail(`The text of the model is not valid as instructions: ${fault.message}`)
    : { status: 'done', instructions }
}
