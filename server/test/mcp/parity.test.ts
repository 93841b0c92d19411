// P1: each fifth tool here, all of them in parity.long.test.ts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ParityWorld, openParity } from './parity-world.ts'
import { expectParity, tools } from './parity.ts'

let world: ParityWorld
beforeAll(async () => {
  world = await openParity()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

describe('P1: the same status and JSON by HTTP and by MCP', () => {
  test.each(tools.filter((_tool, index) => index % 5 === 0))('%s', (name, operation) =>
    expectParity(world, name, operation),
  )

  test('names are unique, of at most 64 characters, and the compatible ones', () => {
    const names = tools.map(([name]) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^(core|workflow|knowledge_base|campaign|admin)_[a-z_]{1,}$/)
    expect(names.filter((name) => name.length > 64)).toEqual([])
    expect(names).toContain('core_list_agents')
  })
})
