// What `parley doctor` finds: whether something works, and if not, what to do.

export interface Finding {
  name: string
  status: 'ok' | 'warn' | 'fail'
  message: string
  /** Null if there is nothing to do. */
  advice: string | null
}

export const ok = (name: string, message: string): Finding => ({ name, status: 'ok', message, advice: null })
export const warn = (name: string, message: string, advice: string): Finding => ({
  name,
  status: 'warn',
  message,
  advice,
})
export const fail = (name: string, message: string, advice: string): Finding => ({
  name,
  status: 'fail',
  message,
  advice,
})

/** What a check throws becomes a finding, so that the others still run. */
export async function examine(name: string, advice: string, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check()
  } catch (error) {
    return fail(name, messageOf(error), advice)
  }
}

export function messageOf(error: unknown): string {
  // A host with several addresses fails with an AggregateError, which has no message.
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.split('\n', 1)[0] || 'unknown error'
}
