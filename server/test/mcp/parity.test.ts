// P1: each operation by HTTP and by MCP, as several callers: the same status and the same JSON.
import { type Operation, type OperationId, mcpToolName, operations } from '@parley/contract'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { haveSameShape, openParity } from './parity-world.ts'

type AnyOperation = Operation & { id: OperationId }
const tools = Object.values<AnyOperation>(operations).flatMap((operation): [string, AnyOperation][] => {
  const name = mcpToolName(operation)
  return name === undefined ? [] : [[name, operation]]
})

let world: Awaited<ReturnType<typeof openParity>>
beforeAll(async () => {
  world = await openParity()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

describe('P1: the same status and JSON by HTTP and by MCP', () => {
  test.each(tools)('%s', async (name, operation) => {
    const { id } = operation
    const input = await world.inputOf(id)
    if ('file' in input) {
      const { status, value } = await world.byMcp(
        name,
        { ...input, file: undefined },
        world.insiderOf(operation, input),
      )
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
  })

  test('names are unique, of at most 64 characters, and the compatible ones', () => {
    const names = tools.map(([name]) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^(core|workflow|knowledge_base|campaign|admin)_[a-z_]{1,}$/)
    expect(names.filter((name) => name.length > 64)).toEqual([])
    expect(names).toContain('core_list_agents')
  })
})
