// A workflow as files describe it.
import type { Described } from '../files/kind.ts'
import type { JsonObject } from '../files/values.ts'

export interface WorkflowFile extends Described {
  /** In any form that the server reads. Null: the file does not manage versions. */
  definition: JsonObject | null
}
