// The operations on sources: files and addresses, with or without a dataset.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { Id, JsonObject, idempotencyHeader, named, nullable, oneOf, pageOf, pageQuery, uuidText } from '../schema.ts'
import { knowledgeManagers, knowledgeReaders, knowledgeTag } from './datasets.ts'
import { ChunkingInput, Source, UploadableSource, UrlCrawlOptions } from './objects.ts'
import { knowledgeBounds, sourceTypes, uploadStatuses } from './words.ts'

const { description, items, refresh_interval_hours, source_name } = knowledgeBounds

export const sourcePath = Type.Object({ source_id: Type.String() })

const changeable = {
  chunking_strategy: Type.Optional(nullable(ChunkingInput)),
  file_size: Type.Optional(nullable(Type.Integer({ minimum: 0, description: 'Bytes, as announced.' }))),
  description: Type.Optional(nullable(Type.String({ maxLength: description }))),
  metadata: Type.Optional(
    nullable(
      Type.Unsafe<Record<string, unknown>>({ ...JsonObject, description: 'At most 8 KiB. Queries can filter by it.' }),
    ),
  ),
  url_crawl_options: Type.Optional(nullable(UrlCrawlOptions)),
  refresh_interval_hours: Type.Optional(
    nullable(
      Type.Integer({ minimum: 1, maximum: refresh_interval_hours, description: 'How often a URL is fetched again.' }),
    ),
  ),
}

export const NewSource = named(
  'NewSource',
  Type.Object({
    id: Type.Optional(nullable(uuidText('Makes creation idempotent: the same id and body answer the same source.'))),
    name: Type.String({
      ...{ minLength: 1, maxLength: source_name },
      description:
        'The file’s name, kept as it is sent, or an http(s) address. Control characters, and those that change the direction of text, are refused.',
    }),
    type: oneOf(sourceTypes),
    domain: Type.Optional(nullable(Type.String({ maxLength: 255 }))),
    ...changeable,
  }),
)
export type NewSource = Static<typeof NewSource>

/** The whole body of creating: one source, or a list. */
export const NewSources = named(
  'NewSources',
  Type.Unsafe<NewSource | NewSource[]>({
    description: 'One source, or a list of 1 to 100.',
    anyOf: [NewSource, { type: 'array', minItems: 1, maxItems: items, items: NewSource }],
  }),
)

/** The part `metadata` of a form with a file. */
export const FileMetadata = Type.Object({
  name: Type.Optional(
    nullable(Type.String({ minLength: 1, maxLength: source_name, description: 'Default: the name of the file.' })),
  ),
  chunking_strategy: Type.Optional(nullable(ChunkingInput)),
  description: Type.Optional(nullable(Type.String({ maxLength: description }))),
  metadata: changeable.metadata,
})
export type FileMetadata = Static<typeof FileMetadata>

const uploadErrors = ['quota_exceeded', 'file_too_large', 'upload_timed_out'] as const

const SourceInDatasets = named(
  'SourceInDatasets',
  Type.Object({
    ...Source.properties,
    datasets: Type.Array(Type.Object({ id: Id, name: Type.String(), dataset_source_id: Id }), {
      description: 'Ours. The datasets that it is attached to, by name; at most 200.',
    }),
  }),
)

