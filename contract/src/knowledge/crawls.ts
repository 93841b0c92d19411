// The operations on crawls of a source.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { idempotencyHeader, named, nullable, oneOf, pageOf, pageQuery } from '../schema.ts'
import { knowledgeManagers, knowledgeReaders, knowledgeTag } from './datasets.ts'
import { Crawl, Source } from './objects.ts'
import { sourcePath } from './sources.ts'
import { pageOutcomes } from './words.ts'

export const CrawlPage = named(
  'CrawlPage',
  Type.Object({
    url: Type.String(),
    outcome: oneOf(pageOutcomes),
    reason: nullable(Type.String()),
  }),
)
export type CrawlPage = Static<typeof CrawlPage>

export const crawlOperations = {
  crawlSource: defineOperation({
    id: 'crawlSource',
    method: 'POST',
    path: '/knowledge-base/sources/{source_id}/crawl',
    tag: knowledgeTag,
    summary: 'Fetch a URL again',
    description: 'Starts a crawl or joins the running one.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'source', id: 'source_id' },
    params: sourcePath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      accept_removals: Type.Optional(
        nullable(Type.Boolean({ description: 'Whether more than half of the pages may go. Default false.' })),
      ),
    }),
    body_optional: true,
    success: { status: 202, description: 'The source.', schema: Source },
    errors: ['not_found', 'not_a_url', 'knowledge_unavailable'],
  }),
  cancelSourceCrawl: defineOperation({
    id: 'cancelSourceCrawl',
    method: 'POST',
    path: '/knowledge-base/sources/{source_id}/crawl/cancel',
    tag: knowledgeTag,
    summary: 'Cancel the running crawl',
    description: 'Pages that are stored stay. Without a running crawl nothing changes.',
    access: knowledgeManagers,
    narrowed: false,
    audit: { target: 'source', id: 'source_id' },
    params: sourcePath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({}),
    body_optional: true,
    success: { status: 200, description: 'The source.', schema: Source },
    errors: ['not_found', 'not_a_url', 'knowledge_unavailable'],
  }),
  listSourceCrawls: defineOperation({
    id: 'listSourceCrawls',
    method: 'GET',
    path: '/knowledge-base/sources/{source_id}/crawls',
    tag: knowledgeTag,
    summary: 'List the last 10 crawls, newest first',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    params: sourcePath,
    query: Type.Object(pageQuery),
    success: { status: 200, description: 'A page of crawls.', schema: pageOf(Crawl) },
    errors: ['not_found', 'not_a_url', 'knowledge_unavailable'],
  }),
  listCrawlPages: defineOperation({
    id: 'listCrawlPages',
    method: 'GET',
    path: '/knowledge-base/sources/{source_id}/crawls/{crawl_id}/pages',
    tag: knowledgeTag,
    summary: 'List what became of each address of a crawl',
    access: knowledgeReaders,
    narrowed: false,
    audit: false,
    params: Type.Object({ source_id: Type.String(), crawl_id: Type.String() }),
    query: Type.Object({ ...pageQuery, outcome: Type.Optional(oneOf(pageOutcomes)) }),
    success: {
      status: 200,
      description: 'A page of addresses, in the order in which they were found.',
      schema: pageOf(CrawlPage),
    },
    errors: ['not_found', 'not_a_url', 'knowledge_unavailable'],
  }),
}
