// What an end user fills in: the fields that a shown widget asks for, whether values answer them, and the values as a message. Pure,
// so that servers and browsers judge alike.
import type { FormDefinition } from './widgets.ts'
import { agentBounds, agentDefaults, fieldTypesWithOptions, formFieldTypes } from './agent-words.ts'

export type AskedField = FormDefinition['fields'][number] & {
  /** Of a one-time code: how many digits. */
  digits?: number
}

/** By the id of the field. Null, an empty text and an empty list mean that the field was left empty. */
export type FormValues = Record<string, string | number | boolean | string[] | null>
export const form_values_type = 'Record<string, string | number | boolean | string[] | null>'

export interface FormFault {
  /** The id of the field; empty: the values as a whole. */
  path: string
  message: string
}

/** Characters of a value by the type of its field, and bytes of all values as JSON. */
export const formValueBounds = { textarea: 4000, email: 254, phone: 40, other: 1000, all_bytes: 16_384 } as const

type Value = FormValues[string]

const isEmpty = (value: Value | undefined) =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && value.trim() === '') ||
  (Array.isArray(value) && value.length === 0)

/** How many stars a rating has. The schema bounds it, but not in an imported transcript. */
export function starsOf(max: number | null | undefined): number {
  const { least, most } = agentBounds.form_field.stars
  return Math.min(most, Math.max(least, Math.trunc(max ?? agentDefaults.form_field.stars)))
}

/**
 * The fields that a widget asks for; null if it asks for nothing. A one-time code is the field `code`, a phone number the field
 * `phone_number`. An imported transcript may call anything a widget.
 */
export function fieldsOfWidget({ type, data }: { type: string; data?: unknown }): AskedField[] | null {
  const given = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>
  if (type === 'collect_otp') {
    const { length } = given
    const digits = typeof length === 'number' && length >= 4 && length <= 10 ? Math.trunc(length) : 6
    return [{ id: 'code', label: 'Code', type: 'text', required: true, digits }]
  }
  if (type === 'collect_phone_number')
    return [{ id: 'phone_number', label: 'Phone number', type: 'phone', required: true }]
  const { fields } = given
  return type === 'form' && Array.isArray(fields) && fields.length > 0 && fields.every(isField) ? fields : null
}

const fieldTypes: ReadonlySet<unknown> = new Set(formFieldTypes)
const withOptions: ReadonlySet<string> = new Set(fieldTypesWithOptions)
const isAbsentOr = (type: string, value: unknown) => value === undefined || value === null || typeof value === type

function isField(field: unknown): field is AskedField {
  if (typeof field !== 'object' || field === null) return false
  const { id, label, type, required, options, min, max, value } = field as Record<string, unknown>
  const hasOptions = Array.isArray(options) && options.every((option) => typeof option === 'string')
  return (
    typeof id === 'string' &&
    typeof label === 'string' &&
    fieldTypes.has(type) &&
    isAbsentOr('boolean', required) &&
    (hasOptions || (isAbsentOr('undefined', options) && !withOptions.has(type as string))) &&
    isAbsentOr('number', min) &&
    isAbsentOr('number', max) &&
    isAbsentOr('string', value)
  )
}

/** Every fault of the values, in the order of the fields; none: they answer what is asked. */
export function findFormFaults(fields: readonly AskedField[], values: FormValues): FormFault[] {
  const given = new Map(Object.entries(values))
  const known = new Set(fields.map(({ id }) => id))
  const unknown = [...given.keys()].filter((id) => !known.has(id))
  const faults = fields.flatMap((field): FormFault[] => {
    const message = faultOf(field, given.get(field.id))
    return message === null ? [] : [{ path: field.id, message }]
  })
  faults.push(...unknown.map((path) => ({ path, message: 'is not a field of the form' })))
  if (new TextEncoder().encode(JSON.stringify(values)).length > formValueBounds.all_bytes) {
    faults.push({ path: '', message: `must have at most ${formValueBounds.all_bytes} bytes as JSON` })
  }
  return faults
}

