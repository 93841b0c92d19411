// How an operation is described as a tool. All of it comes from the contract: nothing that a customer wrote reaches a client's model. Pure.
import { type Operation, createHoister, serviceOf } from '@parley/contract'
import type { TObject } from 'typebox'
import type { ToolOperation } from '../../calls/rules/mcp-tools.ts'
import { isReading } from './reach.ts'

type Json = Record<string, unknown>

const place = '#/$defs/'

/** With the schemas that it refers to, or without. */
export function inputSchemaOf(operation: Operation, has_definitions: boolean): Json {
  const $defs: Json = {}
  const hoist = createHoister($defs, place)
  const { params, query, headers, body, body_optional, foreign } = operation
  const parts = [params, query, headers, body].filter((part) => part !== undefined)
  const properties = Object.assign({}, ...parts.map((part) => part.properties)) as Json
  if (foreign) properties['body'] = { description: 'The body of the request, as JSON.' }
  const needed = parts.flatMap((part) => (part === body && body_optional ? [] : requiredOf(part)))
  const required = [...Object.keys(params?.properties ?? {}), ...needed]
  const schema = {
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, hoist(value)])),
    ...(required.length > 0 ? { required: [...new Set(required)] } : {}),
  }
  return has_definitions && Object.keys($defs).length > 0 ? { ...schema, $defs } : schema
}

const requiredOf = (part: TObject) => (part.required as string[] | undefined) ?? []

const joins =
  'It may take minutes. If the connection is lost, call it again with the same `idempotency_key`: it joins what is running and does nothing twice.'

export function describeOperationAsTool({ summary, description, waits, headers }: Operation): string {
  const isJoined = waits && headers?.properties['idempotency_key'] !== undefined
  return [summary, description, isJoined ? joins : undefined].filter(Boolean).join('\n\n')
}

/** What it can be called with from the list of tools itself. */
export function directToolOf(name: string, operation: ToolOperation) {
  const { id, method, headers } = operation
  const is_read = isReading(operation)
  return {
    name,
    title: operation.summary,
    description: describeOperationAsTool(operation),
    inputSchema: inputSchemaOf(operation, true),
    annotations: {
      title: operation.summary,
      readOnlyHint: is_read,
      destructiveHint: method === 'DELETE' || /^(end|cancel)/.test(id),
      idempotentHint: is_read || method !== 'POST' || headers?.properties['idempotency_key'] !== undefined,
      openWorldHint: false,
    },
  }
}

export function describeTool(name: string, operation: ToolOperation) {
  const { method, path, tag } = operation
  const inputSchema = inputSchemaOf(operation, true)
  const description = describeOperationAsTool(operation)
  return { name, description, service: serviceOf(operation)!, method, path, tags: [tag], inputSchema }
}

const tags_of_others: ReadonlySet<string> = new Set([
  'Conversations',
  'Hand-off',
  'Knowledge',
  'Workflows',
  'Web widgets',
])

/** Whether its results can have words of end users, or of pages and files that somebody else wrote. */
export const hasWordsOfOthers = ({ tag }: Operation) => tags_of_others.has(tag)
