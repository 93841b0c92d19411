// Runs a model call on an AI SDK provider model: one call of its streaming method, its parts converted to ours.
import type {
  LanguageModelV4,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider'
import { toCallOptions } from './ai-sdk-request.ts'
import {
  ENDED_EARLY,
  type FinishPart,
  MAX_INPUT_CHARACTERS,
  type ToolCallPart,
  toCount,
  toToolCallPart,
  withCalls,
} from './answer.ts'
import type { FinishReason, Model, ModelPart, ModelRequest, ModelUsage } from '../port.ts'
import { createModelError, fromErrorPart, toModelError } from './provider-errors.ts'

/** Created once: creating an error is slow. */
const LEFT = new Error('the consumer stopped before the end of the answer')

export function createAiSdkModel(id: string, model: LanguageModelV4, providerOptions?: SharedV4ProviderOptions): Model {
  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelPart> {
    signal.throwIfAborted()
    // A separate signal, so that a consumer that stops early also ends the provider's call.
    const call = new AbortController()
    const abortCall = () => call.abort(signal.reason)
    signal.addEventListener('abort', abortCall, { once: true })
    let isOver = false
    try {
      const { stream: parts } = await model.doStream(toCallOptions(request, call.signal, providerOptions))
      for await (const part of readParts(parts, id)) {
        signal.throwIfAborted()
        yield part
      }
      isOver = true
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw toModelError(error, id)
    } finally {
      signal.removeEventListener('abort', abortCall)
      if (!isOver) call.abort(LEFT)
    }
  }
  return { id, stream }
}

/**
 * Text is passed on at once. Tool calls wait for the end, because a stream that breaks off leaves calls with half of their
 * arguments. The finish part waits for the end of the body, so that the connection can be reused.
 */
async function* readParts(parts: ReadableStream<LanguageModelV4StreamPart>, id: string): AsyncGenerator<ModelPart> {
  const reader = parts.getReader()
  const toolCalls: ToolCallPart[] = []
  let finish: FinishPart | null = null
  let inputLeft = MAX_INPUT_CHARACTERS
  for (;;) {
    const part = await readNext(reader, finish !== null)
    if (part === null) break
    switch (part.type) {
      case 'text-delta':
        if (part.delta !== '') yield { type: 'text', text: part.delta }
        break
      case 'tool-input-delta':
        inputLeft -= part.delta.length
        if (inputLeft < 0) throw createModelError('protocol', id, null, 'the arguments of the tool calls are too long')
        break
      case 'tool-call':
        toolCalls.push(toToolCallPart(part))
        break
      case 'finish':
        finish = { type: 'finish', reason: toFinishReason(part.finishReason, id), usage: toUsage(part.usage) }
        break
      case 'error':
        throw fromErrorPart(part.error, id)
      default:
        // Starts, ends, reasoning, metadata and sources, which the port does not carry.
        break
    }
  }
  if (finish === null) throw createModelError('connection', id, null, ENDED_EARLY)
  yield* toolCalls
  yield withCalls(finish, toolCalls.length > 0)
}

/** The next part, or null at the end. Once the answer is complete, a broken connection counts as the end too. */
async function readNext(reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>, isComplete: boolean) {
  try {
    const { done, value } = await reader.read()
    return done ? null : value
  } catch (error) {
    if (isComplete) return null
    throw error
  }
}

/** Throws for the reasons that are failures. */
function toFinishReason({ unified, raw }: LanguageModelV4FinishReason, id: string): FinishReason {
  switch (unified) {
    case 'stop':
      return 'stop'
    case 'length':
      return 'length'
    case 'content-filter':
      return 'content_filter'
    case 'tool-calls':
      return 'tool_calls'
    case 'other':
      // Some provider packages report a broken stream as an end without a reason.
      if (raw === undefined) throw createModelError('connection', id, null, ENDED_EARLY)
      return 'other'
    case 'error':
      throw createModelError('unavailable', id, null, 'the model stopped with an error')
    case 'interrupted':
      throw createModelError('connection', id, null, ENDED_EARLY)
    default:
      unified satisfies never
      return 'other'
  }
}

function toUsage({ inputTokens, outputTokens }: LanguageModelV4Usage): ModelUsage {
  return {
    input_tokens: toCount(inputTokens.total),
    output_tokens: toCount(outputTokens.total),
    cached_input_tokens: toCount(inputTokens.cacheRead),
    cache_write_tokens: toCount(inputTokens.cacheWrite),
  }
}
