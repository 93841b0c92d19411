// What happens right before a request of an app step.
import type { VisitRun } from '../visit-run.ts'

/** Called before each request: the first one that must not be repeated is noted. */
export function beginnerOf(run: VisitRun, is_idempotent: boolean): () => Promise<void> {
  let isNoted = false
  return async () => {
    if (is_idempotent || isNoted) return run.attempt.checkOpen()
    isNoted = true
    await run.attempt.noteEffect()
  }
}
