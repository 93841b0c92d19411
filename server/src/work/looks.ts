// When a node looks for work: regularly, and soon after it is called; at most one look at a time.
import type { Clock } from '../base/ports.ts'

/** How often it looks without a call: for what other nodes left, what is due again, or a call that was lost. */
export const poll_ms = 750

/** Between looks that others request: a look that finds nothing must not slow down this node's turns. */
const gap_ms = 100

export interface Looks {
  /** Now, or right after the current look. */
  look(): void
  /** Soon: many calls make one look. */
  call(): void
  /** Starts no more looks; resolves when none is in progress. */
  stop(): Promise<void>
}

/** `lookOnce` never throws. True: there may be more to do at once. */
export function createLooks(clock: Clock, lookOnce: () => Promise<boolean>): Looks {
  const state = { isStopped: false, looksAgain: false }
  let looking: Promise<void> | null = null
  let stopPoll = () => {}
  let stopGap: (() => void) | null = null
  let looked_at = -Infinity

  async function lookWhileAsked(): Promise<void> {
    stopPoll()
    while (state.looksAgain && !state.isStopped) {
      looked_at = clock.monotonic()
      state.looksAgain = false
      if (await lookOnce()) state.looksAgain = true
    }
  }

  function look(): void {
    state.looksAgain = true
    looking ??= lookWhileAsked().finally(() => {
      looking = null
      if (state.isStopped) return
      if (state.looksAgain) look()
      else stopPoll = clock.after(poll_ms, look)
    })
  }

  return {
    look,
    call() {
      if (state.isStopped || stopGap) return
      const wait_ms = looked_at + gap_ms - clock.monotonic()
      if (wait_ms <= 0) return look()
      stopGap = clock.after(wait_ms, () => {
        stopGap = null
        if (!state.isStopped) look()
      })
    },
    async stop() {
      state.isStopped = true
      stopPoll()
      stopGap?.()
      await looking
    },
  }
}
