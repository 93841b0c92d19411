// What knowledge bases can do here.
import { blobSettings } from '../../blobs/settings.ts'
import type { Handler } from '../../calls/context.ts'
import { type Executor, acrossOrganizations } from '../../database/database.ts'
import { embeddingSettings, rerank_bounds } from '../../embeddings/embeddings.ts'
import { type CrawlLimits, crawlSettings } from '../crawl/settings.ts'
import type { Knowledge } from '../services.ts'
import { knowledgeSettings } from '../settings.ts'

export const getKnowledgeCapabilities: Handler<'getKnowledgeCapabilities', Knowledge> = async ({
  core,
  room,
  store,
}) => {
  const { models, default_model } = await room.embeddings.listOffers(store)
  const { reranker } = room.embeddings
  const { file_bytes, stored_bytes_of_organization } = core.config.of(blobSettings)
  const { texts, call_ms, calls, unused_days } = core.config.of(embeddingSettings)
  return {
    available: await hasExtensions(core.database),
    embedding_models: models,
    default_embedding_model: default_model,
    vector_index: room.searches.index.kind,
    // A server with one model needs no name of it; its address is no caller's business.
    rerank_model: reranker && (reranker.model ?? 'rerank'),
    blob_store: core.blobs.store.name,
    limits: {
      ...core.config.of(knowledgeSettings),
      ...limitsOfCrawls(core.config.of(crawlSettings)),
      file_bytes,
      stored_bytes_of_organization,
      embedding_texts: texts,
      embedding_seconds: call_ms / 1000,
      embedding_calls: calls,
      unused_vector_days: unused_days,
      rerank_texts: rerank_bounds.texts,
      rerank_seconds: rerank_bounds.ms / 1000,
    },
  }
}

const limitsOfCrawls = (limits: CrawlLimits) => ({
  crawls: limits.crawls,
  crawled_page_bytes: limits.page_bytes,
  crawl_bytes: limits.bytes,
  crawl_seconds: limits.seconds,
  crawl_request_seconds: limits.request_seconds,
  crawl_addresses: limits.addresses,
  robots_bytes: limits.robots_bytes,
  sitemap_bytes: limits.sitemap_bytes,
})

const extensionsStatement = acrossOrganizations(
  'what is installed',
  'count_knowledge_extensions',
  `select count(*)::integer as count from pg_extension where extname in ('unaccent', 'pg_trgm')`,
)

async function hasExtensions(database: Executor): Promise<boolean> {
  const [found] = await database.query<{ count: number }>(extensionsStatement, [])
  return found!.count === 2
}
