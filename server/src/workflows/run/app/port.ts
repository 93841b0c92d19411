// What an app step needs of connections: where they are stored, and what a call of their tools says. Types only.
import type { ConnectionConfig } from '@parley/contract'
import type { JsonObject } from '../../../base/json.ts'
import type { Store } from '../../../database/store.ts'
import type { Redactor } from '../../../secrets/rules/redact.ts'

export interface StoredConnection {
  id: string
  name: string
  config: ConnectionConfig
}

/** By its id or its name. Null: unknown. */
export type FindConnection = (store: Store, id_or_name: string) => Promise<StoredConnection | null>

export interface ToolOfConnection {
  name: string
  description: string
  /** JSON Schema of the arguments, an object. */
  parameters: JsonObject
  /** Whether a call may be repeated, unless a step says otherwise. */
  idempotent: boolean
}

export interface ToolCall {
  tool: string
  arguments: JsonObject
  timeout_ms: number
  /** As the step says; null: as the tool says. */
  idempotent: boolean | null
  redactor: Redactor
}
