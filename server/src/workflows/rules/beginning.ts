// What the execution before a conversation says of it. Pure.
import { isObject } from '../../agents/rules/config-faults.ts'
import { type JsonObject, type JsonValue, charactersOf } from '../../base/json.ts'
import { findUnstorable, isLongerThan } from '../../base/text.ts'

export interface BeginningBounds {
  context_characters: number
  metadata_bytes: number
}

export type SaidBefore =
  | { type: 'begin'; added_context: string | null; added_metadata: JsonObject }
  | { type: 'reject' }
  /** Its fields have other types than they may. */
  | { type: 'invalid' }

/** `output`: of an execution that succeeded. Null stands for a field that is absent. */
export function readBeginning(output: JsonValue, bounds: BeginningBounds): SaidBefore {
  if (!isObject(output)) return { type: 'invalid' }
  const { initial_context = null, custom_metadata = null, reject = null } = output as JsonObject
  if (reject !== null && typeof reject !== 'boolean') return { type: 'invalid' }
  if (reject === true) return { type: 'reject' }
  if (initial_context !== null && typeof initial_context !== 'string') return { type: 'invalid' }
  if (custom_metadata !== null && !isObject(custom_metadata)) return { type: 'invalid' }
  const added_metadata = (custom_metadata ?? {}) as JsonObject
  const isTooLong =
    isLongerThan(initial_context ?? '', bounds.context_characters) ||
    charactersOf(added_metadata) > bounds.metadata_bytes
  const isUnstorable = findUnstorable({ initial_context, custom_metadata }, 1).length > 0
  if (isTooLong || isUnstorable) return { type: 'invalid' }
  return { type: 'begin', added_context: initial_context === '' ? null : initial_context, added_metadata }
}
