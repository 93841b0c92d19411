// An agent as files hold it: what is compared, and how it is known on any server. Pure.
import { isDeepStrictEqual } from 'node:util'

export type JsonObject = Record<string, unknown>

/** All of an agent that files manage. What a file leaves out has the default that the API gives it. */
export interface AgentDefinition {
  /** The same on every server, and unique within a folder. */
  key: string
  name: string
  description: string | null
  active: boolean
  is_demo: boolean
  /** Without `parley_key`. */
  metadata: JsonObject
  /** Null: its versions are not managed. */
  config: JsonObject | null
  instruction_builder_inputs: JsonObject | null
}

/** The entry of an agent's metadata on the server that holds its key. */
export const key_entry = 'parley_key'

const keyPattern = /^[a-z0-9][a-z0-9_-]{0,99}$/

/** It names a folder too, also where names differ by more than case. */
export function isKey(value: unknown): value is string {
  return typeof value === 'string' && keyPattern.test(value)
}

/** The key of an agent on the server: the one it was given, else its id. */
export function keyOf({ id, metadata }: { id: string; metadata: JsonObject }): string {
  const key = Object.hasOwn(metadata, key_entry) ? metadata[key_entry] : undefined
  return isKey(key) ? key : id
}

/** Without the key, where there is one. */
export function ownMetadata(agent: { id: string; metadata: JsonObject }): JsonObject {
  return Object.fromEntries(Object.entries(agent.metadata).filter(([name]) => name !== key_entry))
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether two values are the same JSON, in whatever order their keys are. */
export function isSameJson(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b)
}
