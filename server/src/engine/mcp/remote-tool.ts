// Checks and bounds what an MCP server says of its tools, so that nothing in it can harm a turn or another tool.
import { findSchemaFault, listPatterns, whyUnchecked } from '../../agents/rules/argument-schemas.ts'
import type { JsonObject } from '../../base/json.ts'
import { isStorable, makeStorable } from '../../base/text.ts'

export interface RemoteTool {
  /** The name that the server uses. */
  name: string
  description: string
  parameters: JsonObject
  /** Whether arguments are checked against the schema here; if not, only the server checks them. */
  is_checked: boolean
  idempotent: boolean
}

const max_name_characters = 128
const max_description_characters = 4000
const max_schema_bytes = 16_384

/** Replaces a schema that no model is to be shown. */
const any_arguments: JsonObject = { type: 'object' }

/** Null: it is not a tool. */
export function readRemoteTool(given: unknown): RemoteTool | null {
  if (!isObject(given)) return null
  const { name, description, annotations, inputSchema } = given
  if (typeof name !== 'string' || !isToolName(name)) return null
  const told = typeof description === 'string' ? description.slice(0, max_description_characters) : ''
  const schema = readSchema(inputSchema)
  const hints = isObject(annotations) ? annotations : {}
  return {
    name,
    description: makeStorable(told),
    parameters: schema ?? any_arguments,
    // Patterns are left to the server: compiling each of them takes time.
    is_checked: schema !== null && listPatterns(schema).length === 0 && whyUnchecked(schema) === null,
    idempotent: hints['idempotentHint'] === true || hints['readOnlyHint'] === true,
  }
}

export function isToolName(name: string): boolean {
  return name !== '' && name.length <= max_name_characters && makeStorable(name) === name
}

/** Null: it is not a JSON Schema of an object that a model could be shown. */
function readSchema(given: unknown): JsonObject | null {
  if (!isObject(given) || given['type'] !== 'object' || !isStorable(given)) return null
  const { $schema: _dialect, ...schema } = given as JsonObject
  if (Buffer.byteLength(JSON.stringify(schema)) > max_schema_bytes) return null
  return findSchemaFault(schema) === null ? schema : null
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
