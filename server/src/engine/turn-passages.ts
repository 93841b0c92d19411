// The passages of knowledge bases in one attempt at a turn: their numbers, the searches that found them, what the model was shown.
import type { Citation, Retrieval, RetrievedChunk } from '@parley/contract'
import type { ResolvedRetrieval } from '../agents/rules/knowledge.ts'
import type { NewRetrieval } from '../conversations/machine/retrievals.ts'
import { findCitations } from './rules/citations.ts'

/** Of a turn, with those of earlier attempts. */
const max_searches = 64

interface PassageOptions {
  turn_id: string
  settings: ResolvedRetrieval
  stored: readonly Retrieval[]
  /** Random. */
  newCode: () => string
}

export class TurnPassages {
  readonly turn_id: string
  readonly settings: ResolvedRetrieval
  /** What the turn has stored. */
  readonly stored: readonly Retrieval[]
  readonly #newCode: () => string
  #code: string | null = null
  #next = 1
  #searches: number
  /** By number. */
  readonly #shown = new Map<number, RetrievedChunk>()
  #pending: NewRetrieval[] = []
  /** Of the search before the first model call. */
  implicit_ms: number | null = null
  /** Tells readers of the turn. */
  tell: (retrieval: NewRetrieval) => void = () => {}

  constructor({ turn_id, settings, stored, newCode }: PassageOptions) {
    this.turn_id = turn_id
    this.settings = settings
    this.stored = stored
    this.#newCode = newCode
    this.#searches = stored.length
    for (const { chunks } of stored) this.#remember(chunks)
  }

  #remember(chunks: readonly RetrievedChunk[]): void {
    for (const chunk of chunks) {
      this.#next = Math.max(this.#next, chunk.number + 1)
      if (chunk.shown) this.#shown.set(chunk.number, chunk)
    }
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

  /** Once it is certain what the model is shown. It is stored with the next write of the attempt. */
  record(retrieval: NewRetrieval): void {
    this.#remember(retrieval.chunks)
    this.#pending.push(retrieval)
    if (retrieval.kind === 'implicit') this.implicit_ms = retrieval.latency_ms
    this.tell(retrieval)
  }

  /** What is not stored yet; anyone who takes it stores it, or gives it back. */
  take(): NewRetrieval[] {
    const taken = this.#pending
    this.#pending = []
    return taken
  }

  giveBack(taken: NewRetrieval[]): void {
    this.#pending.unshift(...taken)
  }

  cite(text: string): Citation[] {
    return this.settings.citations ? findCitations(text, this.#shown) : []
  }
}
