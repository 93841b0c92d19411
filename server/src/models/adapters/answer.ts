// What the adapters of providers make of an answer in the same way.
import type { ModelPart } from '../port.ts'

export type FinishPart = Extract<ModelPart, { type: 'finish' }>
export type ToolCallPart = Extract<ModelPart, { type: 'tool_call' }>

export const ENDED_EARLY = 'the answer ended early'
/** Of all tool calls of an answer; what of it can be used is less. */
export const MAX_INPUT_CHARACTERS = 4_194_304

export function toToolCallPart(call: { toolCallId: string; toolName: string; input: string }): ToolCallPart {
  // Models call a tool without parameters with '{}' or with nothing at all.
  const given = call.input === '' ? '{}' : call.input
  return { type: 'tool_call', call_id: call.toolCallId, name: call.toolName, arguments: given }
}

/** Some compatible servers end an answer that calls tools with the reason `stop`. */
export function withCalls(finish: FinishPart, hasCalls: boolean): FinishPart {
  return hasCalls && finish.reason === 'stop' ? { ...finish, reason: 'tool_calls' } : finish
}

/** More than any model takes, and of all steps of a turn together no more than a column holds. */
const most_tokens = 10_000_000

/** A server may say what is no number of tokens, and no database could store. */
export function toCount(told: unknown): number | null {
  return typeof told === 'number' && !Number.isNaN(told) ? Math.round(Math.min(most_tokens, Math.max(0, told))) : null
}
