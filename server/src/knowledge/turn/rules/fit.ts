// Chooses the passages that a model is shown: whole ones, best first, as far as there is room. Pure.
import { type RetrievedChunk, agentBounds } from '@parley/contract'
import type { FoundPassage } from '../../search/request.ts'

export interface Room {
  max_chunks: number
  /** Of their texts together. */
  max_characters: number
}

export interface FittedPassage extends FoundPassage {
  /** What is shown of its content; null: it does not fit. */
  text: string | null
}

/** What passages may take of a window that the question of the end user is in, too. A part of the best one is always shown. */
export function roomBeside(
  question: string,
  { max_characters, window_characters }: { max_characters: number; window_characters: number },
): number {
  const least = Math.min(window_characters, agentBounds.retrieval.max_characters.least)
  return Math.min(max_characters, Math.max(window_characters - question.length, least))
}

/** A passage that does not fit leaves its room to shorter ones after it; only the first is cut. */
export function fitPassages(passages: readonly FoundPassage[], { max_chunks, max_characters }: Room): FittedPassage[] {
  let [chunks, characters] = [max_chunks, max_characters]
  return passages.map((passage, index) => {
    const text = index === 0 ? cutText(passage.content, max_characters) : passage.content
    if (chunks <= 0 || text.length > characters) return { ...passage, text: null }
    chunks -= 1
    characters -= text.length
    return { ...passage, text }
  })
}

/** By code units, but never within a character. */
export function cutText(text: string, max_characters: number): string {
  if (text.length <= max_characters) return text
  const isHalf = /[\uD800-\uDBFF]/.test(text[max_characters - 1]!)
  return text.slice(0, isHalf ? max_characters - 1 : max_characters)
}

/** How the record has a passage. */
export function chunkOf(passage: FoundPassage, number: number, shown: boolean): RetrievedChunk {
  const { chunk_id, dataset_id, source_id, source_name, url, page, score } = passage
  return { number, chunk_id, dataset_id, source_id, source_name, url, page, score, shown }
}
