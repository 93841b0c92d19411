// The operations on datasets, and what searches them.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import {
  Id,
  JsonObject,
  idempotencyHeader,
  named,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  timestampFilter,
  uuidText,
} from '../schema.ts'
import { ChunkingInput, Dataset, DatasetSource, QueryAnswer } from './objects.ts'
import { DatasetRetrieval } from './retrievals.ts'
import { datasetLanguages, knowledgeBounds, queryModes, retrievalOutcomes } from './words.ts'

const { name, description, dimension, query, results_count, source_ids } = knowledgeBounds

export const knowledgeTag = 'Knowledge'
export const knowledgeReaders = ['sources:read', 'sources:manage', 'agents:manage'] as const
export const knowledgeManagers = ['sources:manage'] as const
export const Message = named('Message', Type.Object({ message: Type.String() }))

export const datasetPath = Type.Object({ dataset_id: Type.String() })

const datasetFields = {
  description: Type.Optional(nullable(Type.String({ maxLength: description }))),
  embedding_model: Type.Optional(
    nullable(
      Type.String({
        minLength: 1,
        maxLength: 300,
        description:
          '`model` or `provider/model`. One that this server cannot call is stored; the dataset is searched by words until it can. Default: the server’s.',
      }),
    ),
  ),
  embedding_dimension: Type.Optional(
    nullable(
      Type.Integer({
        minimum: dimension.least,
        maximum: dimension.most,
        description:
          'Default 768 for `text-embedding-3-small`, 3,072 for `text-embedding-3-large`, else the model’s own.',
      }),
    ),
  ),
  language: Type.Optional(nullable(oneOf(datasetLanguages, 'Ours. Default `auto`.'))),
  chunking_strategy: Type.Optional(nullable(ChunkingInput)),
}

const nameField = Type.String({ minLength: 1, maxLength: name })

export const KnowledgeCapabilities = named(
  'KnowledgeCapabilities',
  Type.Object({
    available: Type.Boolean({ description: 'Whether the database has what knowledge bases need.' }),
    embedding_models: Type.Array(
      Type.Object({ provider: Type.String(), model: Type.String(), dimension: nullable(Type.Integer()) }),
      {
        description: 'Known models of the configured providers. Others can be named too.',
      },
    ),
    default_embedding_model: nullable(
      Type.Object({ provider: Type.String(), model: Type.String(), dimension: nullable(Type.Integer()) }),
    ),
    vector_index: oneOf(
      ['sign_bits', 'pgvector'],
      'How the nearest vectors are found. With `pgvector`, datasets of 20,000 chunks or more have an HNSW index.',
    ),
    rerank_model: nullable(Type.String()),
    blob_store: oneOf(['postgres', 's3'], 'With `s3`, a backup of the database holds no files.'),
    limits: Type.Record(Type.String(), Type.Number(), { description: 'Bytes, rows and seconds, by name.' }),
  }),
)
export type KnowledgeCapabilities = Static<typeof KnowledgeCapabilities>

const progressData = {
  snapshot: Type.Object({ attachments: Type.Array(DatasetSource), is_complete: Type.Boolean() }),
  attachment: DatasetSource,
  detached: Type.Object({ id: Type.String() }),
}

/** An event of the progress of a dataset's sources. Each new stream begins with a snapshot. */
export type DatasetProgressEvent = {
  [Name in keyof typeof progressData]: { event: Name; data: Static<(typeof progressData)[Name]> }
}[keyof typeof progressData]

