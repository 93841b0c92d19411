// A connection as it is being written, and what is sent of it. Pure.
import type { ConnectionAuth, ConnectionKind, StepMethod, WorkflowConnection } from '@parley/contract'
import { connectionDefaults } from '@parley/contract'

type JsonObject = Record<string, unknown>

export interface OperationDraft {
  name: string
  method: StepMethod
  path: string
  description: string
  /** Names of arguments that the path does not have, a line for each; null: they are of another form, see `schema`. */
  names: string | null
  /** The JSON Schema, as text. */
  schema: string
  idempotent: boolean | null
}

export interface Draft {
  name: string
  description: string
  kind: ConnectionKind
  url: string
  auth: { type: ConnectionAuth['type'] } & Record<string, string>
  headers: string
  allowed: string
  timeout: string
  operations: readonly OperationDraft[]
}

export const authFields: Record<ConnectionAuth['type'], readonly string[]> = {
  none: [],
  bearer: ['token'],
  basic: ['username', 'password'],
  header: ['name', 'value'],
  oauth2_client_credentials: ['token_url', 'client_id', 'client_secret', 'scope'],
}

export const freshOperation: OperationDraft = {
  name: '',
  method: 'POST',
  path: '/',
  description: '',
  names: '',
  schema: '',
  idempotent: null,
}

export const freshDraft: Draft = {
  name: '',
  description: '',
  kind: 'http',
  url: '',
  auth: { type: 'none' },
  headers: '',
  allowed: '',
  timeout: '',
  operations: [freshOperation],
}

export function draftOf(connection: WorkflowConnection): Draft {
  const { name, description, kind, url, auth, headers, allowed_tools, timeout_ms, operations } = connection
  return {
    ...{ name, description: description ?? '', kind, url },
    auth: { ...(auth ?? { type: 'none' }) } as Draft['auth'],
    headers: Object.entries(headers ?? {})
      .map(([key, value]) => `${key}: ${value}`)
      .join('\n'),
    allowed: (allowed_tools ?? []).join('\n'),
    timeout: timeout_ms == null ? '' : String(timeout_ms),
    operations: (operations ?? []).map((operation) => {
      const parameters = (operation.parameters ?? null) as JsonObject | null
      return {
        name: operation.name,
        method: operation.method ?? connectionDefaults.method,
        path: operation.path,
        description: operation.description ?? '',
        names: namesOf(parameters, operation.path),
        schema: parameters === null ? '' : JSON.stringify(parameters, null, 2),
        idempotent: operation.idempotent ?? null,
      }
    }),
  }
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

export const pathNames = (path: string) => [...path.matchAll(/\{([^{}/]+)\}/g)].map(([, name]) => name!)

/** Those of a schema that `schemaOf` would make again; null: of any other. */
function namesOf(parameters: JsonObject | null, path: string): string | null {
  if (parameters === null) return ''
  const properties = Object.keys((parameters['properties'] ?? {}) as JsonObject)
  const names = properties.filter((name) => !pathNames(path).includes(name)).join('\n')
  return JSON.stringify(schemaOf(names, path)) === JSON.stringify(parameters) ? names : null
}

/** Arguments of the path are needed; the others are what the caller likes. */
export function schemaOf(names: string, path: string): JsonObject {
  const needed = pathNames(path)
  const all = [...new Set([...needed, ...linesOf(names)])]
  return {
    type: 'object',
    properties: Object.fromEntries(all.map((name) => [name, needed.includes(name) ? { type: 'string' } : {}])),
    ...(needed.length === 0 ? {} : { required: needed }),
  }
}

export type Unfit = 'name' | 'url' | 'headers' | 'schema'

export function findUnfit({ name, url, headers, kind, operations }: Draft): ReadonlySet<Unfit> {
  const unfit = new Set<Unfit>()
  if (name.trim() === '') unfit.add('name')
  if (url.trim() === '') unfit.add('url')
  if (linesOf(headers).some((line) => !/^[^:\s]+\s*:/.test(line))) unfit.add('headers')
  if (kind === 'http' && operations.some(({ names, schema }) => names === null && readObject(schema) === null))
    unfit.add('schema')
  return unfit
}

export function readObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
  } catch {
    return null
  }
}

/** Of a draft in which nothing is unfit. */
export function fieldsOf(draft: Draft) {
  const { name, description, kind, url, auth, headers, allowed, timeout, operations } = draft
  const own = authFields[auth.type].flatMap((field) => (auth[field] ? [[field, auth[field]] as const] : []))
  return {
    ...{ name: name.trim(), description: description.trim() === '' ? null : description.trim(), kind, url: url.trim() },
    auth: { type: auth.type, ...Object.fromEntries(own) } as ConnectionAuth,
    headers: Object.fromEntries(
      linesOf(headers).map((line) => {
        const at = line.indexOf(':')
        return [line.slice(0, at).trim(), line.slice(at + 1).trim()]
      }),
    ),
    allowed_tools: linesOf(allowed).length === 0 ? null : linesOf(allowed),
    timeout_ms: timeout.trim() === '' ? null : Number(timeout),
    operations: kind === 'mcp' ? null : operations.map(operationOf),
  }
}

const operationOf = ({ name, method, path, description, names, schema, idempotent }: OperationDraft) => ({
  ...{ name: name.trim(), method, path: path.trim() },
  ...(description.trim() === '' ? {} : { description: description.trim() }),
  parameters: names === null ? readObject(schema) : schemaOf(names, path.trim()),
  ...(idempotent === null ? {} : { idempotent }),
})
