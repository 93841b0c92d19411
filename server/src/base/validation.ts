// JSON Schema validation with Ajv, which lists faults with their dotted paths in time and memory bounded by the value.
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { type FieldFault, describeFaults, max_faults } from './faults.ts'

const options: Options = { strict: false, coerceTypes: false, useDefaults: false }

/** RFC 3339 with a zone, or without one, which means UTC. The year must be within the range of the database. */
const timestamp = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/i

export function isTimestamp(text: string): boolean {
  // Rounded to microseconds, the last instant of 9999 would fall in the year 10000.
  if (!timestamp.test(text) || text.startsWith('0000') || /^9999-12-31.*\.\d{7}/.test(text)) return false
  const [date, rest] = [text.slice(0, 10), text.slice(11)]
  const day = new Date(`${date}T00:00:00Z`)
  // `2026-02-30` parses as a day in March.
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

/** Converting to UTC must not move the time before the year 1 or beyond 9999. */
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

/** Each error takes memory, and a value can have as many as it has parts. Some faults cause several errors. */
const max_errors = 4 * max_faults

/** The validator's errors: empty if the value is valid, only the first ones if there are many. */
export type FindErrors = (value: unknown) => readonly ErrorObject[]

/**
 * Two validators for each schema, each compiled when it is first needed: compiling all takes a fifth of a start. The first stops at
 * the first error and decides whether a value is valid. The second lists errors up to a limit.
 */
export function createErrorFinders(overrides: Options = {}, most: number = max_errors): (schema: object) => FindErrors {
  const judge = createAjv(overrides)
  let lister: Ajv | undefined
  return (schema) => {
    let validate: ValidateFunction | undefined
    let list: ValidateFunction | undefined
    return (value) => {
      validate ??= judge.compile(schema)
      if (validate(value)) return []
      lister ??= createAjv({ ...overrides, ...listUpTo(most) })
      list ??= lister.compile(schema)
      return list(value) ? validate.errors! : list.errors!
    }
  }
}

/** For a validator that lists errors. It cannot decide validity, because one branch of a union can fill the list. */
export function listUpTo(most: number = max_errors): { allErrors: true; code: { process: (code: string) => string } } {
  // Ajv has no such limit, so one is inserted into the generated code where it adds to its list.
  const process = (code: string) => {
    const name = /return function (\w+)\(/.exec(code)?.[1]
    const stop = `if(vErrors.length>=${most}){${name}.errors=vErrors;return false;}`
    return code.replaceAll(/vErrors\.push\(err\d+\);/g, (push) => push + stop)
  }
  return { allErrors: true, code: { process } }
}

const createFinder = createErrorFinders()

/** A validator that returns the faults, none if the value is valid. */
export function compileValidator(schema: object): (value: unknown) => FieldFault[] {
  const findErrors = createFinder(schema)
  return (value) => describeFaults(findErrors(value))
}
