// What a remote server says of its tools, judged and bounded: nothing in it can harm a turn, or another tool.
import type { FieldFault } from '../../../errors.ts'
import type { JsonObject, JsonValue } from '../../../json.ts'
import { findUnsafeText, makeStorable } from '../../../text.ts'
import { createAjv, describeFaults } from '../../../validation.ts'

export interface RemoteTool {
  /** As the server knows it. */
  name: string
  description: string
  parameters: JsonObject
  /** Whether arguments are held against the schema here; if not, the server alone judges them. */
  is_checked: boolean
  idempotent: boolean
}

const max_name_characters = 128
const max_description_characters = 4000
const max_schema_bytes = 16_384

/** For a schema that no model is to be shown. */
const any_arguments: JsonObject = { type: 'object' }

/** Null: it is no tool. */
export function readRemoteTool(given: unknown): RemoteTool | null {
  if (!isObject(given)) return null
  const { name, description, annotations, inputSchema } = given
  if (typeof name !== 'string' || name === '' || name.length > max_name_characters) return null
  if (makeStorable(name) !== name) return null
  const told = typeof description === 'string' ? description.slice(0, max_description_characters) : ''
  const schema = readSchema(inputSchema)
  const hints = isObject(annotations) ? annotations : {}
  return {
    name,
    description: makeStorable(told),
    parameters: schema ?? any_arguments,
    is_checked: schema !== null && !isUnchecked(schema),
    idempotent: hints['idempotentHint'] === true || hints['readOnlyHint'] === true,
  }
}

const judge = createAjv({ logger: false })

/** Null: it is no JSON Schema of an object that a model could be shown. */
function readSchema(given: unknown): JsonObject | null {
  if (!isObject(given) || given['type'] !== 'object' || findUnsafeText(given).length > 0) return null
  const { $schema: _dialect, ...schema } = given as JsonObject
  if (Buffer.byteLength(JSON.stringify(schema)) > max_schema_bytes) return null
  return judge.validateSchema(schema) === true && holdsOwnReferences(schema, schema) ? schema : null
}

/** A model's provider refuses a schema, and with it the whole turn, that refers to something which is not there. */
function holdsOwnReferences(value: JsonValue, root: JsonObject): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, entry]) =>
    key === '$ref' && typeof entry === 'string' ? pointsInto(root, entry) : holdsOwnReferences(entry, root),
  )
}

function pointsInto(root: JsonObject, reference: string): boolean {
  if (reference !== '#' && !/^#(\/[A-Za-z0-9_$.-]+)+$/.test(reference)) return false
  let found: JsonValue | undefined = root
  for (const part of reference.split('/').slice(1)) {
    found = isObject(found) && Object.hasOwn(found, part) ? (found as JsonObject)[part] : undefined
  }
  return isObject(found)
}

/** References and patterns can make a check last for ever, `$async` makes it a promise: such arguments are not held against it. */
function isUnchecked(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(
    ([key, entry]) =>
      key === '$async' ||
      key === 'patternProperties' ||
      (['$ref', '$dynamicRef', '$recursiveRef', 'pattern'].includes(key) && typeof entry === 'string') ||
      isUnchecked(entry),
  )
}

/** What is wrong with a call's arguments, as far as the schema can be used. */
export function checkRemoteArguments(parameters: JsonObject, given: JsonObject): FieldFault[] {
  try {
    const validate = createAjv({ logger: false }).compile(parameters)
    return validate(given) ? [] : describeFaults(validate.errors ?? [])
  } catch {
    return []
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
