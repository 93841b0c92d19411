// The manifest of the MCP server: what an organization offers there. Its transport is in mcp.ts.
import { mcpOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Room } from '../calls/room.ts'
import * as operations from './operations.ts'
import { purges } from './purge.ts'

export function createMcp(): Room<typeof mcpOperations> {
  return { name: 'mcp', purges, operations: bindRoom(null, mcpOperations, operations) }
}
