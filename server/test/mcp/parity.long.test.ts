// P1: each operation by HTTP and by MCP, as several callers: the same status and the same JSON.
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type ParityWorld, openParity } from './parity-world.ts'
import { expectParity, tools } from './parity.ts'

let world: ParityWorld
beforeAll(async () => {
  world = await openParity()
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

describe('P1: the same status and JSON by HTTP and by MCP', () => {
  test.each(tools)('%s', (name, operation) => expectParity(world, name, operation))
})
