// How embedding goes on while other chunks of the generation are being stored: it learns how many there are, and its commits come first.
import type { WorkPort } from '../../work/port.ts'

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

export interface CommitsFirst {
  /** Whose commits come first. */
  port: WorkPort
  /** Until it commits nothing. */
  free(): Promise<void>
}

/**
 * Commits of one run wait for each other, since each locks its lease. Those of vectors are short, and the model is idle until they are
 * done; a batch of chunks takes ten times as long.
 */
export function putFirst(port: WorkPort): CommitsFirst {
  let commits = 0
  let freed = Promise.withResolvers<void>()
  return {
    port: {
      ...port,
      async commit(write) {
        commits += 1
        try {
          return await port.commit(write)
        } finally {
          commits -= 1
          freed.resolve()
          freed = Promise.withResolvers()
        }
      },
    },
    async free() {
      for (;;) {
        // One commit often follows another.
        await new Promise<void>((resolve) => setImmediate(resolve))
        if (commits === 0) return
        await freed.promise
      }
    },
  }
}
