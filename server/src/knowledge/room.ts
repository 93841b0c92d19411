// The manifest of knowledge bases.
import { knowledgeOperations } from '@parley/contract'
import type { AgentContributions } from '../agents/agents.ts'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import { type OutboundClient, createOutboundClient } from '../outbound/client.ts'
import type { Lookup } from '../outbound/names.ts'
import { crawlWork } from './crawl/crawl-work.ts'
import { createPageReader } from './crawl/reader.ts'
import { refreshWork } from './crawl/refresh-work.ts'
import { buildWork } from './ingest/build-work.ts'
import { conversionWork } from './ingest/conversion-work.ts'
import { erasingWork } from './ingest/erase-work.ts'
import { passOnProgress } from './ingest/progress-topic.ts'
import { stuckWork } from './ingest/stuck-work.ts'
import type { Drafts } from '../hand-off/hand-off.ts'
import type { TurnContributions } from '../engine/engine.ts'
import { createAvailability, whenAvailable } from './availability.ts'
import { ingestion_seconds, measureSearch, retrieval_seconds } from './metrics.ts'
import * as operations from './operations/index.ts'
import { search } from './search/search.ts'
import { findIndexesWork, indexVectorsWork } from './search/near-vectors.ts'
import { createSearches } from './search/searches.ts'
import { type VectorIndex, chooseVectorIndex, least_indexed_chunks } from './search/vector-index.ts'
import type { Knowledge } from './services.ts'
import { createUploadResolver, uploadWork } from './uploads.ts'
import { findModelsWork, removeUnusedWork } from './vectors/minute-work.ts'
import { embedDatasetWork } from './vectors/work.ts'
import { createSearchAction } from './turn/call.ts'
import { reviewDatasets } from './turn/review.ts'
import { createDraftLookUp } from './turn/draft.ts'
import { createKnowledgeSource } from './turn/source.ts'
import { purges } from './purge.ts'

type KnowledgeRoom = Room<typeof knowledgeOperations> &
  TurnContributions &
  AgentContributions & { knowledge: Knowledge }

interface KnowledgeOptions extends Pick<Knowledge, 'open_streams' | 'embeddings'> {
  lookup: Lookup
  drafts: Drafts
}

export function createKnowledge(
  core: Core,
  { open_streams, embeddings, lookup, drafts }: KnowledgeOptions,
): KnowledgeRoom {
  const index: VectorIndex = { kind: 'sign_bits', least_chunks: least_indexed_chunks }
  const own: Knowledge = {
    blobs: core.blobs,
    embeddings,
    open_streams,
    searches: createSearches(core, index),
    async search(store, request, signal) {
      const found = await search(core, own, store, request, signal)
      measureSearch(core, found)
      return found
    },
  }
  const ofTurns = { database: core.database, room: own }
  drafts.lookUp = createDraftLookUp(core, own)
  const availability = createAvailability(core)
  passOnProgress(core)
  core.metrics.declare(retrieval_seconds, ingestion_seconds)
  return {
    name: 'knowledge',
    purges,
    knowledge: own,
    operations: onlyIf(availability.require, bindRoom(own, knowledgeOperations, operations)),
    work: [
      uploadWork(core),
      conversionWork(core),
      whenAvailable(availability, buildWork({ core, room: own })),
      ...erasingWork(core),
      stuckWork(core),
      embedDatasetWork({ core, room: own }),
      findModelsWork(core, own),
      removeUnusedWork(core),
      findIndexesWork(core, index),
      indexVectorsWork(index),
      crawlWork({ core, outbound: createCrawlClient(core, lookup), openReader: createPageReader(core) }),
      refreshWork(core),
    ],
    resources: { upload: createUploadResolver(core) },
    sources: [createKnowledgeSource(ofTurns)],
    actions: { knowledge_base: createSearchAction(ofTurns) },
    reviews: [reviewDatasets],
    async start() {
      index.kind = await chooseVectorIndex(core)
      return new DisposableStack()
    },
  }
}

/** Hosts that are open to tools are not open to crawls. */
function createCrawlClient({ config, ports }: Core, lookup: Lookup): OutboundClient {
  return createOutboundClient({ allowed_hosts: config.crawled_private_hosts, clock: ports.clock, lookup })
}

type Call = (...call: unknown[]) => Promise<unknown>

/** Each operation but the one that says what there is first waits for `require`, which may throw. */
function onlyIf<Operations extends object>(require: () => Promise<void>, operations: Operations): Operations {
  const guard = (call: Call): Call => {
    return async (...values) => {
      await require()
      return call(...values)
    }
  }
  const guarded = Object.entries(operations).map(([id, call]) => {
    return [id, id === 'getKnowledgeCapabilities' ? call : guard(call as Call)]
  })
  return Object.fromEntries(guarded) as Operations
}
