// The search parameters of the pages about organizations. Pure.
const longest_part = 100
const longest_id = 64

const readText = (value: unknown, most: number) =>
  typeof value === 'string' && value.trim() !== '' ? value.slice(0, most) : undefined

export interface TreeSearch {
  /** A part of the slug or of the id. */
  q?: string
}

export function readTreeSearch({ q }: Record<string, unknown>): TreeSearch {
  const part = readText(q, longest_part)
  return part === undefined ? {} : { q: part }
}

export interface NewSearch {
  /** The organization that the new one is below, if it is not the caller's. */
  parent?: string
}

export function readNewSearch({ parent }: Record<string, unknown>): NewSearch {
  const id = readText(parent, longest_id)
  return id === undefined ? {} : { parent: id }
}
