// What knowledge bases are made of: datasets, sources, their attachments, chunks.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { Id, JsonObject, Timestamp, named, nullable, oneOf } from '../schema.ts'
import {
  attachers,
  attachmentStatuses,
  chunkingMethods,
  crawlStatuses,
  datasetLanguages,
  degradations,
  knowledgeBounds,
  knowledgeFaults,
  retrievalModes,
  retrievalReasons,
  sourceStatuses,
  sourceTypes,
  uploadStatuses,
} from './words.ts'

const { chunk_size, crawl } = knowledgeBounds

export const ChunkingStrategy = named(
  'ChunkingStrategy',
  Type.Object(
    {
      method: oneOf(chunkingMethods),
      chunk_size: Type.Integer({ description: 'Characters of a chunk at most, 100 to 8,000.' }),
      chunk_overlap: Type.Integer({ description: 'Characters that a chunk repeats of the one before.' }),
    },
    {
      description:
        '`fixed_size` cuts at a number of characters, at white space where the last tenth has one; `structure_based` by headings, paragraphs, lists and tables.',
    },
  ),
)
export type ChunkingStrategy = Static<typeof ChunkingStrategy>

type NamedMethod = (typeof chunkingMethods)[number] | 'fixed' | 'default'

/** As callers may write it: an object with some of its fields, or only the method. */
export const ChunkingInput = Type.Unsafe<
  NamedMethod | { method?: NamedMethod | null; chunk_size?: number | null; chunk_overlap?: number | null }
>({
  description:
    'The method, or an object with it and its sizes. `fixed` and `default` mean `fixed_size`. Default: `fixed_size`, 1,000 characters, no overlap. The overlap is at most half of the size.',
  anyOf: [
    { type: 'string', enum: [...chunkingMethods, 'fixed', 'default'] },
    {
      type: 'object',
      properties: {
        method: { type: ['string', 'null'], enum: [...chunkingMethods, 'fixed', 'default', null] },
        chunk_size: { type: ['integer', 'null'], minimum: chunk_size.least, maximum: chunk_size.most },
        chunk_overlap: { type: ['integer', 'null'], minimum: 0, maximum: chunk_size.most / 2 },
      },
    },
  ],
})
export type ChunkingInput = Static<typeof ChunkingInput>

export const KnowledgeReason = named(
  'KnowledgeReason',
  Type.Object({
    code: oneOf(knowledgeFaults),
    message: Type.String({ description: 'What happened, and what to do.' }),
  }),
)
export type KnowledgeReason = Static<typeof KnowledgeReason>

const counts = Type.Object({
  sources: Type.Integer(),
  ready: Type.Integer(),
  in_progress: Type.Integer(),
  failed: Type.Integer(),
  chunks: Type.Integer({ description: 'Chunks that searches use.' }),
})

export const Reembedding = named(
  'Reembedding',
  Type.Object({
    embedding_model: Type.String(),
    embedding_dimension: nullable(
      Type.Integer({ description: 'Null: the model’s own, which nobody has learned yet.' }),
    ),
    status: oneOf(
      ['running', 'failed'],
      '`failed` also where the model cannot be called; it begins by itself once it can.',
    ),
    done_chunks: Type.Integer(),
    total_chunks: Type.Integer(),
    error: nullable(Type.String()),
  }),
)

export const Dataset = named(
  'Dataset',
  Type.Object({
    id: Id,
    organization_id: Id,
    name: Type.String(),
    description: nullable(Type.String()),
    embedding_provider: nullable(Type.String({ description: 'Ours.' })),
    embedding_model: nullable(
      Type.String({ description: 'The model’s name. Null while there is no model: the dataset is searched by words.' }),
    ),
    embedding_dimension: nullable(Type.Integer({ description: '64 to 4,096.' })),
    language: oneOf(datasetLanguages, 'Ours. The stemmer of all sources, or `auto`: of each source’s language.'),
    chunking_strategy: ChunkingStrategy,
    retrieval_mode: oneOf(['hybrid', 'full_text'], 'Ours. How searches find chunks now.'),
    retrieval_reason: nullable(oneOf(retrievalReasons, 'Ours. Why only by words.')),
    reembedding: nullable(Reembedding),
    counts,
    agents: Type.Array(Type.Object({ id: Id, name: Type.String() }), {
      description: 'Ours. The agents whose published version or draft names it.',
    }),
    created_at: Timestamp,
    updated_at: Timestamp,
  }),
)
export type Dataset = Static<typeof Dataset>

