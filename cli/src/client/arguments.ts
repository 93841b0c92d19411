// Reads the values of arguments and options. Pure.
import { InvalidArgumentError } from 'commander'

export function parseCount(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Use a whole number.')
  return Number(text)
}

export function parseLimit(text: string): number {
  if (/^0+$/.test(text)) throw new InvalidArgumentError('Use a whole number, at least 1.')
  return parseCount(text)
}

const day = /^\d{4}-\d\d-\d\d$/
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i

/** As the API takes it; of a day its beginning in UTC. */
export function parseTime(text: string): string {
  const full = day.test(text) ? `${text}T00:00:00Z` : text
  if (!time.test(full) || Number.isNaN(Date.parse(full)))
    throw new InvalidArgumentError('Use a format such as 2026-11-28 or 2026-11-28T10:00:00Z.')
  return full
}
