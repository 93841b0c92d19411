// Reads the event stream of `chat/completions`. Pure: takes bytes, cut anywhere by the network, and returns the text
// that they complete as one part; the rest of the answer waits for its end.
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { type StreamingToolCallDelta, StreamingToolCallTracker } from '@ai-sdk/provider-utils'
import { createParser } from 'eventsource-parser'
import type { Static, TSchema } from 'typebox'
import { Type } from '@parley/contract'
import { createAjv } from '../../base/validation.ts'
import {
  ENDED_EARLY,
  MAX_INPUT_CHARACTERS,
  type ToolCallPart,
  toCount,
  toToolCallPart,
  withCalls,
} from '../adapters/answer.ts'
import { type FinishReason, type ModelError, type ModelPart, type ModelUsage, notReported } from '../port.ts'
import { createModelError, fromErrorPart, toModelError } from '../adapters/provider-errors.ts'

const nullish = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))
const text = nullish(Type.String())

/** The fields of a chunk that are read; servers may send others. */
const Chunk = Type.Object({
  error: Type.Optional(Type.Unknown()),
  choices: Type.Array(
    Type.Object({
      delta: nullish(
        Type.Object({
          content: nullish(Type.Union([Type.String(), Type.Array(Type.Object({ type: Type.String() }))])),
          refusal: Type.Optional(Type.Unknown()),
          tool_calls: nullish(
            Type.Array(
              Type.Object({
                index: nullish(Type.Number()),
                id: text,
                function: Type.Object({ name: text, arguments: text }),
              }),
            ),
          ),
        }),
      ),
      finish_reason: text,
    }),
  ),
  usage: nullish(
    Type.Object({
      prompt_tokens: Type.Optional(Type.Unknown()),
      completion_tokens: Type.Optional(Type.Unknown()),
      prompt_tokens_details: Type.Optional(Type.Unknown()),
      // Of DeepSeek and some others.
      prompt_cache_hit_tokens: Type.Optional(Type.Unknown()),
    }),
  ),
})
type Chunk = Static<typeof Chunk>
type Delta = NonNullable<Chunk['choices'][number]['delta']>

const isChunk = createAjv({ allErrors: false }).compile<Chunk>(Chunk)

export class ChatStream {
  readonly #id: string
  readonly #decoder = new TextDecoder()
  readonly #parser = createParser({ onEvent: ({ data }) => this.#hear(data) })
  #calls: ToolCalls | null = null
  #text = ''
  #hasRefused = false
  #finish_reason: string | null = null
  #usage: ModelUsage = notReported
  #isComplete = false
  #hasText = false
  #fault: ModelError | null = null

  constructor(id: string) {
    this.#id = id
  }

