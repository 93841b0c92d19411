// Checks of tools, forms and MCP servers that a schema cannot express, and the list of their texts that are templates.
// All functions accept malformed values: faults that the schema finds are not repeated.
import { agentBounds, fieldTypesWithOptions, findAction, findWorkflowFaults } from '@parley/contract'
import { type FieldFault, cutSegment } from '../../base/faults.ts'
import type { JsonObject } from '../../base/json.ts'
import { mayLookUp } from '../../templates/templates.ts'
import { globals } from '../../templates/values.ts'
import { findPatternFault, findSchemaFault, listPatterns, listUnchecked, max_pattern_size } from './argument-schemas.ts'
import { isObject } from './config-faults.ts'
import { parametersOf } from './tools.ts'

type Config = Record<string, unknown>
export interface PlacedText {
  path: string
  text: string
}

/** The prefix of the server's own tools, whose results are trusted, so no remote tool may have such a name. */
const reserved_server = 'show'

export function toolFaults(config: Config, prefix: string): FieldFault[] {
  const tools = objectsOf(config['tools'], `${prefix}.tools`)
  const forms = objectsOf(config['forms'], `${prefix}.forms`)
  const servers = objectsOf(config['mcp_servers'], `${prefix}.mcp_servers`)
  return [
    ...repeated(tools, 'name', 'is the name of another tool'),
    ...schemaFaults(tools),
    ...tools.flatMap(unknownRequired),
    ...tools.flatMap(listActions).flatMap(actionFaults),
    ...['pre_conversation_workflow', 'post_conversation_workflow'].flatMap((key) =>
      workflowFaults(config, key, prefix),
    ),
    ...repeated(forms, 'id', 'is the id of another form'),
    ...forms.flatMap(formFaults),
    ...repeated(servers, 'name', 'is the name of another server'),
    ...servers.flatMap(reservedName),
  ]
}

interface Placed {
  path: string
  value: Config
}

function objectsOf(list: unknown, path: string): Placed[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((value: unknown, index) => (isObject(value) ? [{ path: `${path}.${index}`, value }] : []))
}

function repeated(placed: Placed[], key: string, message: string): FieldFault[] {
  const seen = new Set<unknown>()
  return placed.flatMap(({ path, value }) => {
    const name = value[key]
    const isRepeated = typeof name === 'string' && seen.has(name)
    seen.add(name)
    return isRepeated ? [{ path: `${path}.${key}`, message }] : []
  })
}

function reservedName({ path, value: { name } }: Placed): FieldFault[] {
  if (typeof name !== 'string' || name.split('_')[0] !== reserved_server) return []
  return [{ path: `${path}.name`, message: `must not begin with ${reserved_server}, as the built-in tools do` }]
}

function schemaFaults(tools: Placed[]): FieldFault[] {
  const room = { left: max_pattern_size }
  return tools.flatMap(({ path, value }) => {
    const [properties, required] = [value['properties'] ?? {}, value['required'] ?? []]
    if (!isObject(properties) || !Array.isArray(required)) return []
    const schema = parametersOf({ properties, required: required as string[] })
    const fault = findSchemaFault(schema) ?? findPatternFault(listPatterns(schema), room)
    return fault === null
      ? []
      : [{ path: `${path}.properties`, message: `is not a valid JSON Schema of arguments: ${fault}` }]
  })
}

/** Lists the arguments of tools that are not checked. Expects a configuration without faults. */
export function listUncheckedArguments(config: Config, prefix: string): string[] {
  return objectsOf(config['tools'], `${prefix}.tools`).flatMap(({ path, value: { properties } }) =>
    isObject(properties)
      ? listUnchecked(properties as JsonObject).map(
          ({ name, why }) => `${path}.properties.${name.slice(0, 100)} ${why}, so its values are not checked`,
        )
      : [],
  )
}

/** Finds required arguments that no call could have, which would make every call invalid. */
function unknownRequired({ path, value }: Placed): FieldFault[] {
  const [properties, required] = [value['properties'] ?? {}, value['required'] ?? []]
  if (!isObject(properties) || !Array.isArray(required)) return []
  return required.flatMap((name: unknown, index) =>
    typeof name !== 'string' || Object.hasOwn(properties, name)
      ? []
      : [{ path: `${path}.required.${index}`, message: 'is not in properties; add it there or remove it here' }],
  )
}