export const sourceOperations = {
  createSources: defineOperation({
    id: 'createSources',
    method: 'POST',
    path: '/knowledge-base/sources',
    tag: knowledgeTag,
    summary: 'Create sources',
    description:
      'All or nothing. The crawl of a URL starts at once. Of a file, PUT its bytes to `presigned_url`, then set `COMPLETE`; or send one file as a form, which completes it at once.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'source', id: 'id' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({ items: NewSources }),
    whole_body: 'items',
    upload: { form: 'multipart', metadata: FileMetadata, describes: 'One file, which becomes a source.' },
    success: { status: 200, description: 'The sources, in the order asked.', schema: Type.Array(UploadableSource) },
    errors: ['source_id_taken', 'too_many_sources', ...uploadErrors, 'knowledge_unavailable'],
  }),
  listSources: defineOperation({
    id: 'listSources',
    method: 'GET',
    path: '/knowledge-base/sources',
    tag: knowledgeTag,
    summary: 'List sources, newest first',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    query: Type.Object({
      ...pageQuery,
      name: Type.Optional(Type.String({ maxLength: source_name, description: 'Part of the name, in any case.' })),
      type: Type.Optional(oneOf(sourceTypes)),
      domain: Type.Optional(Type.String({ maxLength: 255 })),
      parent_source_id: Type.Optional(
        Type.String({ maxLength: 200, description: 'Pages of this crawled source; `none`: no pages of crawls.' }),
      ),
    }),
    success: { status: 200, description: 'A page of sources.', schema: pageOf(Source) },
    errors: ['knowledge_unavailable'],
  }),
  getSource: defineOperation({
    id: 'getSource',
    method: 'GET',
    path: '/knowledge-base/sources/{source_id}',
    tag: knowledgeTag,
    summary: 'Read a source',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    params: sourcePath,
    success: { status: 200, description: 'The source.', schema: SourceInDatasets },
    errors: ['not_found', 'knowledge_unavailable'],
  }),
  updateSource: defineOperation({
    id: 'updateSource',
    method: 'PUT',
    path: '/knowledge-base/sources/{source_id}',
    tag: knowledgeTag,
    summary: 'Change a source, or complete its upload',
    description:
      'Only the fields that are sent change. `COMPLETE` says that the file is there: its conversion begins. Another strategy chunks its attachments again. The name of a URL cannot change.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'source', id: 'source_id' },
    params: sourcePath,
    body: Type.Object({
      name: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: source_name }))),
      file_upload_status: Type.Optional(
        nullable(
          oneOf(
            uploadStatuses,
            '`FAILED` closes the upload; a source that had a file before keeps it, and is `COMPLETE`.',
          ),
        ),
      ),
      ...changeable,
    }),
    success: { status: 200, description: 'The source.', schema: Source },
    errors: ['not_found', 'file_missing', 'too_many_attachments', 'quota_exceeded', 'knowledge_unavailable'],
  }),
  deleteSource: defineOperation({
    id: 'deleteSource',
    method: 'DELETE',
    path: '/knowledge-base/sources/{source_id}',
    tag: knowledgeTag,
    summary: 'Delete a source, with the pages of its crawl',
    description: 'It is gone from all datasets. No search finds its chunks once this is answered.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'source', id: 'source_id' },
    params: sourcePath,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found', 'too_many_attachments', 'knowledge_unavailable'],
  }),
  createSourceUploadUrl: defineOperation({
    id: 'createSourceUploadUrl',
    method: 'POST',
    path: '/knowledge-base/sources/{source_id}/upload-url',
    tag: knowledgeTag,
    summary: 'Get an address for another file',
    description: 'Replaces the file: the old content serves until the new one is ready. The address before is closed.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'source', id: 'source_id' },
    params: sourcePath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({}),
    body_optional: true,
    success: { status: 200, description: 'The source with its address.', schema: UploadableSource },
    errors: ['not_found', 'not_a_file', 'knowledge_unavailable'],
  }),
  uploadSource: defineOperation({
    id: 'uploadSource',
    method: 'PUT',
    path: '/knowledge-base/uploads/{source_id}',
    tag: knowledgeTag,
    summary: 'Send the bytes of a file',
    description:
      'The `presigned_url` of a source: good for an hour and any number of whole PUTs until `COMPLETE`; the last one counts. One that breaks off changes nothing.',
    access: { by: 'upload' },
    narrowed: false,
    audit: { target: 'source', id: 'source_id' },
    params: sourcePath,
    query: Type.Object({ token: Type.Optional(Type.String({ maxLength: 200 })) }),
    upload: { form: 'raw' },
    success: { status: 200, description: 'All of it is stored; `ETag` is the SHA-256 of its bytes.' },
    errors: ['upload_url_invalid', ...uploadErrors],
  }),
  getSourceFile: defineOperation({
    id: 'getSourceFile',
    method: 'GET',
    path: '/knowledge-base/sources/{source_id}/file',
    tag: knowledgeTag,
    summary: 'Download the file of a source',
    description: 'The bytes of its newest content, or of a page as it was fetched.',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    params: sourcePath,
    success: { status: 200, description: 'Its bytes, as a download.' },
    answer: { kind: 'file', media_types: ['application/octet-stream'] },
    errors: ['not_found', 'file_missing', 'knowledge_unavailable'],
  }),
  getSourceMarkdown: defineOperation({
    id: 'getSourceMarkdown',
    method: 'GET',
    path: '/knowledge-base/sources/{source_id}/markdown',
    tag: knowledgeTag,
    summary: 'Download the text of a source, as it was converted',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    params: sourcePath,
    success: { status: 200, description: 'Markdown, as a download.' },
    answer: { kind: 'file', media_types: ['text/markdown'] },
    errors: ['not_found', 'file_missing', 'knowledge_unavailable'],
  }),
}
