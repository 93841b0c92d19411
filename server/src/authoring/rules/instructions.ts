// What the model is asked for instructions, and what becomes of its answer. Pure.
import { validateAgentConfig } from '../../agents/rules/config.ts'
import type { GenerationOutcome } from '../../agents/agents.ts'
import type { Limits } from '../../config/limits.ts'
import type { ModelAnswer, ModelRequest } from '../../models/models.ts'
import type { JsonObject } from '../../base/json.ts'
import { makeStorable, shorten } from '../../base/text.ts'

/** Of the inputs as JSON; beyond, the middle is left out. */
const max_input_characters = 60_000
/** Of what the model writes; it is not asked to go on beyond. */
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

/** Only a whole text that the draft's configuration is valid with can take the place of its instructions. */
export function judgeInstructions(
  { text, reason }: Pick<ModelAnswer, 'text' | 'reason'>,
  config: JsonObject,
  limits: Pick<Limits, 'agent_config_bytes'>,
): GenerationOutcome {
  const instructions = makeStorable(text.trim()).slice(0, max_instruction_characters).toWellFormed()
  const fail = (error: string): GenerationOutcome => ({ status: 'failed', error, instructions: instructions || null })
  if (instructions === '') return fail('The model gave an empty answer.')
  if (text.length > max_instruction_characters) return fail('The model wrote more than instructions may be long.')
  if (reason === 'length' || reason === 'content_filter') return fail('The model did not write to the end.')
  const faults = validateAgentConfig({ ...config, instructions }, limits).faults
  const fault = faults.find(({ path }) => path === 'config' || path === 'config.instructions')
  return fault ? fail(`What the model wrote cannot be used: ${fault.message}`) : { status: 'done', instructions }
}
