// What a connection can reach: the organization's settings, narrowed by the key and by the address. Pure.
import { type McpMode, type Output, mcpModes } from '@parley/contract'
import { type ToolOperation, toolOperations } from '../../calls/rules/mcp-tools.ts'
import { isToolset, toolsOf } from './toolsets.ts'

type Settings = Output<'getMcpSettings'>

/** Of a key, or of an address; what is missing restricts nothing. */
export type Narrowing = { readonly [Name in keyof Settings]?: Settings[Name] }

/** Of an address. Null: all tools. */
export interface Asked {
  mode: McpMode | undefined
  tools: ReadonlySet<string> | null
  read_only: boolean
}

export interface Reach {
  enabled: boolean
  mode: McpMode
  /** Null: all. */
  tools: ReadonlySet<string> | null
  read_only: boolean
}

const defaults: Settings = { enabled: true, mode: 'discovery', tools: [], read_only: false }

export function completeSettings(stored: Narrowing | null): Settings {
  const { enabled, mode, tools, read_only } = { ...defaults, ...stored }
  return { enabled, mode, tools: [...tools], read_only }
}

/** How tools are listed is the choice of who is nearest to the client; every other restriction adds to those before. */
export function reachOf(organization: Narrowing | null, key: Narrowing | null, asked: Asked): Reach {
  const own = completeSettings(organization)
  const narrowed: Narrowing = key ?? {}
  const lists = [namesOf(own.tools), namesOf(narrowed.tools), asked.tools]
  return {
    enabled: own.enabled && narrowed.enabled !== false,
    mode: asked.mode ?? narrowed.mode ?? own.mode,
    tools: lists.reduce(intersect, null),
    read_only: own.read_only || narrowed.read_only === true || asked.read_only,
  }
}

type Names = ReadonlySet<string> | null

const namesOf = (names: readonly string[] = []): Names => (names.length === 0 ? null : new Set(names))

function intersect(a: Names, b: Names): Names {
  if (a === null || b === null) return a ?? b
  return new Set([...a].filter((name) => b.has(name)))
}

/** What an address asks for; a text: what is wrong with it. */
export function readAsked(query: Readonly<Record<string, unknown>>): Asked | string {
  const { mode, tools, toolset, read_only } = query
  if (mode !== undefined && !isMode(mode)) return `Unknown mode: ${shorten(mode)}`
  if (toolset !== undefined && !isToolset(toolset)) return `Unknown toolset: ${shorten(toolset)}`
  const isFlag = read_only === undefined || read_only === 'true' || read_only === 'false'
  if (!isFlag) return `read_only must be true or false, not: ${shorten(read_only)}`
  const names = listOf(tools)
  const unknown = names?.find((name) => !toolOperations.has(name))
  if (unknown !== undefined) return `Unknown tool: ${shorten(unknown)}`
  const ofSet = toolset === undefined ? null : new Set(toolsOf(toolset))
  return {
    // Clients that name tools want to see them.
    mode: mode ?? (names !== null || ofSet !== null ? 'direct' : undefined),
    tools: intersect(names && new Set(names), ofSet),
    read_only: read_only === 'true',
  }
}

const isMode = (value: unknown): value is McpMode => (mcpModes as readonly unknown[]).includes(value)

/** Null: no list. A name that is repeated in the address adds to it. */
function listOf(value: unknown): string[] | null {
  if (value === undefined) return null
  const names = (Array.isArray(value) ? value : [value]).join(',').split(',')
  const given = names.map((name) => name.trim()).filter(Boolean)
  return given.length === 0 ? null : given
}

const shorten = (value: unknown) => String(value).slice(0, 64)

/** Whether a call changes nothing. */
export const isReading = ({ method, changes_nothing }: ToolOperation) => method === 'GET' || changes_nothing === true

export const isWithin = ({ tools }: Pick<Reach, 'tools'>, name: string) => tools === null || tools.has(name)
