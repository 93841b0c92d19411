// What is listed as tools: the four that find and call all others, and operations by themselves.
import { type Output, serviceOf } from '@parley/contract'
import { invalid } from '../base/errors.ts'
import { authorize } from '../calls/rules/authorize.ts'
import { type ToolOperation, toolOperations } from '../calls/rules/mcp-tools.ts'
import type { Caller } from './caller.ts'
import { describeOperationAsTool, describeTool, directToolOf, inputSchemaOf } from './rules/describe.ts'
import { isReading, isWithin } from './rules/reach.ts'
import { toolsetsOf } from './rules/toolsets.ts'
import type { SearchTools } from './search.ts'

type Json = Record<string, unknown>

const text = (description: string, more: object = {}) => ({ type: 'string', description, ...more })
const object = (properties: Json, required: string[] = []) => ({ type: 'object', properties, required })
const reads = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }

export const most_hits = 50
const query_characters = 200

/** The names and arguments are compatible. */
export const discovery_tools = [
  {
    name: 'list_all_tools',
    title: 'List all tools',
    description:
      'Lists every tool by name, with what it does, its service, and whether the caller’s scopes allow it (null: that depends on the organization). To find one, search_tools is shorter.',
    inputSchema: object({}),
    annotations: reads,
  },
  {
    name: 'search_tools',
    title: 'Search tools',
    description:
      'Finds tools by plain words, best first, with the schema of their arguments. Call a tool that was found with call_tool.',
    inputSchema: object(
      {
        query: text('What it should do, such as “end a conversation”.', { minLength: 1, maxLength: query_characters }),
        limit: { type: 'integer', minimum: 1, maximum: most_hits, default: 10, description: 'Most tools to return.' },
      },
      ['query'],
    ),
    annotations: reads,
  },
  {
    name: 'describe_tool',
    title: 'Describe a tool',
    description: 'The whole description of one tool, with all schemas that its arguments refer to.',
    inputSchema: object({ name: text('Such as core_list_agents.') }, ['name']),
    annotations: reads,
  },
  {
    name: 'call_tool',
    title: 'Call a tool',
    description:
      'Calls a tool by its name. The result is its JSON; a refusal is an error with `status`, `code` and `detail`. Repeat a call whose outcome is unknown with the same `idempotency_key`: it has one effect.',
    inputSchema: object(
      {
        name: text('Such as core_list_agents.'),
        arguments: { type: 'object', description: 'Its arguments. Default none.', default: {} },
        organization_id: text('With a personal access token: the organization that the call is for.'),
      },
      ['name'],
    ),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  },
] as const

export type DiscoveryTool = (typeof discovery_tools)[number]['name']

const names: ReadonlySet<string> = new Set(discovery_tools.map(({ name }) => name))
export const isDiscoveryTool = (name: string): name is DiscoveryTool => names.has(name)

const most_direct = 64
const direct = new Map<string, ReturnType<typeof directToolOf>>()

export function listTools(caller: Caller): object[] {
  const { mode } = caller.reach
  return [...(mode === 'direct' ? [] : discovery_tools), ...(mode === 'discovery' ? [] : listDirect(caller))]
}

function listDirect(caller: Caller): object[] {
  const usable = toolsOf(caller).filter(([, operation]) => isAllowed(caller, operation) === true)
  return usable.slice(0, most_direct).map(([name, operation]) => {
    const tool = direct.get(name) ?? directToolOf(name, operation)
    direct.set(name, tool)
    return tool
  })
}

/** All that this connection can name, by name. */
const toolsOf = ({ reach }: Caller) => [...toolOperations].filter(([name]) => isWithin(reach, name))

/** Whether the caller's scopes suffice; null: that depends on the organization, which a call names. */
function isAllowed({ principal, reach }: Caller, operation: ToolOperation): boolean | null {
  if (reach.read_only && !isReading(operation)) return false
  if (typeof operation.access === 'object' && 'by' in operation.access) return true
  if (operation.access === 'public') return true
  if (principal.kind === 'user' && operation.access !== 'user') return null
  try {
    authorize(operation, principal)
    return true
  } catch {
    return false
  }
}

export function listAllTools(caller: Caller): object[] {
  return toolsOf(caller).map(([name, operation]) => summarize(caller, name, operation))
}

function summarize(caller: Caller, name: string, operation: ToolOperation) {
  const allowed = isAllowed(caller, operation)
  return { name, description: operation.summary, service: serviceOf(operation)!, allowed }
}

/** Of all hits together; later ones are found without their schemas. */
const schema_bytes = 65_536

export function searchTools(caller: Caller, search: SearchTools, given: Json): object[] {
  const { query, limit } = readSearch(given)
  const hits = search(query)
    .filter((name) => isWithin(caller.reach, name))
    .slice(0, limit)
  let left = schema_bytes
  return hits.map((name) => {
    const operation = toolOperations.get(name)!
    const hit = { ...summarize(caller, name, operation), description: describeOperationAsTool(operation) }
    const inputSchema = inputSchemaOf(operation, false)
    left -= JSON.stringify({ ...hit, inputSchema }).length
    return left < 0 ? { ...hit, truncated: true } : { ...hit, inputSchema }
  })
}

function readSearch({ query, limit = 10 }: Json): { query: string; limit: number } {
  if (typeof query !== 'string' || query.trim() === '' || query.length > query_characters)
    throw invalid({ path: 'query', message: `must be a text of 1 to ${query_characters} characters` })
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > most_hits)
    throw invalid({ path: 'limit', message: `must be a whole number from 1 to ${most_hits}` })
  return { query, limit }
}

/** Undefined: it is unknown, at least here. */
export function findTool({ reach }: Caller, name: unknown): { name: string; operation: ToolOperation } | undefined {
  const operation = typeof name === 'string' && isWithin(reach, name) ? toolOperations.get(name) : undefined
  return operation && { name: name as string, operation }
}

export { describeTool }

/** By the contract alone: the settings choose among these. */
export function toolOf(name: string): Output<'listMcpTools'>['data'][number] {
  const operation = toolOperations.get(name)!
  const { access, summary } = operation
  const scopes = typeof access === 'string' || 'by' in access ? [] : [...access]
  const [service, toolsets] = [serviceOf(operation)!, toolsetsOf(operation)]
  return { name, description: summary, service, reads: isReading(operation), scopes, toolsets }
}
