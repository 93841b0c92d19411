// The manifest of embeddings: spaces, vectors, the embedding port and the rerank port. It has no operations.
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { Store } from '../database/store.ts'
import { openProviderClient } from '../models/models.ts'
import { type EmbeddingCaller, callableWith, createEmbeddingCaller } from './adapters/embedding-models.ts'
import { CallSlots } from './call-slots.ts'
import { embedTexts } from './embed-texts.ts'
import type { Embeddings, Space } from './port.ts'
import { EmbeddingFailed } from './failure.ts'
import { QueryVectors } from './query-vectors.ts'
import { createReranker } from './rerank.ts'
import type { EmbeddingModelRef } from './rules/model-name.ts'
import { embeddingSettings } from './settings.ts'
import { describeModels, findSpaces, listOffers, readSettings, spaceFor } from './spaces.ts'
import { purges } from './purge.ts'

/** Of an answer with vectors, which has one line: 96 of 4,096 dimensions are about 10 MiB. */
const answer_bytes = 64 * 1024 * 1024

export function createEmbeddings(core: Core): Room & { embeddings: Embeddings } {
  const client = openProviderClient({ bytes: answer_bytes, line_bytes: answer_bytes })
  const { ports, config, usage } = core
  const limits = config.of(embeddingSettings)
  const slots = new CallSlots(limits.calls)
  const refOf = ({ provider, model }: Space) => ({ provider, model }) as EmbeddingModelRef

  async function callerFor(store: Store, space: Space): Promise<EmbeddingCaller> {
    const caller = await createEmbeddingCaller(refOf(space), await readSettings(core, store), client.fetch)
    if (caller) return caller
    const message = `The embedding model ${space.provider}/${space.model} is not configured. Set its key, or choose another model.`
    throw new EmbeddingFailed('not_configured', message)
  }

  const queries = new QueryVectors(core, callerFor)
  const embeddings: Embeddings = {
    spaceFor: (tx, wanted) => spaceFor(core, tx, wanted),
    findSpace: async (store, id) => (await findSpaces(store, [id])).get(id) ?? null,
    isCallable: async (store, space) => callableWith(await readSettings(core, store)).has(refOf(space).provider),
    describeAll: (store, datasets) => describeModels(core, store, datasets),
    listOffers: (store) => listOffers(core, store),
    embedQuery: (store, space, text, bounds) => queries.embed(store, space, text, bounds),
    async embedGeneration(port, store, space, texts) {
      const caller = await callerFor(store, space)
      return embedTexts({ ports, limits, slots, usage }, { port, store, space, caller, texts })
    },
    reranker: limits.rerank && createReranker(limits.rerank, client.fetch, { clock: ports.clock, usage }),
  }
  return { name: 'embeddings', purges, operations: {}, embeddings, start: async () => client }
}
