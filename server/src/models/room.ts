// The manifest of models: the model port, its adapters, and the keys of organizations. It has no operations.
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import { type ModelCatalog, createModelCatalog } from './catalog.ts'

export function createModels({ config, ports, log }: Core): Room & { models: ModelCatalog } {
  const models = createModelCatalog(config.providers, {
    clock: ports.clock,
    random: ports.random,
    onFailure: ({ error, attempt, next }) =>
      log.warn({ model: error.model, kind: error.kind, status: error.status, attempt, next }, 'model call failed'),
  })
  return { name: 'models', operations: {}, models, start: async () => models }
}
