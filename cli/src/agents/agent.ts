// An agent as files describe it: what is compared, and how it is identified on any server. Pure.
import { isDeepStrictEqual } from 'node:util'

export type JsonObject = Record<string, unknown>

/** Everything about an agent that files manage. Fields that a file omits have the API's defaults. */
export interface AgentDefinition {
  /** The same on every server, and unique within a folder. */
  key: string
  name: string
  description: string | null
  active: boolean
  is_demo: boolean
  /** Without the `parley_key` entry. */
  metadata: JsonObject
  /** Null: the file does not manage versions. */
  config: JsonObject | null
  instruction_builder_inputs: JsonObject | null
}

/** The metadata entry that holds an agent's key on the server. */
export const key_entry = 'parley_key'

const keyPattern = /^[a-z0-9][a-z0-9_-]{0,99}$/

/** A key is also a folder name, so it must be unique on file systems that ignore case. */
export function isKey(value: unknown): value is string {
  return typeof value === 'string' && keyPattern.test(value)
}

/** The key of an agent on the server: the key in its metadata, otherwise its id. */
export function keyOf({ id, metadata }: { id: string; metadata: JsonObject }): string {
  const key = Object.hasOwn(metadata, key_entry) ? metadata[key_entry] : undefined
  return isKey(key) ? key : id
}

/** The agent's metadata without its key. */
export function ownMetadata(agent: { id: string; metadata: JsonObject }): JsonObject {
  return Object.fromEntries(Object.entries(agent.metadata).filter(([name]) => name !== key_entry))
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether two values are the same JSON, ignoring the order of keys. */
export function isSameJson(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b)
}
