// An agent as files describe it.
import type { Described } from '../files/kind.ts'
import type { JsonObject } from '../files/values.ts'

export interface AgentDefinition extends Described {
  active: boolean
  is_demo: boolean
  /** Null: the file does not manage versions. */
  config: JsonObject | null
  instruction_builder_inputs: JsonObject | null
}
