// The operations on sources in a dataset.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { idempotencyHeader, named, nullable, oneOf, pageOf, pageQuery } from '../schema.ts'
import { Message, datasetPath, knowledgeManagers, knowledgeReaders, knowledgeTag } from './datasets.ts'
import { Chunk, ChunkingInput, DatasetSource, UrlCrawlOptions } from './objects.ts'
import { FileMetadata } from './sources.ts'
import { attachmentStatuses, knowledgeBounds, sourceTypes } from './words.ts'

const { items, slugs, source_name, url } = knowledgeBounds

const attachmentPath = Type.Object({ dataset_id: Type.String(), dataset_source_id: Type.String() })

/** A source that exists, or a URL that becomes one. */
export const AttachItem = Type.Object({
  source_id: Type.Optional(nullable(Type.String({ maxLength: 200 }))),
  source_ids: Type.Optional(nullable(Type.Array(Type.String({ maxLength: 200 }), { maxItems: items }))),
  chunking_strategy: Type.Optional(nullable(ChunkingInput)),
  type: Type.Optional(nullable(oneOf(sourceTypes, '`URL` creates a source and attaches it.'))),
  url: Type.Optional(nullable(Type.String({ maxLength: url }))),
  name: Type.Optional(nullable(Type.String({ maxLength: source_name }))),
  url_crawl_options: Type.Optional(nullable(UrlCrawlOptions)),
})
export type AttachItem = Static<typeof AttachItem>

/** The whole body of attaching: one item, or a list of items and of ids. */
export const AttachBody = named(
  'AttachSources',
  Type.Unsafe<AttachItem | (AttachItem | string)[]>({
    description: 'A source’s id, several in `source_ids`, a URL to create and attach, or a list of 1 to 100 of these.',
    anyOf: [
      AttachItem,
      {
        type: 'array',
        minItems: 1,
        maxItems: items,
        items: { anyOf: [AttachItem, { type: 'string', maxLength: 200 }] },
      },
    ],
  }),
)

export type AttachBody = Static<typeof AttachBody>

export const datasetSourceOperations = {
  listDatasetSources: defineOperation({
    id: 'listDatasetSources',
    method: 'GET',
    path: '/knowledge-base/datasets/{dataset_id}/sources',
    tag: knowledgeTag,
    summary: 'List the sources of a dataset, newest first',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    params: datasetPath,
    query: Type.Object({
      ...pageQuery,
      source_name: Type.Optional(
        Type.String({ maxLength: source_name, description: 'Part of the name, in any case.' }),
      ),
      source_type: Type.Optional(oneOf(sourceTypes)),
      file_extension: Type.Optional(Type.String({ maxLength: 200, description: 'Such as `pdf,docx`.' })),
      status: Type.Optional(
        Type.String({
          maxLength: 200,
          description: `Ours. One or more of ${attachmentStatuses.join(', ')}, with commas between.`,
        }),
      ),
    }),
    success: { status: 200, description: 'A page of attachments.', schema: pageOf(DatasetSource) },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
  attachSources: defineOperation({
    id: 'attachSources',
    method: 'POST',
    path: '/knowledge-base/datasets/{dataset_id}/sources',
    tag: knowledgeTag,
    summary: 'Attach sources to a dataset',
    description:
      'All or nothing. A source that is attached already answers its attachment, and is chunked again if the strategy differs. A crawled source brings its pages, also later ones.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'dataset', id: 'dataset_id' },
    params: datasetPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({ items: AttachBody }),
    whole_body: 'items',
    upload: {
      form: 'multipart',
      metadata: FileMetadata,
      describes: 'One file, which becomes a source and is attached.',
    },
    success: { status: 200, description: 'The attachments, in the order asked.', schema: Type.Array(DatasetSource) },
    errors: [
      'not_found',
      'too_many_attachments',
      'too_many_sources',
      'quota_exceeded',
      'file_too_large',
      'upload_timed_out',
      'knowledge_unavailable',
    ],
  }),
  attachSourcesByPattern: defineOperation({
    id: 'attachSourcesByPattern',
    method: 'POST',
    path: '/knowledge-base/datasets/{dataset_id}/sources/pattern',
    tag: knowledgeTag,
    summary: 'Attach a page for each slug of an address',
    description: 'A page that is a source already is fetched again.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'dataset', id: 'dataset_id' },
    params: datasetPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      url_pattern: Type.String({
        minLength: 1,
        maxLength: url,
        description: 'With `{slug}` as one segment of its path.',
      }),
      slugs: Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { minItems: 1, maxItems: slugs }),
      chunking_strategy: Type.Optional(nullable(ChunkingInput)),
    }),
    success: {
      status: 200,
      description: 'The attachments, in the order of the slugs.',
      schema: Type.Array(DatasetSource),
    },
    errors: ['not_found', 'too_many_attachments', 'too_many_sources', 'quota_exceeded', 'knowledge_unavailable'],
  }),
  getDatasetSource: defineOperation({
    id: 'getDatasetSource',
    method: 'GET',
    path: '/knowledge-base/datasets/{dataset_id}/sources/{dataset_source_id}',
    tag: knowledgeTag,
    summary: 'Read an attachment',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    params: attachmentPath,
    success: { status: 200, description: 'The attachment.', schema: DatasetSource },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
  updateDatasetSource: defineOperation({
    id: 'updateDatasetSource',
    method: 'PUT',
    path: '/knowledge-base/datasets/{dataset_id}/sources/{dataset_source_id}',
    tag: knowledgeTag,
    summary: 'Chunk a source again in this dataset',
    description:
      'What is served stays until the new chunks are ready. Null: the source’s strategy, else the dataset’s. One that means the same changes nothing.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'dataset', id: 'dataset_id', part: { as: 'sources', id: 'dataset_source_id' } },
    params: attachmentPath,
    body: Type.Object({ chunking_strategy: Type.Optional(nullable(ChunkingInput)) }),
    success: { status: 200, description: 'The attachment.', schema: DatasetSource },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
  detachSource: defineOperation({
    id: 'detachSource',
    method: 'DELETE',
    path: '/knowledge-base/datasets/{dataset_id}/sources/{dataset_source_id}',
    tag: knowledgeTag,
    summary: 'Detach a source',
    description: 'The source stays. No search of this dataset finds its chunks once this is answered.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'dataset', id: 'dataset_id', part: { as: 'sources', id: 'dataset_source_id' } },
    params: attachmentPath,
    success: { status: 200, description: 'Detached.', schema: Message },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
  reprocessDatasetSource: defineOperation({
    id: 'reprocessDatasetSource',
    method: 'POST',
    path: '/knowledge-base/datasets/{dataset_id}/sources/{dataset_source_id}/reprocess',
    tag: knowledgeTag,
    summary: 'Convert and chunk a source again',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'dataset', id: 'dataset_id', part: { as: 'sources', id: 'dataset_source_id' } },
    params: attachmentPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({}),
    body_optional: true,
    success: { status: 202, description: 'The attachment.', schema: DatasetSource },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
  listDatasetSourceChunks: defineOperation({
    id: 'listDatasetSourceChunks',
    method: 'GET',
    path: '/knowledge-base/datasets/{dataset_id}/sources/{dataset_source_id}/chunks',
    tag: knowledgeTag,
    summary: 'List the chunks that searches use, in their order',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    params: attachmentPath,
    query: Type.Object(pageQuery),
    success: { status: 200, description: 'A page of chunks.', schema: pageOf(Chunk) },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
}