/** Names that mean something else in an action's templates than what an action saved. */
const reserved_names: ReadonlySet<unknown> = new Set([
  ...['custom_metadata', 'user_id', 'channel', 'now', 'arguments', 'error', 'secrets', '__proto__'],
  ...globals.keys(),
])

/** The faults that the action's own definition finds. */
function actionFaults({ path, value }: Placed): FieldFault[] {
  const faults = findAction(value['type'])?.faults(value, { in_templates: reserved_names }) ?? []
  return faults.map(({ field, message }) => ({ path: `${path}.${field}`, message }))
}

function workflowFaults(config: Config, key: string, prefix: string): FieldFault[] {
  const workflow = config[key]
  const faults = isObject(workflow) ? findWorkflowFaults(workflow) : []
  return faults.map(({ field, message }) => ({ path: `${prefix}.${key}.${field}`, message }))
}

const types_with_options: ReadonlySet<unknown> = new Set(fieldTypesWithOptions)

/** What a schema cannot say of a form. */
export function formFaults({ path, value }: Placed): FieldFault[] {
  const fields = objectsOf(value['fields'], `${path}.fields`)
  const without = fields.filter(({ value: { type, options } }) => {
    const isEmpty = options === undefined || options === null || (Array.isArray(options) && options.length === 0)
    return types_with_options.has(type) && isEmpty
  })
  return [
    ...repeated(fields, 'id', 'is the id of another field'),
    ...without.map((field) => ({ path: `${field.path}.options`, message: 'is required for this type' })),
    ...fields.flatMap(boundFaults),
  ]
}

const { least, most } = agentBounds.form_field.stars

function boundFaults({ path, value: { type, min, max } }: Placed): FieldFault[] {
  if (typeof max !== 'number') return []
  const isCount = Number.isInteger(max) && max >= least && max <= most
  if (type === 'rating' && !isCount)
    return [{ path: `${path}.max`, message: `must be a whole number from ${least} to ${most} for a rating` }]
  if (type === 'number' && typeof min === 'number' && min > max)
    return [{ path: `${path}.max`, message: 'must not be less than min' }]
  return []
}

// --- templates ---

/** Every text of the tools and MCP servers that is a template. */
export function listToolTemplates(config: Config, prefix: string): PlacedText[] {
  const tools = objectsOf(config['tools'], `${prefix}.tools`)
  const servers = objectsOf(config['mcp_servers'], `${prefix}.mcp_servers`)
  return [
    ...tools.flatMap(({ path, value }) => listTexts(value['output'], `${path}.output`)),
    ...tools.flatMap(listActions).flatMap(listActionTemplates),
    ...servers.flatMap(({ path, value }) => listTexts(value['headers'], `${path}.headers`)),
  ]
}

/** Finds the secrets that a valid configuration uses. */
export function listSecretReferences(config: Config, prefix: string): string[] {
  const templates = listToolTemplates(config, prefix).filter(({ text }) => mayLookUp(text, 'secrets'))
  return templates.map(({ path }) => path)
}

/** Every condition that is not blank. These are expressions, not templates. */
export function listConditions(config: Config, prefix: string): PlacedText[] {
  return listActionsOfTools(config, prefix).flatMap(({ path, value: { condition } }) =>
    typeof condition === 'string' && condition.trim() !== '' ? [{ path: `${path}.condition`, text: condition }] : [],
  )
}

export function listActionsOfTools(config: Config, prefix: string): Placed[] {
  return objectsOf(config['tools'], `${prefix}.tools`).flatMap(listActions)
}

function listActions({ path, value }: Placed): Placed[] {
  return ['actions', 'actions_on_error'].flatMap((key) => objectsOf(value[key], `${path}.${key}`))
}

function listActionTemplates({ path, value }: Placed): PlacedText[] {
  const fields = findAction(value['type'])?.templates ?? []
  return fields.flatMap((field) => listTexts(value[field], `${path}.${field}`))
}

/** Every text in a value, at any depth. */
export function listTexts(value: unknown, path: string): PlacedText[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, entry]) => listTexts(entry, `${path}.${cutSegment(key)}`))
}
