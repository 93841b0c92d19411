// Tags as one line of text. Pure.
import { handOffBounds } from '@parley/contract'

export const tagsToText = (tags: readonly string[]) => tags.join(', ')

/** As the server stores them: lower case, each once. */
export function textToTags(text: string): string[] {
  const tags = text.split(',').map((tag) => tag.trim().toLowerCase())
  return [...new Set(tags.filter((tag) => tag !== ''))]
}

export function areTagsFit(tags: readonly string[]): boolean {
  return tags.length <= handOffBounds.tags && tags.every((tag) => tag.length <= handOffBounds.tag)
}
