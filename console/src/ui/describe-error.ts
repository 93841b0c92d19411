// Describes an error to a person.
import { ApiError } from '@parley/sdk'
import { texts } from '../texts/index.ts'

export function describeError(error: unknown): string {
  if (error instanceof ApiError) return error.status === 403 ? texts.states.forbidden : error.message
  return error instanceof TypeError ? texts.states.unreachable : String((error as Error)?.message ?? error)
}
