// Stands in for the search of datasets until that is built: every chunk that has a word of the query, the most words first.
import type { Found, FoundPassage } from '../../../src/knowledge/search/search.ts'
import type { Knowledge } from '../../../src/knowledge/services.ts'
import type { TestServer } from '../../support/server.ts'

export function useRowSearch(server: TestServer): { calls: Parameters<Knowledge['search']>[1][] } {
  const calls: Parameters<Knowledge['search']>[1][] = []
  const { knowledge } = server.app.rooms.knowledge
  knowledge.search = async (store, request) => {
    calls.push(request)
    const passages: FoundPassage[] = []
    for (const { dataset_id, top_n, min_score, filter } of request.datasets) {
      const { rows } = await server.database.pool.query(
        `select c.id as chunk_id, a.dataset_id, a.source_id, a.id as dataset_source_id, c.position, s.name as source_name, s.metadata,
           c.heading_path, c.page, c.url, c.content
         from dataset_sources a join chunks c on c.generation_id = a.serving_generation join sources s on s.id = a.source_id
         where a.organization_id = $1 and a.dataset_id = $2 and s.metadata @> coalesce($3, '{}'::jsonb)`,
        [store.organization_id, dataset_id, filter && JSON.stringify(filter)],
      )
      const words = request.query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
      const scored = (rows as FoundPassage[]).flatMap((row) => {
        const score = words.filter((word) => row.content.toLowerCase().includes(word)).length / words.length
        return score > 0 && score >= (min_score ?? 0)
          ? [{ ...row, score, scores: { vector: null, full_text: score, rerank: null }, has_vector: false }]
          : []
      })
      passages.push(...scored.toSorted((a, b) => b.score - a.score).slice(0, top_n))
    }
    const found: Found = {
      passages: passages.toSorted((a, b) => b.score - a.score).slice(0, request.results),
      mode: 'full_text',
      degraded: [],
      took_ms: { embedding: 0, search: 1, rerank: 0, total: 1 },
      failed: null,
    }
    return found
  }
  return { calls }
}
