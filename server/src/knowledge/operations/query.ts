// Searches a dataset.
import { knowledgeBounds, knowledgeDefaults } from '@parley/contract'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { isLongerThan } from '../../base/text.ts'
import { isUuid } from '../../base/ports.ts'
import type { Handler } from '../../calls/context.ts'
import { cleanText } from '../rules/clean-text.ts'
import type { Found } from '../search/request.ts'
import type { Knowledge } from '../services.ts'

const timeout_ms = 5000

export const queryDataset: Handler<'queryDataset', Knowledge> = async (ctx, input) => {
  const dataset_id = input.dataset_id.toLowerCase()
  if (!isUuid(dataset_id)) throw notFound('Dataset')
  const query = readQuery(input.query)
  const results = input.results_count ?? input.top_n ?? knowledgeDefaults.results_count
  const mode = input.mode ?? 'auto'
  const request = {
    datasets: [{ dataset_id, top_n: results, min_score: input.min_score ?? null, filter: input.filter ?? null }],
    query,
    vector_query: query,
    mode,
    // What is no id is no source of this organization.
    source_ids: input.source_ids?.filter(isUuid) ?? null,
    rerank: input.rerank ?? true,
    results,
    timeout_ms,
  }
  const found = await ctx.room.search(ctx.store, request, new AbortController().signal)
  refuseFailed(found, mode)
  const { passages, mode: retrieval_mode, degraded, took_ms } = found
  const chunks = passages.map(({ chunk_id, ...passage }) => ({
    id: chunk_id,
    ...passage,
    characters: passage.content.length,
  }))
  return { chunks, retrieval_mode, degraded, took_ms }
}

function readQuery(given: string): string {
  const query = cleanText(given).trim()
  const { query: most } = knowledgeBounds
  if (query === '') throw invalid({ path: 'query', message: 'must have at least one character that can be seen' })
  if (isLongerThan(query, most)) throw invalid({ path: 'query', message: `must have at most ${most} characters` })
  return query
}

function refuseFailed({ failed, degraded }: Found, mode: string): void {
  if (degraded.includes('dataset_missing')) throw notFound('Dataset')
  if (mode === 'vector') {
    if (degraded.includes('embedding_timeout')) throw new AppError('embedding_timed_out')
    if (degraded.includes('embedding_failed')) throw new AppError('embedding_failed')
  }
  if (failed !== null) throw new AppError('unavailable')
}
