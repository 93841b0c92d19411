// Finds what a text of the agent refers to: `[2]`, or `[1, 3]`. Pure.
import type { Citation, RetrievedChunk } from '@parley/contract'

const reference = /\[(\d{1,6}(?:\s*,\s*\d{1,6})*)\]/g

/** Each passage once, by its number. Numbers that the model was not shown are text like any other. */
export function findCitations(text: string, shown: ReadonlyMap<number, RetrievedChunk>): Citation[] {
  const numbers = [...text.matchAll(reference)].flatMap(([, list]) => list!.split(',').map(Number))
  return [...new Set(numbers)]
    .sort((a, b) => a - b)
    .flatMap((number) => {
      const chunk = shown.get(number)
      return chunk ? [citationOf(chunk)] : []
    })
}

function citationOf({ number, chunk_id, source_id, source_name, url, page }: RetrievedChunk): Citation {
  return { number, chunk_id, source_id, source_name, url, page }
}
