// Which chunks of several datasets a search answers: merged by fused rank, then in the rerank model's order. Pure.
import { type Fused, type Ranked, compareFused, dropEqualTexts } from './fusion.ts'

interface Scored extends Ranked {
  /** 0 to 1. */
  score: number
}

/** What was found in one dataset, best first. */
export interface Pooled<Chunk> {
  top_n: number
  min_score: number | null
  ranked: Fused<Chunk>[]
}

export interface Candidate<Chunk> {
  chunk: Chunk
  /** Of its dataset. */
  top_n: number
  dataset: number
}

/** Best first; equal texts once. Of each dataset as many as may be answered, or as many as are given to the rerank model. */
export function poolOf<Chunk extends Scored>(found: readonly Pooled<Chunk>[], reranked: number): Candidate<Chunk>[] {
  const all = found.flatMap(({ ranked, top_n, min_score }, dataset) =>
    ranked
      .filter(({ item }) => min_score === null || item.score >= min_score)
      .slice(0, Math.max(top_n, reranked))
      .map((of) => ({ of, candidate: { chunk: of.item, top_n, dataset } })),
  )
  const sorted = all.toSorted((a, b) => compareFused(a.of, b.of)).map(({ candidate }) => candidate)
  const first = new Set(dropEqualTexts(sorted.map(({ chunk }) => chunk)))
  return sorted.filter(({ chunk }) => first.has(chunk))
}

/** `scores`: of the first candidates, by the rerank model; null without any. At most `top_n` of each dataset, `results` in all. */
export function choosePassages<Chunk>(
  candidates: readonly Candidate<Chunk>[],
  scores: readonly number[] | null,
  { results }: { results: number },
): { chunk: Chunk; rerank_score: number | null }[] {
  const ordered = candidates.map((candidate, at) => ({ ...candidate, rerank_score: scores?.[at] ?? null }))
  // What the model has scored comes first; among as good ones the fused order stays.
  if (scores) ordered.sort((a, b) => (b.rerank_score ?? -Infinity) - (a.rerank_score ?? -Infinity) || 0)
  const counts = new Map<number, number>()
  const chosen: { chunk: Chunk; rerank_score: number | null }[] = []
  for (const { chunk, rerank_score, dataset, top_n } of ordered) {
    const count = counts.get(dataset) ?? 0
    if (count >= top_n) continue
    if (chosen.length === results) break
    counts.set(dataset, count + 1)
    chosen.push({ chunk, rerank_score })
  }
  return chosen
}
