// How many chunks of a generation are stored: they are embedded while others are still being cut.

export class ChunkFeed {
  #stored = 0
  #isOver = false
  #failure: { error: unknown } | null = null
  #changed = Promise.withResolvers<void>()

  get isOver(): boolean {
    return this.#isOver
  }

  /** They are in order, and committed. */
  add(chunks: number): void {
    this.#stored += chunks
    this.#change()
  }

  /** All are stored. */
  end(): void {
    this.#isOver = true
    this.#change()
  }

  fail(error: unknown): void {
    this.#failure = { error }
    this.#change()
  }

  /** Until a chunk after this position is stored, or all are. Throws why no more come. */
  async passes(position: number): Promise<void> {
    for (;;) {
      if (this.#failure) throw this.#failure.error
      if (this.#isOver || this.#stored > position + 1) return
      await this.#changed.promise
    }
  }

  #change(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}