export const UrlCrawlOptions = named(
  'UrlCrawlOptions',
  Type.Object({
    limit: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 1,
          maximum: crawl.limit,
          description: 'Pages at most, with the start page. Default 10.',
        }),
      ),
    ),
    max_depth: Type.Optional(
      nullable(
        Type.Integer({ minimum: 0, maximum: crawl.depth, description: 'Path segments below the start. Default 3.' }),
      ),
    ),
    max_discovery_depth: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 0,
          maximum: crawl.depth,
          description: 'Link hops; the start and pages of the sitemap are 0. Default 3.',
        }),
      ),
    ),
    include_paths: Type.Optional(
      nullable(
        Type.Array(Type.String({ minLength: 1, maxLength: crawl.path }), {
          maxItems: crawl.paths,
          description: 'Patterns (RE2) searched in the path, else read as globs.',
        }),
      ),
    ),
    exclude_paths: Type.Optional(
      nullable(
        Type.Array(Type.String({ minLength: 1, maxLength: crawl.path }), {
          maxItems: crawl.paths,
          description: 'As `include_paths`; what they match is left out.',
        }),
      ),
    ),
    add_to_datasets: Type.Optional(
      nullable(
        Type.Array(Type.String({ maxLength: 200 }), {
          maxItems: 100,
          description: 'Datasets that get the source and its pages.',
        }),
      ),
    ),
    crawler_provider: Type.Optional(nullable(Type.String({ maxLength: 200, description: 'Kept, without effect.' }))),
    use_sitemap: Type.Optional(nullable(Type.Boolean({ description: 'Ours. Default true.' }))),
    delay_ms: Type.Optional(
      nullable(
        Type.Integer({ minimum: 0, maximum: crawl.delay_ms, description: 'Ours. Between two requests. Default 250.' }),
      ),
    ),
  }),
)
export type UrlCrawlOptions = Static<typeof UrlCrawlOptions>

/** Addresses of a crawl, by what became of them. */
export const CrawlCounts = Type.Object({
  stored: Type.Integer(),
  unchanged: Type.Integer(),
  duplicate: Type.Integer(),
  excluded: Type.Integer(),
  robots: Type.Integer(),
  noindex: Type.Integer(),
  gone: Type.Integer(),
  failed: Type.Integer(),
  waiting: Type.Integer({ description: 'Addresses that are known and not fetched yet.' }),
})

export const Crawl = named(
  'Crawl',
  Type.Object({
    id: Id,
    status: oneOf(crawlStatuses),
    started_at: Timestamp,
    finished_at: nullable(Timestamp),
    counts: CrawlCounts,
    warning: nullable(Type.String({ description: 'Why it ended before all addresses were fetched.' })),
    reason: nullable(KnowledgeReason),
  }),
)
export type Crawl = Static<typeof Crawl>

const sourceFields = {
  id: Id,
  organization_id: Id,
  type: oneOf(sourceTypes),
  name: Type.String({ description: 'The file’s name, or an http(s) address.' }),
  domain: nullable(Type.String({ description: 'The host of a URL.' })),
  file_upload_status: oneOf(uploadStatuses, '`IN_PROGRESS`: bytes are there, or a crawl runs.'),
  chunking_strategy: nullable(ChunkingStrategy),
  file_size: nullable(Type.Integer({ description: 'Bytes.' })),
  description: nullable(Type.String()),
  url_crawl_options: nullable(UrlCrawlOptions),
  upload_expires_at: nullable(Timestamp),
  parent_source_id: nullable(Type.String({ description: 'The source whose crawl found this page.' })),
  status: oneOf(sourceStatuses),
  status_reason: nullable(KnowledgeReason),
  tries: Type.Integer(),
  revision: Type.Integer({ description: 'Goes up with each file or changed page; 0 before the first.' }),
  content_hash: nullable(Type.String({ description: 'SHA-256 of the bytes, in hexadecimal.' })),
  pages: nullable(Type.Integer({ description: 'Of a PDF.' })),
  characters: nullable(Type.Integer({ description: 'Of its text.' })),
  language: nullable(Type.String({ description: 'As detected, such as `en`.' })),
  warnings: Type.Array(Type.String()),
  metadata: JsonObject,
  refresh_interval_hours: nullable(Type.Integer()),
  next_refresh_at: nullable(Timestamp),
  crawl: nullable(Crawl),
  created_at: Timestamp,
  updated_at: Timestamp,
}

