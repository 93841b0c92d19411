// The manifest of the engine: it has no operations; it carries out the turns of conversations.
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import { actionRunners } from './actions/index.ts'
import { Engine } from './engine.ts'
import type { EngineServices } from './services.ts'
import { createMcpSource } from './tools/mcp/turn-servers.ts'

export function createEngine(
  core: Core,
  others: Pick<EngineServices, 'conversations' | 'models'>,
): Room & { engine: Engine } {
  const sources = [createMcpSource({ outbound: core.outbound, clock: core.ports.clock })]
  const engine = new Engine({ ...core, ...others }, { sources, actions: actionRunners }, core.log)
  others.conversations.runner = engine
  return {
    name: 'engine',
    operations: {},
    engine,
    async start() {
      await engine.watch()
      // The process waits for running turns before it stops anything else.
      return { [Symbol.dispose]: () => {} }
    },
  }
}
