// One request to the MCP server, as its protocol names what is asked: tools and resources. Keeps nothing between requests.
import type { FastifyBaseLogger } from 'fastify'
import { invalid } from '../base/errors.ts'
import { refusalOf } from '../http/http.ts'
import type { Caller } from './caller.ts'
import { listResources, readResource, resource_templates } from './resources.ts'
import type { SearchTools } from './search.ts'
import { type Calling, type ToolAnswer, callTool } from './tool-call.ts'
import {
  type DiscoveryTool,
  describeTool,
  findTool,
  isDiscoveryTool,
  listAllTools,
  listTools,
  searchTools,
} from './tools.ts'

export type Json = Record<string, unknown>

/** Sends a piece of a reply as it is written. */
export type Report = (text: string, is_restarted: boolean) => void

export interface Connection {
  listTools(): Json
  callTool(params: Json, report: Report | undefined): Promise<Json>
  listResources(cursor: unknown): Promise<Json>
  listTemplates(): Json
  /** Throws an `AppError`. */
  readResource(uri: unknown): Promise<Json>
}

export interface ConnectionOptions {
  caller: Caller
  calling: Calling
  search: () => Promise<SearchTools>
  log: FastifyBaseLogger
}

/** For clients of 2026-07-28: what is listed depends on the caller. */
const cached = { cacheScope: 'private', ttlMs: 60_000 }
const never_cached = { cacheScope: 'private', ttlMs: 0 }

export function createConnection(options: ConnectionOptions): Connection {
  const { caller, calling } = options
  return {
    listTools: () => ({ tools: listTools(caller), ...cached }),
    callTool: (params, report) => answerTool(options, params, report),
    listResources: async (cursor) => ({ ...(await listResources(calling, caller, cursor)), ...cached }),
    listTemplates: () => ({ resourceTemplates: resource_templates, ...cached }),
    readResource: async (uri) => ({ ...(await readResource(calling, caller, uri)), ...never_cached }),
  }
}

async function answerTool(options: ConnectionOptions, params: Json, report: Report | undefined): Promise<Json> {
  const { caller, log } = options
  const name = String(params['name'])
  const given = argumentsOf(params)
  const { mode } = caller.reach
  try {
    if (isDiscoveryTool(name) && mode !== 'direct') return await answerDiscovery(options, name, given, report)
    if (mode === 'discovery') return unknownTool(name)
    return await answerOperation(options, { name, arguments: given, organization_id: undefined }, report)
  } catch (thrown) {
    const { status, body } = refusalOf(thrown, { id: caller.outer.id, log }, `mcp ${name}`)
    return { ...resultOf({ ...body, status }), isError: true }
  }
}

async function answerDiscovery(
  options: ConnectionOptions,
  name: DiscoveryTool,
  given: Json,
  report: Report | undefined,
): Promise<Json> {
  const { caller, search } = options
  if (name === 'list_all_tools') return resultOf(listAllTools(caller))
  if (name === 'search_tools') return resultOf(searchTools(caller, await search(), given))
  const called = given['name']
  if (typeof called !== 'string') throw invalid({ path: 'name', message: 'must be the name of a tool' })
  if (name === 'call_tool') {
    const { organization_id } = given
    if (organization_id !== undefined && organization_id !== null && typeof organization_id !== 'string')
      throw invalid({ path: 'organization_id', message: 'must be a text' })
    const inner = { name: called, arguments: argumentsOf(given), organization_id: organization_id ?? undefined }
    return answerOperation(options, inner, report)
  }
  const found = findTool(caller, called)
  return found ? resultOf(describeTool(found.name, found.operation)) : unknownTool(called)
}

interface Named {
  name: string
  arguments: Json
  organization_id: string | undefined
}

async function answerOperation({ caller, calling }: ConnectionOptions, call: Named, report: Report | undefined) {
  const found = findTool(caller, call.name)
  if (!found) return unknownTool(call.name)
  const answer = await callTool(calling, caller, { ...call, ...found, ...(report ? { onText: report } : {}) })
  return toResult(answer)
}

function toResult({ text, structured, blob, is_error, is_untrusted, headers }: ToolAnswer): Json {
  const content = blob ? { type: 'resource', resource: blob } : { type: 'text', text }
  const meta = {
    ...(is_untrusted ? { 'parley/untrusted': true } : {}),
    ...(Object.keys(headers).length > 0 ? { 'parley/headers': headers } : {}),
  }
  return {
    content: [content],
    ...(structured ? { structuredContent: structured } : {}),
    ...(is_error ? { isError: true } : {}),
    ...(Object.keys(meta).length > 0 ? { _meta: meta } : {}),
  }
}

function resultOf(value: object): Json {
  const content = [{ type: 'text', text: JSON.stringify(value) }]
  return Array.isArray(value) ? { content } : { content, structuredContent: value }
}

const unknownTool = (name: string): Json => ({
  content: [{ type: 'text', text: `Unknown tool: ${name.slice(0, 200)}` }],
  isError: true,
})

/** Throws `validation_failed` if they are no object. */
function argumentsOf({ arguments: given = {} }: Json): Json {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
  if (!isObject) throw invalid({ path: 'arguments', message: 'must be an object' })
  return given as Json
}
