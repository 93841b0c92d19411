// The rerank model: scores texts for a query, over the wire of Cohere, Jina and vLLM (`documents`) or of TEI (`texts`).
import type { Clock } from '../base/ports.ts'
import type { Fetch } from '../models/models.ts'
import type { Reranker } from './port.ts'
import type { EmbeddingConfig } from './settings.ts'

export const rerank_bounds = { texts: 50, ms: 800 } as const

export class RerankFailed extends Error {}

type Form = 'documents' | 'texts'

export function createReranker(
  { url, model, api_key }: NonNullable<EmbeddingConfig['rerank']>,
  fetch: Fetch,
  clock: Clock,
): Reranker {
  // The form that the server has understood.
  let known: Form | null = null

  async function send(form: Form, query: string, texts: readonly string[], signal: AbortSignal): Promise<Response> {
    const headers = {
      'content-type': 'application/json',
      ...(api_key === null ? {} : { authorization: `Bearer ${api_key}` }),
    }
    const named = model === null ? {} : { model }
    const body = form === 'documents' ? { ...named, query, documents: texts, top_n: texts.length } : { query, texts }
    return fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal })
  }

  async function ask(query: string, texts: readonly string[], signal: AbortSignal): Promise<number[]> {
    for (const form of known ? [known] : (['documents', 'texts'] as const)) {
      const response = await send(form, query, texts, signal)
      if (response.ok) {
        const scores = readScores(await response.json(), texts.length)
        known = form
        return scores
      }
      await response.body?.cancel()
      const isOtherForm = response.status === 400 || response.status === 422
      if (!isOtherForm) throw new RerankFailed(`The rerank model could not answer (status ${response.status}).`)
    }
    throw new RerankFailed('The rerank model rejected the request. Check PARLEY_RERANK_URL and PARLEY_RERANK_MODEL.')
  }

  return {
    model,
    async rerank(query, texts, signal) {
      if (texts.length === 0) return []
      if (texts.length > rerank_bounds.texts) throw new RangeError(`at most ${rerank_bounds.texts} texts are reranked`)
      const stop = new AbortController()
      const clear = clock.after(rerank_bounds.ms, () =>
        stop.abort(new RerankFailed(`The rerank model did not answer within ${rerank_bounds.ms} ms.`)),
      )
      const either = AbortSignal.any([signal, stop.signal])
      try {
        return await ask(query, texts, either)
      } catch (error) {
        if (either.aborted) throw either.reason
        if (error instanceof RerankFailed) throw error
        throw new RerankFailed('The rerank model could not be reached, or its answer could not be read.', {
          cause: error,
        })
      } finally {
        clear()
      }
    },
  }
}

/** A list of `{index, score}` or `{index, relevance_score}`, in any order, by itself or under `results` or `data`. */
function readScores(answer: unknown, texts: number): number[] {
  const { results, data } = (answer ?? {}) as { results?: unknown; data?: unknown }
  const list = Array.isArray(answer) ? answer : (results ?? data)
  const scores: number[] = []
  for (const one of Array.isArray(list) ? list.slice(0, texts) : []) {
    const { index, score, relevance_score = score } = (one ?? {}) as Record<string, unknown>
    if (typeof index === 'number' && typeof relevance_score === 'number' && Number.isFinite(relevance_score))
      if (Number.isInteger(index) && index >= 0 && index < texts) scores[index] = relevance_score
  }
  for (let index = 0; index < texts; index += 1)
    if (scores[index] === undefined) throw new RerankFailed('The rerank model did not score every text.')
  return scores
}
