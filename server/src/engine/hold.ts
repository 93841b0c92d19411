// Whether an attempt surely holds its turn (H2). One that was stopped or cut off for a while may have lost it, so it shows no words and
// makes no calls until its lease is renewed.
import type { Clock } from '../base/ports.ts'

/** Shorter than a lease, and longer than two renewals. */
const sure_ms = 5000

export class Hold {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #tell: (text: string) => void
  #renewed_at: number
  #withheld = ''
  #whenRenewed = Promise.withResolvers<void>()

  /** `held_at`: when it surely held its turn last. */
  constructor(clock: Pick<Clock, 'monotonic'>, held_at: number, tell: (text: string) => void) {
    this.#clock = clock
    this.#tell = tell
    this.#renewed_at = held_at
  }

  get renewed_at(): number {
    return this.#renewed_at
  }

  /** The database has said that the attempt held its turn at this time or later. */
  renew(at: number): void {
    this.#renewed_at = Math.max(this.#renewed_at, at)
    if (!this.#isSure()) return
    const withheld = this.#withheld
    this.#withheld = ''
    if (withheld !== '') this.#tell(withheld)
    this.#whenRenewed.resolve()
    this.#whenRenewed = Promise.withResolvers()
  }

  #isSure(): boolean {
    return this.#clock.monotonic() - this.#renewed_at < sure_ms
  }

  /** Shows the words, now or once it is sure. */
  say(text: string): void {
    if (this.#isSure() && this.#withheld === '') this.#tell(text)
    else this.#withheld += text
  }

  /** The step is stored: its words are no longer held back. */
  drop(): void {
    this.#withheld = ''
  }

  /** Throws the signal's reason if the attempt ends before. */
  async isSure(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>()
    const stop = () => aborted.reject(signal.reason)
    aborted.promise.catch(() => {})
    signal.addEventListener('abort', stop)
    try {
      while (!this.#isSure()) {
        signal.throwIfAborted()
        await Promise.race([this.#whenRenewed.promise, aborted.promise])
      }
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}
