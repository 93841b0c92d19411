// The manifest of the engine: it has no operations, and carries out the turns of conversations.
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import { Engine } from './engine.ts'
import type { EngineServices } from './services.ts'
import { createListings } from './tools/mcp/listings.ts'

export function createEngine(
  core: Core,
  others: Pick<EngineServices, 'conversations' | 'models'>,
): Room & { engine: Engine } {
  const mcp_listings = createListings({ outbound: core.outbound, clock: core.ports.clock })
  const engine = new Engine({ ...core, ...others, mcp_listings }, core.log)
  others.conversations.runner = engine
  return {
    name: 'engine',
    operations: {},
    engine,
    async start() {
      await engine.watch()
      // The process waits for running turns before it ends anything else.
      return { [Symbol.dispose]: () => {} }
    },
  }
}
