// Decides what a turn does next from its progress. Pure.
import { growthOfNumbers } from '../../base/json-size.ts'
import type { JsonObject } from '../../base/json.ts'
import { parseSentJson } from '../../base/read-json.ts'
import { findUnstorable, makeStorable } from '../../base/text.ts'
import type { ModelAnswer } from '../../models/models.ts'
import type { TurnTool } from '../tools/turn-tool.ts'

/** Calls per answer of the model; further ones are dropped without telling the model. */
export const max_calls_per_step = 32
const max_argument_characters = 65_536
/** For all calls of one answer. */
const max_step_argument_characters = 262_144
const max_name_characters = 200

export interface Progress {
  /** Finished steps of the turn, each with tool calls. */
  steps: number
  max_tool_steps: number
  /** Whether the end user has been told something so far. */
  has_said: boolean
  /** Whether the agent has asked to end the conversation. */
  is_ending: boolean
}

/** Text and calls of earlier attempts, or of one step. */
export interface Done {
  texts: number
  results: { name: string | null; is_error: boolean | null }[]
}

export function advance(progress: Progress, tools: ReadonlyMap<string, TurnTool>, { texts, results }: Done): Progress {
  const isEnd = ({ name, is_error }: Done['results'][number]) =>
    tools.get(name ?? '')?.ends === 'conversation' && !is_error
  return {
    ...progress,
    has_said: progress.has_said || texts > 0,
    is_ending: progress.is_ending || results.some(isEnd),
  }
}

/** At the limit the model is called once more, without tools, so that there is a reply. */
export function mayUseTools({ steps, max_tool_steps }: Pick<Progress, 'steps' | 'max_tool_steps'>): boolean {
  return steps < max_tool_steps
}

export type Verdict = 'reply' | 'call_tools' | 'step_limit' | 'empty'

export function judgeAnswer(answer: ModelAnswer, progress: Progress): Verdict {
  const calls = answer.calls.length > 0
  if (calls && mayUseTools(progress)) return 'call_tools'
  if (answer.text.trim() !== '' || (progress.has_said && !calls)) return 'reply'
  return calls ? 'step_limit' : 'empty'
}

/** A call as it is stored, with its tool or the reason why it cannot be carried out. */
export type PlannedCall = { call_id: string; name: string; arguments: JsonObject } & (
  | { tool: TurnTool }
  | { fault: string }
)

export function planCalls(
  calls: ModelAnswer['calls'],
  tools: ReadonlyMap<string, TurnTool>,
  newId: () => string,
): PlannedCall[] {
  let room = max_step_argument_characters
  return calls.slice(0, max_calls_per_step).map(({ name: asked, arguments: text }): PlannedCall => {
    const name = makeStorable(asked).slice(0, max_name_characters)
    const call = { call_id: newId(), name, arguments: {} }
    const tool = tools.get(asked)
    if (!tool) return { ...call, fault: 'No tool has this name.' }
    const given = text.length > room ? no_room : parseArguments(text)
    if (typeof given !== 'string') room -= text.length + growthOfNumbers(given)
    return typeof given === 'string' ? { ...call, fault: given } : { ...call, arguments: given, tool }
  })
}

/** Beside a hand-off, nothing ends the conversation: people answer in it, or the turn goes on. */
export function keepOpen(calls: PlannedCall[]): PlannedCall[] {
  return calls.map((call) => {
    if (!('tool' in call) || call.tool.ends !== 'conversation') return call
    const { call_id, name, arguments: given } = call
    return { call_id, name, arguments: given, fault: not_with_hand_off }
  })
}

const not_with_hand_off =
  'The conversation was not ended, because a person was asked for in the same step. Call it alone to end it.'

const no_room = `The arguments of all calls of this step exceed ${max_step_argument_characters} characters in total.`

/** The arguments, or what is wrong with them. */
function parseArguments(text: string): JsonObject | string {
  if (text.length > max_argument_characters) return `The arguments exceed ${max_argument_characters} characters.`
  let value: unknown
  try {
    value = parseSentJson(text)
  } catch {
    return `The arguments are not valid JSON: ${makeStorable(text.slice(0, 200))}`
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'The arguments must be a JSON object.'
  if (text.length + growthOfNumbers(value) > max_argument_characters)
    return `The arguments exceed ${max_argument_characters} characters with their numbers written out in full.`
  const [fault] = findUnstorable(value, 1)
  return fault ? `The arguments were not accepted: ${fault.path} ${fault.message}.` : (value as JsonObject)
}
