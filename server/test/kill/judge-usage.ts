// Judges what was counted (P3): the calls that the model received against their rows. Pure.
import type { CalledModel, Violation } from './records.ts'

export interface StoredUsage {
  id: string
  purpose: string
  outcome: string | null
  estimated: boolean
  input_tokens: number
  turn_id: string | null
}

export interface UsageCounts {
  received: number
  rows: number
  ok: number
  failed: number
  interrupted: number
  lost: number
  /** Rows of calls that may have been under way when their node died, and were not. */
  lost_unsent: number
}

type Report = (kind: Violation['kind'], what: string) => void

/**
 * An answer that was read to its end reports the number of its call, so its row names it. The others are compared by their number: a call
 * without a measured row is one that failed, was interrupted or lost. `broken_off`: turns and executions whose node died; none of them had
 * more than one call of a turn under way.
 */
export function judgeUsage(
  report: Report,
  called: readonly CalledModel[],
  rows: readonly StoredUsage[],
  broken_off: number,
): UsageCounts {
  const count = (outcome: string | null) => rows.filter((row) => row.outcome === outcome).length
  const measured = rows.filter(({ outcome, estimated }) => outcome === 'ok' && !estimated)
  const byNumber = Map.groupBy(measured, ({ input_tokens }) => input_tokens)
  for (const [number, those] of byNumber) {
    if (those.length > 1) report('uncounted', `call ${number} is counted ${those.length} times`)
    if (number > called.length) report('uncounted', `call ${number} was never received`)
  }
  if (count(null) > 0) report('uncounted', `${count(null)} calls are open for ever`)
  const received = called.length
  const [ok, failed, interrupted, lost] = ['ok', 'failed', 'interrupted', 'lost'].map(count) as [
    number,
    number,
    number,
    number,
  ]
  // What the model received and no measured row names.
  const unmeasured = received - byNumber.size
  const estimated = rows.length - measured.length
  if (estimated < unmeasured) report('uncounted', `${unmeasured - estimated} calls have no row`)
  // A node can die after it has counted a call and before it has sent it, and a call can be cut before it arrives.
  const lost_unsent = estimated - unmeasured
  if (lost_unsent > lost + interrupted) report('uncounted', `${lost_unsent - lost - interrupted} rows too many`)
  if (lost > broken_off) report('uncounted', `${lost} calls are lost, by ${broken_off} deaths`)
  return { received, rows: rows.length, ok, failed, interrupted, lost, lost_unsent }
}
