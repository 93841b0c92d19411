// P1: what an operation must answer by HTTP and by MCP, as several callers: the same status and the same JSON.
import { type Operation, type OperationId, mcpToolName, operations } from '@parley/contract'
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { type ParityWorld, haveSameShape } from './parity-world.ts'

type AnyOperation = Operation & { id: OperationId }
export const tools = Object.values<AnyOperation>(operations).flatMap((operation): [string, AnyOperation][] => {
  const name = mcpToolName(operation)
  return name === undefined ? [] : [[name, operation]]
})

export async function expectParity(world: ParityWorld, name: string, operation: AnyOperation): Promise<void> {
  const { id } = operation
  const input = await world.inputOf(id)
  if ('file' in input) {
    const { status, value } = await world.byMcp(name, { ...input, file: undefined }, world.insiderOf(operation, input))
    expect([status, value]).toEqual([400, expect.objectContaining({ code: 'malformed_request' })])
    return
  }
  const insider = world.insiderOf(operation, input)
  const isRead = operation.method === 'GET'
  for (const caller of [...world.strangersOf(operation), ...(isRead ? [insider] : [])]) {
    // What works in the background may change between the two.
    await expect
      .poll(async () => {
        const [http, mcp] = [await world.byHttp(id, input, caller), await world.byMcp(name, input, caller)]
        const is_fine = caller !== insider || http.status === operation.success.status
        return is_fine && isDeepStrictEqual(mcp, http) ? null : { caller: caller.name, http, mcp }
      })
      .toBeNull()
  }
  if (isRead) return
  // Each has an effect, so each has its own resources.
  const http = await world.byHttp(id, input, insider)
  const another = await world.inputOf(id)
  const mcp = await world.byMcp(name, another, world.insiderOf(operation, another))
  expect([http.status, mcp.status]).toEqual([operation.success.status, operation.success.status])
  expect({ http, mcp, same: haveSameShape(http.value, mcp.value) }).toMatchObject({ same: true })
}
