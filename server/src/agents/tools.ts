// What an agent's tools mean: their arguments as a JSON Schema, their settings with all defaults, what is wrong with them.
import type { HttpAction, ToolConfig } from '@parley/contract'
import type { FieldFault } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { createAjv, describeFaults } from '../validation.ts'
import { isObject } from './config-faults.ts'

/** A tool with everything decided. */
export interface ResolvedTool {
  name: string
  description: string
  /** JSON Schema of the arguments. */
  parameters: JsonObject
  /** Those that are carried out, in order. */
  actions: HttpAction[]
  idempotent: boolean
  timeout_ms: number
}

export function resolveTools(tools: readonly ToolConfig[]): ResolvedTool[] {
  return tools.map((tool) => ({
    name: tool.name,
    description: tool.description,
    parameters: parametersOf(tool),
    actions: (tool.actions ?? []).filter((action): action is HttpAction => action.type === 'http'),
    idempotent: tool.idempotent ?? false,
    timeout_ms: tool.timeout_ms ?? 10_000,
  }))
}

/** Strict, so that a name which the author never wrote down reaches no template. */
function parametersOf({ properties, required }: Pick<ToolConfig, 'properties' | 'required'>): JsonObject {
  const known = (properties ?? {}) as JsonObject
  return { type: 'object', properties: known, required: required ?? [], additionalProperties: false }
}

/** What is wrong with a call's arguments, for the model to put right. */
export function checkArguments({ parameters }: ResolvedTool, given: JsonObject): FieldFault[] {
  const validate = createAjv().compile(parameters)
  return validate(given) ? [] : describeFaults(validate.errors ?? [])
}

/** What the schema of the configuration cannot say. `tools` is well formed as far as it says. */
export function toolFaults(tools: unknown, prefix: string): FieldFault[] {
  if (!Array.isArray(tools)) return []
  const names = new Set<unknown>()
  return tools.flatMap((tool: unknown, index) => {
    if (!isObject(tool)) return []
    const path = `${prefix}.${index}`
    const isTwice = names.has(tool['name'])
    names.add(tool['name'])
    const faults = isTwice ? [{ path: `${path}.name`, message: 'is the name of another tool' }] : []
    return [...faults, ...schemaFaults(tool, path)]
  })
}

function schemaFaults(tool: Record<string, unknown>, path: string): FieldFault[] {
  const { properties = {}, required = [] } = tool
  if (!isObject(properties) || !Array.isArray(required)) return []
  try {
    createAjv().compile(parametersOf({ properties, required }))
    return []
  } catch (error) {
    return [{ path: `${path}.properties`, message: `is not a JSON Schema of arguments: ${describe(error)}` }]
  }
}

function describe(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200)
}

/** Every text of the tools that is a template. */
export function listToolTemplates(tools: unknown, prefix: string): { path: string; text: unknown }[] {
  if (!Array.isArray(tools)) return []
  return tools.flatMap((tool: unknown, index) => {
    const actions = isObject(tool) ? tool['actions'] : []
    if (!Array.isArray(actions)) return []
    return actions.flatMap((action: unknown, place) =>
      isObject(action) && action['type'] === 'http'
        ? listHttpTemplates(action, `${prefix}.${index}.actions.${place}`)
        : [],
    )
  })
}

function listHttpTemplates({ url, headers, query, body }: Record<string, unknown>, path: string) {
  const fields = { url, headers, query, body }
  return Object.entries(fields).flatMap(([name, value]) => listTexts(value, `${path}.${name}`))
}

function listTexts(value: unknown, path: string): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, entry]) => listTexts(entry, `${path}.${key}`))
}