function faultOf(field: AskedField, value: Value | undefined): string | null {
  const { type, required } = field
  if (type === 'hidden') return hiddenFault(field, value)
  if (isEmpty(value) || (type === 'checkbox' && value === false)) return required === true ? 'is required' : null
  switch (type) {
    case 'checkbox':
      return value === true ? null : 'must be true or false'
    case 'multi_select':
    case 'multiselect':
      return listFault(field, value!)
    case 'number':
    case 'rating':
      return numberFault(field, value!)
    default:
      return typeof value === 'string' ? textFault(field, value) : 'must be text'
  }
}

function hiddenFault({ value: own }: AskedField, value: Value | undefined): string | null {
  if (value === undefined || value === null) return null
  if (typeof own === 'string') return value === own ? null : 'must have the value that the form gives it'
  if (typeof value !== 'string') return 'must be text'
  return lengthFault(value, formValueBounds.other)
}

function listFault({ options }: AskedField, value: NonNullable<Value>): string | null {
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) return 'must be a list of texts'
  if (new Set(value).size < value.length) return 'must not have an option twice'
  const offered = new Set(options)
  return value.every((entry) => offered.has(entry)) ? null : 'must be some of the options'
}

const decimal = /^-?\d{1,15}(\.\d{1,15})?$/

/** A number, also as the text that a field of a browser has; null if it is not a number. */
function numberOf(value: NonNullable<Value>): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  return typeof value === 'string' && decimal.test(value.trim()) ? Number(value) : null
}

function numberFault({ type, min, max }: AskedField, value: NonNullable<Value>): string | null {
  const number = numberOf(value)
  if (number === null) return 'must be a number'
  if (type === 'rating') {
    const stars = starsOf(max)
    return Number.isInteger(number) && number >= 1 && number <= stars
      ? null
      : `must be a whole number from 1 to ${stars}`
  }
  if (typeof min === 'number' && number < min) return `must not be less than ${min}`
  return typeof max === 'number' && number > max ? `must not be greater than ${max}` : null
}

const lengthFault = (text: string, most: number) =>
  [...text].length > most ? `must have at most ${most} characters` : null

function textFault({ type, options, digits }: AskedField, text: string): string | null {
  if (digits !== undefined) return /^\d+$/.test(text) && text.length === digits ? null : `must be ${digits} digits`
  switch (type) {
    case 'select':
    case 'radio':
      return options?.includes(text) ? null : 'must be one of the options'
    case 'textarea':
      return lengthFault(text, formValueBounds.textarea)
    case 'email':
      return lengthFault(text, formValueBounds.email) ?? (isEmail(text) ? null : 'must be an e-mail address')
    case 'phone':
      return lengthFault(text, formValueBounds.phone) ?? (isPhone(text) ? null : 'must be a phone number')
    case 'date':
      return isDate(text) ? null : 'must be a date, such as 2026-01-31'
    case 'time':
      return /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(text) ? null : 'must be a time, such as 09:30'
    default:
      return lengthFault(text, formValueBounds.other)
  }
}

const isEmail = (text: string) => /^[^\s@]+@[^\s@]+$/.test(text.trim())
const isPhone = (text: string) => /^\+?[\d\s()./-]+$/.test(text.trim()) && /\d.*\d.*\d/.test(text)

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  // A day that a month does not have would be one of the next.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/** What is stored: the values as given, with those of hidden fields, and without what was left empty. */
export function completeValues(fields: readonly AskedField[], values: FormValues): FormValues {
  const given = new Map(Object.entries(values))
  return Object.fromEntries(
    fields.flatMap(({ id, type, value: own }): [string, Value][] => {
      const value = type === 'hidden' ? (given.get(id) ?? own) : given.get(id)
      return isEmpty(value) ? [] : [[id, value!]]
    }),
  )
}

const dash = '–'

/** A line `label: value` for each field that is filled in; a box that was left empty says no. */
export function describeFormValues(fields: readonly AskedField[], values: FormValues): string {
  const complete = new Map(Object.entries(completeValues(fields, values)))
  const lines = fields.flatMap(({ id, label, type }) => {
    const value = complete.get(id)
    if (type === 'checkbox') return [`${label}: ${value === true ? 'Yes' : 'No'}`]
    return value === undefined || value === null ? [] : [`${label}: ${Array.isArray(value) ? value.join(', ') : value}`]
  })
  return lines.length === 0 ? dash : lines.join('\n')
}
