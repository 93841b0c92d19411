// Reads the passages that an earlier attempt at a turn was shown, except those that were deleted since.
import type { Retrieval } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { cutText } from './rules/fit.ts'

// A replaced generation can be read until its chunks are erased. A detached source has no row in dataset_sources.
const chunksStatement = statement(
  'chunks_of_retrieval',
  `select c.id, c.content, c.heading_path from chunks c join generations g on g.id = c.generation_id
   join dataset_sources a on a.id = g.dataset_source_id
   where c.organization_id = $1 and c.id = any($2::uuid[]) and g.state in ('serving', 'replaced')`,
)

interface StoredPassage {
  number: number
  text: string
  source_name: string
  url: string | null
  heading_path: string[]
  page: number | null
}

interface ChunkRow {
  id: string
  content: string
  heading_path: string[]
}

export async function readStoredPassages(
  store: Store,
  { chunks }: Retrieval,
  { max_characters }: { max_characters: number },
): Promise<StoredPassage[]> {
  const shown = chunks.filter((chunk) => chunk.shown)
  if (shown.length === 0) return []
  const ids = shown.map(({ chunk_id }) => chunk_id)
  const rows = await store.query<ChunkRow>(chunksStatement, [store.organization_id, ids])
  const found = new Map(rows.map((row) => [row.id, row]))
  return shown.flatMap(({ chunk_id, number, source_name, url, page }) => {
    const row = found.get(chunk_id)
    if (!row) return []
    // As when it was found: only the best one may be longer than what fits.
    const text = cutText(row.content, max_characters)
    return [{ number, text, source_name, url, heading_path: row.heading_path, page }]
  })
}
