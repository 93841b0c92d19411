// The ways in which statements and commits fail, for callers that continue after a failure.
import { ShareExhausted } from '../base/fair-share.ts'

/** The commit was sent but its response never arrived, so the transaction may or may not be in the database. */
export class CommitInDoubt extends Error {
  constructor(cause: unknown) {
    super('the connection was lost before the commit was confirmed', { cause })
  }
}

/** A batched request was not sent, because earlier ones took too long. */
export class WaitedTooLong extends Error {
  constructor() {
    super('the request waited too long for the database')
  }
}

/** A batched request was not sent, because too many of its organization were already waiting. */
export class QueueFull extends Error {
  constructor() {
    super('too many requests of the organization are waiting for the database')
  }
}

/** Whether there is no connection or it was lost, so that the outcome of the last statements is unknown. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof CommitInDoubt) return true
  if (!(error instanceof Error)) return false
  const { code } = error as Error & { code?: unknown }
  if (typeof code === 'string') return /^(08|57P0|ECONN|EPIPE|ETIMEDOUT|EHOST|ENET)/.test(code)
  return /Connection terminated|is not queryable|Client was closed|Query read timeout|timeout exceeded when trying to connect/.test(
    error.message,
  )
}

/** Whether the database could not be reached or is temporarily unable to serve, as opposed to a fault of the query. */
export function isUnavailable(error: unknown): boolean {
  if (isConnectionLost(error)) return true
  if (error instanceof WaitedTooLong || error instanceof ShareExhausted || error instanceof QueueFull) return true
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^(3D000|55000|53|57014|55P03|40P01|40001|25P03|ENOENT|ENOTFOUND|EAI_)/.test(code)
}

/** Whether PostgreSQL cannot store a value: a time, number or text outside of its range. */
export function isUnstorable(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^22(003|007|008|009|021|P05)$/.test(code)
}

/** Whether a unique index refused the write; `index` checks for a specific one. */
export function isUniqueViolation(error: unknown, index: string): boolean {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown }
  return code === '23505' && constraint === index
}
