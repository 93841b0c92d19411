// The rerank model: scores texts for a query, over the wire of Cohere, Jina and vLLM (`documents`) or of TEI (`texts`).
import type { Clock } from '../base/ports.ts'
import type { Fetch } from '../models/models.ts'
import type { BegunCall, EndedCall, ReportedTokens, Usage } from '../usage/usage.ts'
import type { Reranker } from './port.ts'
import type { EmbeddingConfig } from './settings.ts'

export const rerank_bounds = { texts: 50, ms: 800 } as const

export class RerankFailed extends Error {}

type Form = 'documents' | 'texts'

export function createReranker(
  { url, model, api_key }: NonNullable<EmbeddingConfig['rerank']>,
  fetch: Fetch,
  { clock, usage }: { clock: Clock; usage: Pick<Usage, 'begin'> },
): Reranker {
  // The form that the server has understood.
  let known: Form | null = null

  const sendCounted = openSender({ url, model, api_key }, fetch)
  const called = (query: string, texts: readonly string[]) => ({
    model: `rerank/${model ?? 'rerank'}`,
    most_ms: rerank_bounds.ms,
    countCharacters: () => query.length + texts.reduce((sum, text) => sum + text.length, 0),
  })

  async function ask({ organization_id, query, texts }: Asked, signal: AbortSignal): Promise<number[]> {
    const counting = { organization_id, kind: 'model_call', purpose: 'knowledge', agent_id: null } as const
    for (const form of known ? [known] : (['documents', 'texts'] as const)) {
      const counted = await usage.begin(counting, called(query, texts))
      const { status, answer } = await within(counted, signal, () => sendCounted(form, query, texts, signal))
      if (answer !== null) {
        const scores = readScores(answer, texts.length)
        known = form
        return scores
      }
      const isOtherForm = status === 400 || status === 422
      if (!isOtherForm) throw new RerankFailed(`The rerank model could not answer (status ${status}).`)
    }
    throw new RerankFailed('The rerank model rejected the request. Check PARLEY_RERANK_URL and PARLEY_RERANK_MODEL.')
  }

  return {
    model,
    async rerank(organization_id, query, texts, signal) {
      if (texts.length === 0) return []
      if (texts.length > rerank_bounds.texts) throw new RangeError(`at most ${rerank_bounds.texts} texts are reranked`)
      const stop = new AbortController()
      const clear = clock.after(rerank_bounds.ms, () =>
        stop.abort(new RerankFailed(`The rerank model did not answer within ${rerank_bounds.ms} ms.`)),
      )
      const either = AbortSignal.any([signal, stop.signal])
      try {
        return await ask({ organization_id, query, texts }, either)
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

/** Answers with null, and the status, if the server refuses. */
function openSender({ url, model, api_key }: NonNullable<EmbeddingConfig['rerank']>, fetch: Fetch) {
  const headers = {
    'content-type': 'application/json',
    ...(api_key === null ? {} : { authorization: `Bearer ${api_key}` }),
  }
  const named = model === null ? {} : { model }
  return async (form: Form, query: string, texts: readonly string[], signal: AbortSignal): Promise<Answered> => {
    const body = form === 'documents' ? { ...named, query, documents: texts, top_n: texts.length } : { query, texts }
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal })
    const { status } = response
    if (response.ok) return { status, answer: (await response.json()) as unknown }
    await response.body?.cancel()
    return { status, answer: null }
  }
}

interface Asked {
  organization_id: string
  query: string
  texts: readonly string[]
}

interface Answered {
  status: number
  answer: unknown
}

/** The call is counted, however it ends. */
async function within(counted: BegunCall, signal: AbortSignal, call: () => Promise<Answered>): Promise<Answered> {
  let ended: EndedCall = { how: 'failed', is_refused: false }
  try {
    if (signal.aborted) ended = { how: 'not_made' }
    signal.throwIfAborted()
    const answered = await call()
    const { answer } = answered
    ended = answer === null ? { how: 'failed', is_refused: true } : { how: 'answered', reported: reportedIn(answer) }
    return answered
  } finally {
    void counted.end(ended)
  }
}

/** Of Jina and vLLM; others say nothing of tokens. */
function reportedIn(answer: unknown): ReportedTokens {
  const { usage } = (answer ?? {}) as { usage?: { total_tokens?: unknown } }
  const told = usage?.total_tokens
  const input_tokens = typeof told === 'number' && Number.isSafeInteger(told) && told >= 0 ? told : null
  return { input_tokens, output_tokens: 0, cached_input_tokens: null, cache_write_tokens: null }
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