export const datasetOperations = {
  createDataset: defineOperation({
    id: 'createDataset',
    method: 'POST',
    path: '/knowledge-base/datasets',
    tag: knowledgeTag,
    summary: 'Create a dataset',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'dataset', id: 'id' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      id: Type.Optional(nullable(uuidText('Makes creation idempotent: the same id and body answer the same dataset.'))),
      name: nameField,
      ...datasetFields,
    }),
    success: { status: 200, description: 'The dataset.', schema: Dataset },
    errors: ['dataset_id_taken', 'too_many_datasets', 'knowledge_unavailable'],
  }),
  listDatasets: defineOperation({
    id: 'listDatasets',
    method: 'GET',
    path: '/knowledge-base/datasets',
    tag: knowledgeTag,
    summary: 'List datasets, newest first',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    query: Type.Object({
      ...pageQuery,
      name: Type.Optional(Type.String({ maxLength: name, description: 'Part of the name, in any case.' })),
      created_after: timestampFilter('Created at or after this time.'),
      created_before: timestampFilter('Created before this time.'),
      updated_after: timestampFilter('Changed at or after this time.'),
      updated_before: timestampFilter('Not changed at or after this time.'),
    }),
    success: { status: 200, description: 'A page of datasets.', schema: pageOf(Dataset) },
    errors: ['knowledge_unavailable'],
  }),
  getDataset: defineOperation({
    id: 'getDataset',
    method: 'GET',
    path: '/knowledge-base/datasets/{dataset_id}',
    tag: knowledgeTag,
    summary: 'Read a dataset',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    params: datasetPath,
    success: { status: 200, description: 'The dataset.', schema: Dataset },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
  updateDataset: defineOperation({
    id: 'updateDataset',
    method: 'PUT',
    path: '/knowledge-base/datasets/{dataset_id}',
    tag: knowledgeTag,
    summary: 'Change a dataset',
    description:
      'Only the fields that are sent change. Another model or dimension starts a re-embedding: the old vectors serve until all new ones are there.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'dataset', id: 'dataset_id' },
    params: datasetPath,
    body: Type.Object({ name: Type.Optional(nullable(nameField)), ...datasetFields }),
    success: { status: 200, description: 'The dataset.', schema: Dataset },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
  deleteDataset: defineOperation({
    id: 'deleteDataset',
    method: 'DELETE',
    path: '/knowledge-base/datasets/{dataset_id}',
    tag: knowledgeTag,
    summary: 'Delete a dataset',
    description: 'Its sources stay. No search finds its chunks once this is answered.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'dataset', id: 'dataset_id' },
    params: datasetPath,
    success: {
      status: 200,
      description: 'Deleted.',
      schema: Type.Object({
        message: Type.String(),
        agents: Type.Array(Type.Object({ id: Id, name: Type.String() }), {
          description: 'Ours. The agents whose versions still name it.',
        }),
      }),
    },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
  queryDataset: defineOperation({
    id: 'queryDataset',
    method: 'POST',
    path: '/knowledge-base/datasets/{dataset_id}/query',
    tag: knowledgeTag,
    summary: 'Search a dataset',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    changes_nothing: true,
    waits: true,
    params: datasetPath,
    body: Type.Object({
      query: Type.String({
        minLength: 1,
        maxLength: 2 * query,
        description: '1 to 8,000 characters without the white space around.',
      }),
      results_count: Type.Optional(
        nullable(Type.Integer({ minimum: 1, maximum: results_count, description: 'Default 5.' })),
      ),
      top_n: Type.Optional(
        nullable(Type.Integer({ minimum: 1, maximum: results_count, description: 'The same as `results_count`.' })),
      ),
      mode: Type.Optional(
        nullable(
          oneOf(
            queryModes,
            'Ours. `auto`, the default, answers with what it has; `vector` fails where the query cannot be embedded.',
          ),
        ),
      ),
      min_score: Type.Optional(
        nullable(Type.Number({ minimum: 0, maximum: 1, description: 'Ours. Leaves out chunks with a lower `score`.' })),
      ),
      source_ids: Type.Optional(
        nullable(
          Type.Array(Type.String({ maxLength: 200 }), {
            maxItems: source_ids,
            description: 'Ours. Only these sources.',
          }),
        ),
      ),
      filter: Type.Optional(
        nullable(
          Type.Unsafe<Record<string, unknown>>({
            ...JsonObject,
            description: 'Ours. Only sources whose `metadata` contain this.',
          }),
        ),
      ),
      rerank: Type.Optional(
        nullable(
          Type.Boolean({
            description: 'Ours. Whether the rerank model orders the result, if the server has one. Default true.',
          }),
        ),
      ),
    }),
    success: { status: 200, description: 'The chunks, best first.', schema: QueryAnswer },
    errors: ['not_found', 'embedding_failed', 'embedding_timed_out', 'knowledge_unavailable'],
  }),
  reembedDataset: defineOperation({
    id: 'reembedDataset',
    method: 'POST',
    path: '/knowledge-base/datasets/{dataset_id}/reembed',
    tag: knowledgeTag,
    summary: 'Re-embed a dataset',
    description: 'Starts a re-embedding, resumes one that failed, or joins the running one.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'dataset', id: 'dataset_id' },
    params: datasetPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({}),
    body_optional: true,
    success: { status: 202, description: 'The dataset.', schema: Dataset },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
  streamDatasetProgress: defineOperation({
    id: 'streamDatasetProgress',
    method: 'GET',
    path: '/knowledge-base/datasets/{dataset_id}/progress',
    tag: knowledgeTag,
    summary: 'Follow the states of a dataset’s sources',
    description:
      'A stream of server-sent events: `snapshot` first, with the newest attachments, then `attachment` for each that changed, at most once a second, and `detached` for each of these that was taken out of the dataset.',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    params: datasetPath,
    success: { status: 200, description: 'The stream.' },
    answer: { kind: 'events', data: progressData },
    errors: ['not_found', 'too_many_streams', 'knowledge_unavailable'],
  }),
  listDatasetRetrievals: defineOperation({
    id: 'listDatasetRetrievals',
    method: 'GET',
    path: '/knowledge-base/datasets/{dataset_id}/retrievals',
    tag: knowledgeTag,
    summary: 'List what conversations asked a dataset, newest first',
    access: ['conversations:read_sensitive'],
    narrowed: false,
    audit: false,
    params: datasetPath,
    query: Type.Object({
      ...pageQuery,
      outcome: Type.Optional(oneOf(retrievalOutcomes, 'Only those that ended like this for the dataset.')),
      below_score: Type.Optional(
        Type.Number({
          description:
            'Only those whose best score is below it, and those that found nothing in the dataset. Searches that were skipped or failed have no score and are left out.',
        }),
      ),
      created_after: timestampFilter('Asked at or after this time.'),
      created_before: timestampFilter('Asked before this time.'),
    }),
    success: { status: 200, description: 'A page of retrievals.', schema: pageOf(DatasetRetrieval) },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
  getKnowledgeCapabilities: defineOperation({
    id: 'getKnowledgeCapabilities',
    method: 'GET',
    path: '/knowledge-base/capabilities',
    tag: knowledgeTag,
    summary: 'What this server’s knowledge bases can do',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    success: { status: 200, description: 'Models, stores and limits.', schema: KnowledgeCapabilities },
    errors: [],
  }),
}
