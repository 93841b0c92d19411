// What the organization offers over MCP, and which tools are within it. Pure.
import type { Output } from '@parley/sdk'

export type Settings = Output<'getMcpSettings'>

export const settingsKey = ['mcp-settings'] as const

/** Whether a client of the organization can call the tool, if its key may. */
export function isOffered({ tools, read_only }: Settings, { name, reads }: { name: string; reads: boolean }): boolean {
  return (tools.length === 0 || tools.includes(name)) && (reads || !read_only)
}
