// The manifest of models: the model port, its adapters, and the keys of organizations. It has no operations.
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import { measureCalls, model_calls, tokens } from './metrics.ts'
import { type ModelCatalog, createModelCatalog } from './catalog.ts'

export function createModels({ config, ports, log, metrics, traces }: Core): Room & { models: ModelCatalog } {
  metrics.declare(model_calls, tokens)
  const models = createModelCatalog(config.providers, {
    clock: ports.clock,
    random: ports.random,
    onCall: measureCalls(metrics),
    traceparentFor: traces.traceparentFor,
    onFailure: ({ error, attempt, next }) =>
      log.warn({ model: error.model, kind: error.kind, status: error.status, attempt, next }, 'model call failed'),
  })
  return { name: 'models', operations: {}, models, start: async () => models }
}
