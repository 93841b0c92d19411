import { expect, test } from 'vitest'
import { describeMcp, narrowingOf } from './mcp-of-key.ts'

test('only what narrows is stored, and said', () => {
  expect(narrowingOf({ enabled: true, tools: [], read_only: false, mode: undefined })).toBe(null)
  expect(describeMcp({ enabled: true, tools: [] })).toBe(null)
  expect(describeMcp(null)).toBe(null)
  const mcp = { enabled: true, tools: ['core_list_agents'], read_only: true, mode: 'direct' } as const
  expect(narrowingOf({ ...mcp, tools: [...mcp.tools] })).toEqual({
    tools: ['core_list_agents'],
    read_only: true,
    mode: 'direct',
  })
  expect(describeMcp({ ...mcp, tools: [...mcp.tools] })).toBe('MCP: only 1 tool, read only, each tool by itself')
  expect(narrowingOf({ enabled: false, read_only: true })).toEqual({ enabled: false })
  expect(describeMcp({ enabled: false })).toBe('MCP: off')
})
