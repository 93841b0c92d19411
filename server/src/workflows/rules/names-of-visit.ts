// The names that expressions and code of a visit see. Pure.
import { isObject } from '../../agents/rules/config-faults.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { Names } from '../../sandbox/sandbox.ts'

/** The entry of a step in `ctx`. */
export interface KnownOutput {
  output: JsonValue
  /** Of the visit. */
  position: number
}

export interface LastFailure {
  step_id: string
  code: string
  message: string
}

/** What is known of an execution when a visit begins. */
export interface Known {
  /** What a call gave, or the payload of what started it. */
  input: JsonValue
  /** What started it, such as `{type: 'manual'}`. */
  trigger: JsonObject & { type: string }
  /** By step: of its last visit that is over. */
  outputs: ReadonlyMap<string, KnownOutput>
  failure: LastFailure | null
  execution: { id: string; workflow_id: string | null; version: number | null; started_at: string | null }
}

/** What the step of a trigger gives out, and `trigger` means. */
export function payloadOf({ input, trigger }: Pick<Known, 'input' | 'trigger'>): JsonObject {
  return { type: trigger.type, ...(isObject(input) ? (input as JsonObject) : {}) }
}

/** In this order the first match wins: ids of steps, their names, these, then fields of `input`, of `trigger`. */
const own_names = ['input', 'trigger', 'execution', 'error', 'ctx'] as const
const reserved: ReadonlySet<string> = new Set([...own_names, 'secrets'])

type Link = Names['links'][number]

/** `steps`: the names of steps by their ids. A later link replaces an earlier one, and a value. */
export function namesOfVisit(known: Known, steps: ReadonlyMap<string, { name: string }>): Names {
  const { input, outputs, failure, execution } = known
  const trigger = payloadOf(known)
  const ctx = Object.fromEntries([...outputs].map(([id, { output }]) => [id, output]))
  return {
    values: { ctx, input, trigger, execution, error: failure },
    links: [
      ...linksInto(trigger, 'trigger'),
      ...linksInto(input, 'input'),
      ...linksOfNames(outputs, steps),
      ...[...outputs.keys()].map((id): Link => [id, 'ctx', id]),
    ],
  }
}

function linksInto(value: JsonValue, name: string): Link[] {
  if (!isObject(value)) return []
  return Object.keys(value).flatMap((field): Link[] => (reserved.has(field) ? [] : [[field, name, field]]))
}

/** Of several steps with one name, the one that was visited last. */
function linksOfNames(outputs: Known['outputs'], steps: ReadonlyMap<string, { name: string }>): Link[] {
  return [...outputs]
    .toSorted(([, one], [, other]) => one.position - other.position)
    .flatMap(([id]): Link[] => {
      const name = steps.get(id)?.name ?? id
      return name === id ? [] : [[name, 'ctx', id]]
    })
}
