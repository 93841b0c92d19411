// How statements and commits fail, as those need to know who go on after it.
import { ShareExhausted } from '../base/fair-share.ts'

/** The commit was sent and its answer never came: the transaction is in the database, or it is not. */
export class CommitInDoubt extends Error {
  constructor(cause: unknown) {
    super('the connection was lost before the answer to the commit', { cause })
  }
}

/** What goes to the database together with others was not sent: those before it took too long. */
export class WaitedTooLong extends Error {
  constructor() {
    super('the database was not asked in time')
  }
}

/** What goes to the database together with others was not sent: as much as may wait of one organization already did. */
export class QueueFull extends Error {
  constructor() {
    super('too many requests of the organization wait for the database')
  }
}

/** Whether there is no connection, or it is gone, so that nobody can tell what became of what was sent over it last. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof CommitInDoubt) return true
  if (!(error instanceof Error)) return false
  const { code } = error as Error & { code?: unknown }
  if (typeof code === 'string') return /^(08|57P0|ECONN|EPIPE|ETIMEDOUT)/.test(code)
  return /Connection terminated|is not queryable|Client was closed|Query read timeout|timeout exceeded when trying to connect/.test(
    error.message,
  )
}

/** Whether the database could not be reached or could not serve just now, as against a fault of the query. */
export function isUnavailable(error: unknown): boolean {
  if (isConnectionLost(error)) return true
  if (error instanceof WaitedTooLong || error instanceof ShareExhausted || error instanceof QueueFull) return true
  const { code } = (error ?? {}) as { code?: unknown }
  return (
    typeof code === 'string' && /^(3D000|55000|53|57014|55P03|40P01|40001|25P03|ENOENT|ENOTFOUND|EHOST|EAI_)/.test(code)
  )
}

/** Whether a value is one that PostgreSQL cannot hold: a time, a number or a text out of its range. */
export function isUnstorable(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^22(003|007|008|009|021|P05)$/.test(code)
}

/** Whether a unique index refused the write; `index` narrows it to one. */
export function isUniqueViolation(error: unknown, index: string): boolean {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown }
  return code === '23505' && constraint === index
}
