// The passages of knowledge bases in one attempt at a turn: their numbers, the searches that found them, what the model was shown.
import type { Citation, Retrieval, RetrievedChunk } from '@parley/contract'
import type { ResolvedRetrieval } from '../agents/rules/knowledge.ts'
import type { JsonValue } from '../base/json.ts'
import { sentBytes } from '../base/json-size.ts'
import type { FoundSoFar } from '../conversations/conversations.ts'
import type { NewRetrieval } from '../conversations/machine/retrievals.ts'
import { findCitations } from './rules/citations.ts'
import { least_result_characters } from './rules/context-window.ts'
import { fitOutput } from './rules/output-size.ts'

/** Of a turn, with those of earlier attempts. */
const max_searches = 64

interface PassageOptions {
  turn_id: string
  settings: ResolvedRetrieval
  /** Of the context window. */
  window_characters: number
  stored: readonly Retrieval[]
  /** The calls whose results the model has not answered yet. */
  unanswered: ReadonlySet<string>
  /** Random. */
  newCode: () => string
}

/** What goes with the commit of a step, or of the turn's end. */
interface RestOfSearches {
  retrievals: NewRetrieval[]
  /** Those that are stored, but were not shown: the model was not asked again. */
  unshown: string[]
}

export class TurnPassages {
  readonly turn_id: string
  readonly settings: ResolvedRetrieval
  readonly window_characters: number
  /** What the turn has stored. */
  readonly stored: readonly Retrieval[]
  /** The calls of this turn that have searched. Their results were cut to fit when they were stored, and are not cut again. */
  readonly calls = new Set<string>()
  readonly #newCode: () => string
  #code: string | null = null
  #next = 1
  #searches: number
  /** What the window has left for results of searches. */
  #room: number
  /** By number. */
  readonly #shown = new Map<number, RetrievedChunk>()
  #pending: NewRetrieval[] = []
  /** Those that no answer of the model is based on: recorded since it was last asked, also by an attempt that was lost. */
  readonly #unseen = new Set<string>()
  /** Of the search before the first model call. */
  implicit_ms: number | null = null
  /** Tells readers of the turn. */
  tell: (retrieval: NewRetrieval) => void = () => {}

  constructor({ turn_id, settings, window_characters, stored, unanswered, newCode }: PassageOptions) {
    this.turn_id = turn_id
    this.settings = settings
    this.window_characters = window_characters
    this.stored = stored
    this.#newCode = newCode
    this.#searches = stored.length
    this.#room = window_characters
    for (const { id, chunks, call_id } of stored) {
      if (call_id === null) {
        this.#skipNumbers(chunks)
        continue
      }
      this.#remember(chunks)
      this.calls.add(call_id)
      if (unanswered.has(call_id)) this.#unseen.add(id)
    }
  }

  #skipNumbers(chunks: readonly RetrievedChunk[]): void {
    for (const { number } of chunks) this.#next = Math.max(this.#next, number + 1)
  }

  #remember(chunks: readonly RetrievedChunk[]): void {
    this.#skipNumbers(chunks)
    for (const chunk of chunks) if (chunk.shown) this.#shown.set(chunk.number, chunk)
  }

  /** What an earlier attempt found before it called the model, as far as this one shows it too: a passage that is gone is not cited. */
  showAgain({ chunks }: Retrieval, numbers: readonly number[]): void {
    this.#remember(chunks.filter(({ number }) => numbers.includes(number)))
  }

  /** What the fences of this attempt are made with: only the model is shown it. */
  get code(): string {
    return (this.#code ??= this.#newCode())
  }

  /** The first of this many numbers, which nothing else in the turn has. */
  takeNumbers(count: number): number {
    const first = this.#next
    this.#next += count
    return first
  }

  /** False: the turn has made as many searches as it may. */
  mayBegin(): boolean {
    this.#searches += 1
    return this.#searches <= max_searches
  }

  /** For the texts of one more search. */
  get characters_left(): number {
    return Math.min(this.settings.max_characters, Math.max(this.#room, least_result_characters))
  }

  /** The result of a call that has searched, as the model will be shown it from now on in this turn. */
  fitResult(call_id: string, output: JsonValue): JsonValue {
    const fitted = fitOutput(output, Math.max(this.#room, least_result_characters), sentBytes)
    this.#room -= sentBytes(fitted)
    this.calls.add(call_id)
    return fitted
  }

  /** Once it is certain what the model will be shown. It is stored with the next write that it belongs to. */
  record(retrieval: NewRetrieval): void {
    this.#remember(retrieval.chunks)
    this.#pending.push(retrieval)
    this.#unseen.add(retrieval.id)
    if (retrieval.kind === 'implicit') this.implicit_ms = retrieval.latency_ms
    this.tell(retrieval)
  }

  /** The model is asked with all that was recorded. `used_characters`: what the request takes of the window at least. */
  ask(used_characters: number): void {
    this.#unseen.clear()
    this.#room = this.window_characters - used_characters
  }

  /** The searches of a call, for the commit of its result: that of another one must not bring them along. */
  takeOf(call_id: string): NewRetrieval[] {
    const taken = this.#pending.filter((one) => one.call_id === call_id)
    this.#pending = this.#pending.filter((one) => one.call_id !== call_id)
    return taken
  }

  giveBack(taken: readonly NewRetrieval[]): void {
    this.#pending.unshift(...taken)
  }

  /** What is left, for the commit of a step or of the turn's end, on any path. It stays until `noteStored`. */
  get rest(): RestOfSearches {
    const ids = new Set(this.#pending.map(({ id }) => id))
    const retrievals = this.#pending.map((one) => (this.#unseen.has(one.id) ? hideChunks(one) : one))
    return { retrievals, unshown: [...this.#unseen].filter((id) => !ids.has(id)) }
  }

  noteStored(stored: readonly NewRetrieval[]): void {
    const ids = new Set(stored.map(({ id }) => id))
    this.#pending = this.#pending.filter(({ id }) => !ids.has(id))
  }

  /** For anyone who ends the turn instead of its attempt; null: nothing. Another node stores it with the turn as it is. */
  leave(text: string, redact: (text: string) => string): FoundSoFar | null {
    const citations = this.cite(text)
    const { retrievals, unshown } = this.rest
    if (retrievals.length + unshown.length + citations.length === 0) return null
    const redacted = retrievals.map((one) => ({ ...one, query: one.query && redact(one.query) }))
    return { retrievals: redacted, unshown, citations }
  }

  cite(text: string): Citation[] {
    return this.settings.citations ? findCitations(text, this.#shown) : []
  }
}

function hideChunks(retrieval: NewRetrieval): NewRetrieval {
  return { ...retrieval, chunks: retrieval.chunks.map((chunk) => ({ ...chunk, shown: false })) }
}
