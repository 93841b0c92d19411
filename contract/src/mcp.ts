// The MCP server: what an organization, or one of its keys, offers there; and the names of its tools.
import { type Operation, defineOperation } from './operation.ts'
import { named, oneOf } from './schema.ts'
import { Type } from './type.ts'
import { type ApiService, apiServices, mcpModes, mcpToolsets, most_mcp_tools } from './vocabulary.ts'

const fields = {
  enabled: Type.Boolean({ description: 'Whether `/mcp` answers. Default true.' }),
  mode: oneOf(
    mcpModes,
    'What is listed: `discovery` the four tools that find and call all others, `direct` the operations themselves, `both`. Default `discovery`.',
  ),
  tools: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
    maxItems: most_mcp_tools,
    description:
      'Names of tools, such as `core_list_agents`: no others are listed, found or called. Empty, the default: all that the caller’s scopes allow; of these, `direct` lists the first 64 by name.',
  }),
  read_only: Type.Boolean({ description: 'Whether calls that change something are refused. Default false.' }),
}

export const McpSettings = named('McpSettings', Type.Object(fields))

const Given = Type.Partial(Type.Object(fields))

/** Of a key. */
export const McpOfKey = named(
  'McpOfKey',
  Type.Object(Given.properties, {
    description:
      'What this key is offered over MCP. It narrows what the organization offers: `enabled`, `tools` and `read_only` add to its restrictions; `mode` replaces its own.',
  }),
)

const McpTool = named(
  'McpTool',
  Type.Object({
    name: Type.String({ description: 'Such as `core_list_agents`.' }),
    description: Type.String(),
    service: oneOf(apiServices),
    reads: Type.Boolean({ description: 'Whether calls of it change nothing. Only these remain with `read_only`.' }),
    scopes: Type.Array(Type.String(), { description: 'One of them is enough. Empty: it needs none.' }),
    toolsets: Type.Array(oneOf(mcpToolsets), { description: 'What the address calls the sets that it is in.' }),
  }),
)

const tag = 'Access'

export const mcpOperations = {
  getMcpSettings: defineOperation({
    id: 'getMcpSettings',
    method: 'GET',
    path: '/admin/mcp',
    tag,
    summary: 'Read what the organization offers over MCP',
    description: 'The MCP server at `/mcp` has every operation as a tool; these settings narrow it.',
    access: 'member',
    narrowed: true,
    audit: false,
    success: { status: 200, description: 'The settings.', schema: McpSettings },
    errors: [],
  }),
  listMcpTools: defineOperation({
    id: 'listMcpTools',
    method: 'GET',
    path: '/admin/mcp/tools',
    tag,
    summary: 'List the tools of the MCP server, or search them',
    description:
      'All, by name; with `query` at most 50, best first, as `search_tools` finds them. The settings do not narrow them, because they choose from them.',
    access: 'member',
    narrowed: true,
    audit: false,
    query: Type.Object({
      query: Type.Optional(
        Type.String({ minLength: 1, maxLength: 200, description: 'Plain words, such as “end a conversation”.' }),
      ),
    }),
    success: { status: 200, description: 'The tools.', schema: Type.Object({ data: Type.Array(McpTool) }) },
    errors: [],
  }),
  updateMcpSettings: defineOperation({
    id: 'updateMcpSettings',
    method: 'PUT',
    path: '/admin/mcp',
    tag,
    summary: 'Change what the organization offers over MCP',
    description: 'Fields that are left out stay as they are. Valid for the next request, on every node.',
    access: ['organizations:manage'],
    narrowed: false,
    audit: { target: 'organization' },
    body: Type.Object(Given.properties),
    success: { status: 200, description: 'The settings.', schema: McpSettings },
    errors: [],
  }),
}

/** Undefined: of no service, such as health checks and signing in. */
export function serviceOf({ path }: Pick<Operation, 'path'>): ApiService | undefined {
  const [, first = ''] = path.split('/')
  return apiServices.find((service) => service === first.replaceAll('-', '_'))
}

/** What an operation is called over MCP; undefined: it is not a tool, because it signs in, is for visitors, or asks for health. */
export function mcpToolName(operation: Pick<Operation, 'id' | 'path'>): string | undefined {
  const service = serviceOf(operation)
  if (service === undefined || operation.path.startsWith('/core/public/')) return undefined
  return `${service}_${operation.id.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`
}
