// Describes an error to a person.
import { ApiError, isUnanswered } from '@parley/sdk'
import { texts } from '../texts/index.ts'

export function describeError(error: unknown): string {
  if (error instanceof ApiError) return isForbidden(error) ? texts.states.forbidden : error.message
  return isUnanswered(error) ? texts.states.unreachable : String((error as Error)?.message ?? error)
}

/** Other refusals, such as of a suspended organization, say themselves what to do. */
function isForbidden({ status, code }: ApiError): boolean {
  return status === 403 && (code ?? 'forbidden') === 'forbidden'
}
