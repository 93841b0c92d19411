// What Ctrl-C does: it cancels the reply that is being written, and pressed again soon, it quits. Pure.

/** Until then a second press quits, even if the reply has ended since the first. */
export const quits_within_ms = 2000

export interface InterruptActions {
  /** In milliseconds, of a clock that does not jump. */
  now(): number
  /** False if no reply is being written. */
  cancel(): boolean
  /** The next one quits. */
  warn(): void
  quit(): void
}

export class Interrupts {
  /** Since the last line that was read. */
  count = 0
  #last: number | null = null
  readonly #actions: InterruptActions

  constructor(actions: InterruptActions) {
    this.#actions = actions
  }

  readonly take = (): void => {
    const now = this.#actions.now()
    const isSoon = this.#last !== null && now - this.#last <= quits_within_ms
    this.#last = now
    this.count += 1
    if (isSoon) this.#actions.quit()
    else if (!this.#actions.cancel()) this.#actions.warn()
  }

  /** A line was read: the next press is a first one. */
  forget(): void {
    this.count = 0
    this.#last = null
  }
}
