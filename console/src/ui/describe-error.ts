// Describes an error to a person.
import { ApiError, isUnanswered } from '@parley/sdk'
import { texts } from '../texts/index.ts'

export function describeError(error: unknown): string {
  if (error instanceof ApiError) return error.status === 403 ? texts.states.forbidden : error.message
  return isUnanswered(error) ? texts.states.unreachable : String((error as Error)?.message ?? error)
}
