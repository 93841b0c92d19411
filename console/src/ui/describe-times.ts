// What a filter by time says, in words. Pure.
import { formatFull } from '../base/format.ts'
import { texts } from '../texts/index.ts'

export interface Times {
  after: string | undefined
  before: string | undefined
}

export function describeTimes({ after, before }: Times): string {
  const parts = [
    ...(after === undefined ? [] : [texts.filters.after(formatFull(after))]),
    ...(before === undefined ? [] : [texts.filters.before(formatFull(before))]),
  ]
  return parts.join(', ')
}
