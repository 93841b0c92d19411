// The error messages of a refused change, by field. Pure.
import { ApiError } from '@parley/sdk'
import { describeError } from '../ui/describe-error.ts'

export interface Faults {
  /** By field name. */
  fields: Readonly<Record<string, string>>
  /** The message that belongs to no field. */
  other: string | null
}

const no_faults: Faults = { fields: {}, other: null }

/** `names` are the fields of the form; `codes` maps error codes to the field they are about. */
export function readFaults(
  error: unknown,
  names: readonly string[] = [],
  codes: Readonly<Record<string, string>> = {},
): Faults {
  if (error === null || error === undefined) return no_faults
  if (!(error instanceof ApiError)) return { fields: {}, other: describeError(error) }
  const field = codes[error.code ?? '']
  if (field !== undefined) return { fields: { [field]: error.message }, other: null }
  const told = error.errors.map(({ path, message }) => ({ name: path.split('.')[0]!, text: sentence(message) }))
  const own = told.filter(({ name }) => names.includes(name))
  const others = told.filter(({ name }) => !names.includes(name)).map(({ name, text }) => `${name}: ${text}`)
  return {
    fields: Object.fromEntries(own.map(({ name, text }) => [name, text])),
    other: told.length === 0 ? error.message : others.length === 0 ? null : others.join(' '),
  }
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}
