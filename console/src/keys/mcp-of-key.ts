// What a key is offered over MCP: what is stored of a choice, and how it reads. Pure.
import type { Input, Output } from '@parley/sdk'
import { mcpToolTexts } from '../mcp-tools/texts.ts'
import { keyTexts } from './texts.ts'

type Stored = NonNullable<Output<'listOrganizationKeys'>['data'][number]['mcp']>

/** With undefined for what is as the organization has it. */
export type McpOfKey = { [Name in keyof Stored]?: Stored[Name] | undefined }

/** Only what narrows; null: nothing does. */
export function narrowingOf({ enabled, mode, tools = [], read_only }: McpOfKey): Input<'createOrganizationKey'>['mcp'] {
  if (enabled === false) return { enabled }
  const narrowing = {
    ...(mode === undefined ? {} : { mode }),
    ...(tools.length === 0 ? {} : { tools: [...tools] }),
    ...(read_only ? { read_only } : {}),
  }
  return Object.keys(narrowing).length === 0 ? null : narrowing
}

/** Null: as the organization has it. */
export function describeMcp(mcp: McpOfKey | null): string | null {
  const narrowing = narrowingOf(mcp ?? {})
  if (!narrowing) return null
  const words = keyTexts.mcp
  if (narrowing.enabled === false) return words.said(words.off)
  const { mode, tools, read_only } = narrowing
  const parts = [
    ...(tools ? [words.toolCount(tools.length)] : []),
    ...(read_only ? [words.onlyReads] : []),
    ...(mode ? [mcpToolTexts.modes[mode].toLowerCase()] : []),
  ]
  return words.said(parts.join(', '))
}
