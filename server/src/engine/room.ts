// The manifest of the engine: it has no operations; it carries out the turns of conversations.
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import { actionRunners } from './actions/index.ts'
import { Engine } from './engine.ts'
import { taken_over, tool_calls } from './metrics.ts'
import type { TurnContributions, TurnSource } from './turn-source.ts'
import type { EngineServices } from './services.ts'
import { createMcpSource } from './mcp/source.ts'

export function createEngine(
  core: Core,
  others: Pick<EngineServices, 'conversations' | 'models'>,
): Room & TurnContributions & { engine: Engine; contribute(contributions: TurnContributions): void } {
  core.metrics.declare(taken_over, tool_calls)
  const sources: TurnSource[] = []
  const actions = { ...actionRunners }
  const equipment = { sources, actions }
  const engine = new Engine({ ...core, ...others }, equipment, core.log)
  others.conversations.runner = engine
  return {
    name: 'engine',
    operations: {},
    engine,
    contribute({ sources: more = [], actions: own = {} }) {
      sources.push(...more)
      Object.assign(actions, own)
    },
    sources: [createMcpSource({ outbound: core.outbound, clock: core.ports.clock })],
    async start() {
      await engine.watch()
      // The process drains the engine before it stops anything else; this is for a start that fails.
      return { [Symbol.asyncDispose]: () => engine.drain(0) }
    },
  }
}