  /** Throws an error of the answer once the text before it has been returned. */
  *read(bytes: Uint8Array): Generator<ModelPart> {
    this.#text = ''
    this.#parser.feed(this.#decoder.decode(bytes, { stream: true }))
    if (this.#text !== '') {
      this.#hasText = true
      yield { type: 'text', text: this.#text }
    }
    if (this.#fault !== null) throw this.#fault
  }

  /** Nothing relevant can follow. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /** Whether any text has been returned. */
  get hasText(): boolean {
    return this.#hasText
  }

  *end(): Generator<ModelPart> {
    if (this.#finish_reason === null) throw createModelError('connection', this.#id, null, ENDED_EARLY)
    const calls = this.#calls?.end() ?? []
    yield* calls
    const reason = toReason(this.#finish_reason, this.#hasRefused)
    yield withCalls({ type: 'finish', reason, usage: this.#usage }, calls.length > 0)
  }

  #hear(data: string): void {
    if (this.#fault !== null) return
    if (data === '[DONE]') this.#isComplete = true
    else this.#fault = this.#take(data)
  }

  /** Returns the error, or null. */
  #take(data: string): ModelError | null {
    try {
      const chunk: unknown = JSON.parse(data)
      const { error } = (chunk ?? {}) as { error?: unknown }
      if (error !== undefined && error !== null) return fromErrorPart(error, this.#id)
      if (!isChunk(chunk)) return createModelError('protocol', this.#id)
      this.#add(chunk)
      return null
    } catch (error) {
      return toModelError(error, this.#id)
    }
  }

  #add({ usage, choices: [choice] }: Chunk): void {
    if (usage) this.#usage = toUsage(usage)
    if (!choice) return
    this.#finish_reason = choice.finish_reason ?? this.#finish_reason
    if (!choice.delta) return
    const { content, refusal, tool_calls } = choice.delta
    this.#text += textOf(content)
    if (typeof refusal === 'string' && refusal !== '') {
      this.#hasRefused = true
      this.#text += refusal
    }
    for (const delta of tool_calls ?? []) (this.#calls ??= new ToolCalls(this.#id)).add(delta)
  }
}

function toUsage(usage: NonNullable<Chunk['usage']>): ModelUsage {
  const details = (usage.prompt_tokens_details ?? {}) as { cached_tokens?: unknown; cache_write_tokens?: unknown }
  return {
    input_tokens: toCount(usage.prompt_tokens),
    output_tokens: toCount(usage.completion_tokens),
    cached_input_tokens: toCount(details.cached_tokens ?? usage.prompt_cache_hit_tokens),
    cache_write_tokens: toCount(details.cache_write_tokens),
  }
}

function textOf(content: Delta['content']): string {
  if (typeof content === 'string') return content
  const parts = (content ?? []) as { type: string; text?: unknown }[]
  return parts.map(({ type, text: said }) => (type === 'text' && typeof said === 'string' ? said : '')).join('')
}

/** For answers with calls. The library decides which piece belongs to which call, whatever a server leaves out. */
class ToolCalls {
  readonly #id: string
  readonly #parts: ToolCallPart[] = []
  readonly #tracker = new StreamingToolCallTracker({ enqueue: (part: LanguageModelV4StreamPart) => this.#keep(part) })
  /** By their index: those whose name has not arrived yet. */
  readonly #nameless = new Map<number, StreamingToolCallDelta>()
  readonly #named = new Set<number>()
  #inputLeft = MAX_INPUT_CHARACTERS

  constructor(id: string) {
    this.#id = id
  }

  add(delta: StreamingToolCallDelta): void {
    const given = delta.function?.arguments ?? ''
    this.#inputLeft -= given.length
    if (this.#inputLeft < 0)
      throw createModelError('protocol', this.#id, null, 'the arguments of the tool calls are too long')
    const { index } = delta
    if (index === undefined || index === null || this.#named.has(index)) return this.#tracker.processDelta(delta)
    const earlier = this.#nameless.get(index)
    const name = delta.function?.name ?? null
    const all = (earlier?.function?.arguments ?? '') + given
    const whole = { index, id: earlier?.id ?? delta.id ?? null, function: { name, arguments: all } }
    if (name === null) return void this.#nameless.set(index, whole)
    this.#nameless.delete(index)
    this.#named.add(index)
    this.#tracker.processDelta(whole)
  }

  end(): ToolCallPart[] {
    if (this.#nameless.size > 0) throw createModelError('protocol', this.#id, null, 'a call without a name')
    this.#tracker.flush()
    return this.#parts
  }

  #keep(part: LanguageModelV4StreamPart): void {
    if (part.type === 'tool-call') this.#parts.push(toToolCallPart(part))
  }
}

function toReason(reason: string, hasRefused: boolean): FinishReason {
  switch (reason) {
    case 'stop':
      return hasRefused ? 'content_filter' : 'stop'
    case 'length':
    case 'content_filter':
    case 'tool_calls':
      return reason
    case 'function_call':
      return 'tool_calls'
    default:
      return 'other'
  }
}