export const Source = named('Source', Type.Object(sourceFields))
export type Source = Static<typeof Source>

/** As answered to its creation, and when another file is about to be sent. */
export const UploadableSource = named(
  'UploadableSource',
  Type.Object({
    ...sourceFields,
    presigned_url: nullable(
      Type.String({
        description: 'Of a file: PUT its bytes here, within an hour. Anyone who has it can. Null for a URL.',
      }),
    ),
    content_type: nullable(Type.String({ description: 'The media type that the file’s name suggests.' })),
  }),
)
export type UploadableSource = Static<typeof UploadableSource>

const statusOf = (description: string) => oneOf(attachmentStatuses, description)

export const DatasetSource = named(
  'DatasetSource',
  Type.Object({
    id: Id,
    source_id: Id,
    dataset_id: Id,
    chunking_strategy: ChunkingStrategy,
    total_chunks: Type.Integer({ description: 'Of the content that is being prepared, or that searches use.' }),
    processed_chunks: Type.Integer({
      description: 'How many of them are done: with their vectors, if there is a model.',
    }),
    processing_status: statusOf('How far the newest content is.'),
    status: statusOf('The same as `processing_status`.'),
    status_reason: nullable(KnowledgeReason),
    tries: Type.Integer(),
    next_try_at: nullable(Timestamp),
    serving: Type.Boolean({
      description: 'Whether searches find it: also during a new run, and after one that failed.',
    }),
    reused_chunks: Type.Integer({ description: 'Chunks whose text already had a vector.' }),
    attached_by: oneOf(attachers),
    sources: Source,
    created_at: Timestamp,
    updated_at: Timestamp,
  }),
)
export type DatasetSource = Static<typeof DatasetSource>

const placedText = {
  id: Id,
  dataset_id: Id,
  source_id: Id,
  dataset_source_id: Id,
  position: Type.Integer({ description: '0, 1, 2 … in its source.' }),
  content: Type.String(),
  heading_path: Type.Array(Type.String(), { description: 'The headings above it, outermost first.' }),
  page: nullable(Type.Integer({ description: 'Of a PDF, from 1.' })),
  url: nullable(Type.String()),
  characters: Type.Integer(),
}

const chunkFields = { ...placedText, has_vector: Type.Boolean() }

export const Chunk = named('Chunk', Type.Object(chunkFields))
export type Chunk = Static<typeof Chunk>

/** As read by its id. */
export const NamedChunk = named(
  'NamedChunk',
  Type.Object({
    ...placedText,
    source_name: Type.String(),
    dataset_name: Type.String(),
    serving: Type.Boolean({ description: 'Whether searches find it; false once newer content has replaced it.' }),
  }),
)
export type NamedChunk = Static<typeof NamedChunk>

const score = nullable(Type.Number())

export const FoundChunk = named(
  'FoundChunk',
  Type.Object({
    ...chunkFields,
    source_name: Type.String(),
    metadata: JsonObject,
    score: Type.Number({
      description: '0 to 1: the cosine similarity of a chunk with a vector, else `s/(s+5)` of the score of its words.',
    }),
    scores: Type.Object({ vector: score, full_text: score, rerank: score }),
  }),
)
export type FoundChunk = Static<typeof FoundChunk>

export const QueryAnswer = named(
  'DatasetQueryAnswer',
  Type.Object({
    chunks: Type.Array(FoundChunk, { description: 'Best first.' }),
    retrieval_mode: oneOf(retrievalModes),
    degraded: Type.Array(oneOf(degradations), { description: 'What the search had to do without.' }),
    took_ms: Type.Object({
      embedding: Type.Number(),
      search: Type.Number(),
      rerank: Type.Number(),
      total: Type.Number(),
    }),
  }),
)
export type QueryAnswer = Static<typeof QueryAnswer>
