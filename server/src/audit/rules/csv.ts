// Entries of the audit log as CSV. Pure.
import { canonicalJson } from '../../base/json.ts'

const columns = [
  ...['sequence', 'occurred_at', 'action', 'outcome', 'count', 'via', 'actor_type', 'actor_id', 'actor_name'],
  ...['target_type', 'target_id', 'target_name', 'changes', 'changes_omitted', 'request_id', 'address', 'user_agent'],
  ...['id', 'hash'],
]

export const csv_head = `${columns.join(',')}\r\n`

interface Shown {
  readonly [name: string]: unknown
}

/** `entry` is the stored text. */
export function csvLine(entry: string, hash: string): string {
  const { actor, target, changes, ...fields } = JSON.parse(entry) as Shown
  const shown: Shown = {
    ...fields,
    ...withPrefix('actor', actor as Shown),
    ...withPrefix('target', (target ?? {}) as Shown),
    changes: canonicalJson(changes),
    hash,
  }
  return `${columns.map((name) => cellOf(shown[name])).join(',')}\r\n`
}

const withPrefix = (prefix: string, fields: Shown) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${prefix}_${name}`, value]))

/** A spreadsheet calculates cells that begin so: with an apostrophe before it, it shows them. */
const formula = /^[=+\-@\t\r]/

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = String(value)
  const safe = typeof value === 'string' && formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
