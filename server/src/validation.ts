// Ajv, set up once: JSON Schema validation that lists every fault with its dotted path.
import { Ajv, type ErrorObject, type Options } from 'ajv'
import addFormats from 'ajv-formats'
import type { FieldFault } from './errors.ts'

const options: Options = { allErrors: true, strict: false, coerceTypes: false, useDefaults: false }

/** RFC 3339, with a zone or (read as UTC) without; the year within what the database takes. */
const timestamp = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/i

export function isTimestamp(text: string): boolean {
  // Rounded to microseconds, the last instant of 9999 would belong to the year 10000.
  if (!timestamp.test(text) || text.startsWith('0000') || /^9999-12-31.*\.\d{7}/.test(text)) return false
  const [date, rest] = [text.slice(0, 10), text.slice(11)]
  const day = new Date(`${date}T00:00:00Z`)
  // `2026-02-30` parses as a day of March.
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) return false
  const [, hours, minutes, seconds = '0', sign = '+', zoneHours = '0', zoneMinutes = '0'] =
    /^(\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?(?:Z|([+-])(\d\d):?(\d\d))?$/i.exec(rest) ?? []
  return (
    Number(hours) < 24 &&
    Number(minutes) < 60 &&
    Number(seconds) < 60 &&
    Number(zoneHours) < 15 &&
    Number(zoneMinutes) < 60 &&
    staysInRange(day.getTime(), Number(`${sign}${Number(zoneHours) * 60 + Number(zoneMinutes)}`))
  )
}

const first_day_ms = Date.parse('0001-01-01T00:00:00Z')
const last_day_ms = Date.parse('9999-12-31T00:00:00Z')

/** A zone must not take the first day before the year 1, nor the last one beyond 9999, when it is written in UTC. */
function staysInRange(day_ms: number, zone_minutes: number): boolean {
  if (day_ms === first_day_ms) return zone_minutes <= 0
  return day_ms !== last_day_ms || zone_minutes >= 0
}

export function createAjv(overrides: Options = {}): Ajv {
  const ajv = new Ajv({ ...options, ...overrides })
  addFormats.default(ajv, ['uuid', 'email', 'uri'])
  ajv.addFormat('date-time', isTimestamp)
  return ajv
}

const ajv = createAjv()

/** A validator that answers the faults, none when the value is valid. */
export function compileValidator<T>(schema: object): (value: unknown) => FieldFault[] {
  const validate = ajv.compile<T>(schema)
  return (value) => (validate(value) ? [] : describeFaults(validate.errors ?? []))
}

/** The most faults that one answer lists. */
const max_faults = 100

export function describeFaults(errors: readonly ErrorObject[]): FieldFault[] {
  const faults = new Map<string, FieldFault>()
  for (const error of errors.slice(0, max_faults * 4)) {
    const fault = describeFault(error)
    // Alternatives (`x or null`) fault once for each; the summary line that follows them says nothing more.
    if (error.keyword === 'anyOf' && faults.has(fault.path)) continue
    if (!faults.has(fault.path)) faults.set(fault.path, fault)
  }
  return [...faults.values()].slice(0, max_faults)
}

function describeFault(error: ErrorObject): FieldFault {
  const segments = error.instancePath.split('/').slice(1).map(unescapePointer)
  if (error.keyword === 'required') {
    return { path: [...segments, String(error.params.missingProperty)].join('.'), message: 'is required' }
  }
  const path = segments.join('.')
  if (error.keyword === 'enum') {
    const values = (error.params.allowedValues as unknown[]).filter((value) => value !== null)
    return { path, message: `must be ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}` }
  }
  if (error.keyword === 'minLength' && error.params.limit === 1) return { path, message: 'must not be empty' }
  return { path, message: error.message ?? 'is not valid' }
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}
