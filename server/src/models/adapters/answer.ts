// What all provider adapters do with an answer in the same way.
import type { ModelPart } from '../port.ts'

export type FinishPart = Extract<ModelPart, { type: 'finish' }>
export type ToolCallPart = Extract<ModelPart, { type: 'tool_call' }>

export const ENDED_EARLY = 'the answer ended early'
/** For all tool calls of an answer; the limit on arguments that are used is lower. */
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

/** More than any model uses; the sum over all steps of a turn fits into the column. */
const most_tokens = 10_000_000

/** A server may report a value that is not a number of tokens, or that the database could not store. */
export function toCount(told: unknown): number | null {
  return typeof told === 'number' && !Number.isNaN(told) ? Math.round(Math.min(most_tokens, Math.max(0, told))) : null
}
