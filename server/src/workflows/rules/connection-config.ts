// The rules of a connection's configuration that its schema cannot say, and how arguments become a request. Pure.
import {
  type ConnectionAuth,
  type ConnectionConfig,
  type ConnectionOperation,
  type StepMethod,
  connectionDefaults,
} from '@parley/contract'
import {
  findPatternFault,
  findSchemaFault,
  listPatterns,
  max_pattern_size,
  whyUncheckable,
} from '../../agents/rules/argument-schemas.ts'
import { isObject } from '../../agents/rules/config-faults.ts'
import { type FieldFault, joinPath } from '../../base/faults.ts'
import type { JsonObject } from '../../base/json.ts'
import { escapeForUrl } from '../../base/url-values.ts'

/** Of a configuration that meets its schema. */
export function findConnectionFaults(config: ConnectionConfig): FieldFault[] {
  const operations = config.operations ?? []
  return [
    ...addressFaults(config.url, 'url'),
    ...headerFaults(config.headers ?? {}),
    ...authFaults(config.auth ?? { type: 'none' }),
    ...(config.kind === 'mcp' && operations.length > 0
      ? [{ path: 'operations', message: 'belong to connections of the kind http; remove them' }]
      : []),
    ...operationFaults(operations),
  ]
}

const placeholder = /\{\{\s*secrets\.[A-Z_][A-Z0-9_]{0,63}\s*\}\}/g
const only_secrets = 'can only have placeholders such as `{{ secrets.NAME }}`, no other expressions'

/** A connection has no execution whose data it could use. */
function placeholderFaults(text: string, path: string): FieldFault[] {
  const rest = text.replaceAll(placeholder, '')
  return rest.includes('{{') || rest.includes('${') ? [{ path, message: only_secrets }] : []
}

function addressFaults(text: string, path: string): FieldFault[] {
  const faults = placeholderFaults(text, path)
  if (faults.length > 0) return faults
  const url = URL.parse(text.replaceAll(placeholder, 'x'))
  // A secret may be the whole address.
  if (url === null) return text.trim().startsWith('{{') ? [] : [{ path, message: 'must be an http or https address' }]
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return [{ path, message: 'must be an http or https address' }]
  if (url.username === '' && url.password === '') return []
  return [{ path, message: 'must not contain a user name or password; use auth' }]
}

const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

function headerFaults(headers: Record<string, string>): FieldFault[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const path = joinPath(['headers', name])
    return token.test(name) ? placeholderFaults(value, path) : [{ path, message: 'is not the name of a header' }]
  })
}

const neededByAuth: Record<ConnectionAuth['type'], readonly string[]> = {
  none: [],
  bearer: ['token'],
  basic: ['username', 'password'],
  header: ['name', 'value'],
  oauth2_client_credentials: ['token_url', 'client_id', 'client_secret'],
}

function authFaults(auth: ConnectionAuth): FieldFault[] {
  const given = new Map<string, unknown>(Object.entries(auth))
  const missing = neededByAuth[auth.type].filter((key) => String(given.get(key) ?? '').trim() === '')
  const texts = [...given].flatMap(([key, value]) => (typeof value === 'string' ? [{ key, value }] : []))
  return [
    ...missing.map((key) => ({ path: `auth.${key}`, message: 'is required' })),
    ...texts.flatMap(({ key, value }) =>
      key === 'token_url' ? addressFaults(value, 'auth.token_url') : placeholderFaults(value, joinPath(['auth', key])),
    ),
    ...(auth.type === 'header' && auth.name && !token.test(auth.name)
      ? [{ path: 'auth.name', message: 'is not the name of a header' }]
      : []),
  ]
}

const segment = /\{([^{}]*)\}/g

function operationFaults(operations: readonly ConnectionOperation[]): FieldFault[] {
  const seen = new Set<string>()
  const room = { left: max_pattern_size }
  return operations.flatMap(({ name, path, parameters }, index) => {
    const at = `operations.${index}`
    const repeated = seen.has(name) ? [{ path: `${at}.name`, message: 'is the name of another operation' }] : []
    seen.add(name)
    const schema = (parameters ?? {}) as JsonObject
    const fault = findSchemaFault(schema) ?? whyUncheckable(schema) ?? findPatternFault(listPatterns(schema), room)
    const inPath = namesInPath(path)
    const known = isObject(schema['properties']) ? Object.keys(schema['properties']) : null
    const unknown = known === null ? [] : inPath.filter((each) => !known.includes(each))
    return [
      ...repeated,
      ...(/[{}]/.test(path.replaceAll(segment, '')) || inPath.includes('')
        ? [{ path: `${at}.path`, message: 'has a brace that belongs to no `{name}`' }]
        : unknown.map((each) => ({ path: `${at}.path`, message: `names \`{${each}}\`, which is not in parameters` }))),
      ...(fault === null
        ? []
        : [{ path: `${at}.parameters`, message: `is not a JSON Schema that can be checked: ${fault}` }]),
    ]
  })
}

const namesInPath = (path: string) => [...path.matchAll(segment)].map(([, name]) => name!)

export interface PlacedArguments {
  method: StepMethod
  /** With the arguments that it names, encoded. */
  path: string
  query: [name: string, value: string][]
  /** Null: nothing is sent. */
  body: JsonObject | null
}

const withBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** Where checked arguments go; a fault, if one cannot be a segment of the path. */
export function placeArguments(operation: ConnectionOperation, given: JsonObject): PlacedArguments | { fault: string } {
  const method = operation.method ?? connectionDefaults.method
  const inPath = new Set(namesInPath(operation.path))
  const unfit = [...inPath].find((name) => !isSegment(given[name]))
  if (unfit !== undefined)
    return { fault: `The argument "${unfit}" must be a text or a number that fits into the path.` }
  const path = operation.path.replaceAll(segment, (_all, name: string) => escapeForUrl(String(given[name]), 'segment'))
  const rest = Object.entries(given).filter(([name]) => !inPath.has(name))
  if (withBody.has(method)) return { method, path, query: [], body: Object.fromEntries(rest) }
  const query = rest.flatMap(([name, value]): [string, string][] => {
    if (value === null) return []
    return (Array.isArray(value) ? value : [value]).map((each) => [
      name,
      typeof each === 'string' ? each : JSON.stringify(each),
    ])
  })
  return { method, path, query, body: null }
}

/** Dots alone would lead out of the folder. */
function isSegment(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return true
  return typeof value === 'string' && value !== '' && !/^(?:\.|%2e){1,2}$/i.test(value)
}

/** Whether a call may be repeated. */
export function isRepeatable({ method, idempotent }: ConnectionOperation): boolean {
  return idempotent ?? !['POST', 'PATCH'].includes(method ?? connectionDefaults.method)
}
