// The rules of the fields that agents and workflows both have in files. Pure.
import { isKey, what_a_key_is } from './key.ts'
import type { FieldRule } from './kind.ts'
import { Reference } from './references.ts'
import { isObject } from './values.ts'

const isMissing = (value: unknown) => value === undefined

export const keyField: FieldRule = [isKey, `must be ${what_a_key_is}`]

export const textField: FieldRule = [(value) => typeof value === 'string', 'must be a string']

export const optionalText: FieldRule = [
  (value) => isMissing(value) || value === null || typeof value === 'string',
  'must be a string',
]

export const optionalBoolean: FieldRule = [
  (value) => isMissing(value) || typeof value === 'boolean',
  'must be true or false',
]

export const optionalObject: FieldRule = [
  (value) => isMissing(value) || (isObject(value) && !(value instanceof Reference)),
  'must be an object',
]
