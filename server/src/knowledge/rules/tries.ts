// When work on a source is tried again, and when it has failed. Pure.
import type { KnowledgeFault } from '@parley/contract'
import { spread } from '../../base/retry.ts'

/** Before each further try: six in all. */
const delays_ms = [5000, 30_000, 120_000, 600_000, 3_600_000]
const jitter = 0.1

/** The longest pause that another server may ask for. */
const longest_asked_ms = 600_000

export interface Reason {
  code: KnowledgeFault
  message: string
}

/** What ended a try. `final`: another would end the same. */
export interface Failure extends Reason {
  final: boolean
  /** The pause that the other server asked for. */
  retry_after_ms?: number | null
}

export type AfterFailure = { fail: Reason } | { retry_in_ms: number }

/** `tries` since the last progress, including this one; `chance`: from 0 to 1. */
export function judgeFailure(
  { code, message, final, retry_after_ms }: Failure,
  tries: number,
  chance: number,
): AfterFailure {
  const delay_ms = delays_ms[tries - 1]
  if (final || delay_ms === undefined) return { fail: { code, message } }
  const asked_ms = Math.min(retry_after_ms ?? 0, longest_asked_ms)
  return { retry_in_ms: Math.max(spread(delay_ms, jitter, chance), asked_ms) }
}

/** Whether each of its tries was lost with its server. */
export function isExhausted(tries_before: number): boolean {
  return tries_before > delays_ms.length
}

export const exhausted: Reason = {
  code: 'attempts_exhausted',
  message: 'Every attempt ended because its server stopped or had an internal error. Process the source again.',
}

export const stuck: Reason = {
  code: 'deadline',
  message: 'The source made no progress for 24 hours. Process it again.',
}

export const never_uploaded: Reason = {
  code: 'upload_expired',
  message: 'No file was uploaded within 24 hours. Request another upload URL.',
}
