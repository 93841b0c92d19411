// The words and bounds of knowledge bases as plain data, for schemas, server, console and command line.

export const sourceTypes = ['FILE', 'URL'] as const
export type SourceType = (typeof sourceTypes)[number]

export const uploadStatuses = ['PENDING', 'IN_PROGRESS', 'COMPLETE', 'FAILED'] as const
export type UploadStatus = (typeof uploadStatuses)[number]

export const sourceStatuses = ['pending', 'converting_to_markdown', 'ready', 'failed'] as const
export type SourceStatus = (typeof sourceStatuses)[number]

export const attachmentStatuses = [
  'pending',
  'converting_to_markdown',
  'chunking',
  'embedding',
  'ready',
  'failed',
] as const
export type AttachmentStatus = (typeof attachmentStatuses)[number]

/** Who attached a source. */
export const attachers = ['caller', 'crawl'] as const
export type Attacher = (typeof attachers)[number]

/** Why a source, an attachment or a crawl failed. */
export const knowledgeFaults = [
  'unsupported_type',
  'encrypted',
  'corrupt',
  'empty',
  'no_text',
  'too_large',
  'too_many_pages',
  'too_many_chunks',
  'conversion_timeout',
  'conversion_memory',
  'upload_expired',
  'refused_address',
  'fetch_failed',
  'fetch_status',
  'too_many_redirects',
  'robots_disallowed',
  'robots_unavailable',
  'too_many_gone',
  'cancelled',
  'embedding_rejected',
  'embedding_unauthorized',
  'embedding_failed',
  'dimension_mismatch',
  'quota_exceeded',
  'attempts_exhausted',
  'deadline',
] as const
export type KnowledgeFault = (typeof knowledgeFaults)[number]

export const chunkingMethods = ['fixed_size', 'structure_based'] as const
export type ChunkingMethod = (typeof chunkingMethods)[number]

export const retrievalModes = ['hybrid', 'full_text', 'vector'] as const
export type RetrievalMode = (typeof retrievalModes)[number]

/** What a query asks for. */
export const queryModes = ['auto', 'full_text', 'vector'] as const

/** Why a dataset is searched by words only. */
export const retrievalReasons = ['no_embedding_model', 'embedding_model_unavailable', 'embedding'] as const
export type RetrievalReason = (typeof retrievalReasons)[number]

/** What a search had to do without. */
export const degradations = [
  'embedding_timeout',
  'embedding_failed',
  'vectors_incomplete',
  'full_text_timeout',
  'vector_timeout',
  'rerank_failed',
  'dataset_missing',
] as const
export type Degradation = (typeof degradations)[number]

export const retrievalKinds = ['implicit', 'action', 'tool'] as const
export type RetrievalKind = (typeof retrievalKinds)[number]

export const retrievalOutcomes = ['found', 'nothing', 'skipped', 'failed', 'timed_out'] as const
export type RetrievalOutcome = (typeof retrievalOutcomes)[number]

export const crawlStatuses = ['running', 'complete', 'failed', 'cancelled'] as const
export type CrawlStatus = (typeof crawlStatuses)[number]

export const pageOutcomes = [
  'stored',
  'unchanged',
  'duplicate',
  'excluded',
  'robots',
  'noindex',
  'gone',
  'failed',
] as const
export type PageOutcome = (typeof pageOutcomes)[number]

/** `simple` has no stemmer: words are found as they are written. */
export const datasetLanguages = [
  'auto',
  'simple',
  'arabic',
  'armenian',
  'basque',
  'catalan',
  'danish',
  'dutch',
  'english',
  'finnish',
  'french',
  'german',
  'greek',
  'hindi',
  'hungarian',
  'indonesian',
  'irish',
  'italian',
  'lithuanian',
  'nepali',
  'norwegian',
  'portuguese',
  'romanian',
  'russian',
  'serbian',
  'spanish',
  'swedish',
  'tamil',
  'turkish',
  'yiddish',
] as const
export type DatasetLanguage = (typeof datasetLanguages)[number]

export const knowledgeDefaults = {
  chunking: { method: 'fixed_size', chunk_size: 1000, chunk_overlap: 0 },
  results_count: 5,
  crawl: { limit: 10, max_depth: 3, max_discovery_depth: 3, use_sitemap: true, delay_ms: 250 },
} as const

/** Maximum entries of lists, characters of texts and bytes. What an operator can set is in the settings of the server. */
export const knowledgeBounds = {
  name: 200,
  source_name: 2048,
  description: 4000,
  dimension: { least: 64, most: 4096 },
  chunk_size: { least: 100, most: 8000 },
  metadata_bytes: 8192,
  items: 100,
  slugs: 100,
  query: 8000,
  results_count: 100,
  source_ids: 100,
  refresh_interval_hours: 8760,
  url: 2048,
  crawl: { limit: 1000, depth: 100, paths: 100, path: 1000, delay_ms: 10_000 },
} as const
