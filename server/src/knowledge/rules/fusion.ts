// Joins ranked lists into one by reciprocal rank. Pure.

/** The constant of reciprocal rank fusion: how little the first ranks differ. */
const flatness = 60

/** What is ranked: equal texts count once. */
export interface Ranked {
  id: string
  text_hash: string
  /** The score of its words; null: they did not find it. */
  full_text: number | null
}

/** Of equal texts the first stays. */
export function dropEqualTexts<Item extends Ranked>(list: readonly Item[]): Item[] {
  const seen = new Set<string>()
  return list.filter(({ text_hash }) => !seen.has(text_hash) && seen.add(text_hash))
}

/** Ids differ each time that a source is built: texts decide, so that equal content has an equal order. */
const compareTexts = (a: Ranked, b: Ranked) => compare(a.text_hash, b.text_hash) || compare(a.id, b.id)
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Best first; ties by text. */
export function rankBy<Item extends Ranked>(items: readonly Item[], scoreOf: (item: Item) => number): Item[] {
  return items.toSorted((a, b) => scoreOf(b) - scoreOf(a) || compareTexts(a, b))
}

export interface Fused<Item> {
  item: Item
  /** The sum of its reciprocal ranks. */
  fused: number
  /** The score of its words, 0 if they did not find it; of equal texts the best. */
  words: number
}

/**
 * Best first. Two lists tie often: what only one of them has, at the same rank of either. Then words go first, as some vectors are the
 * nearest to any question.
 */
export function compareFused<Item extends Ranked>(a: Fused<Item>, b: Fused<Item>): number {
  return b.fused - a.fused || b.words - a.words || compareTexts(a.item, b.item)
}

/** Best first. A text that several lists have is represented by its item in the first of them. */
export function fuse<Item extends Ranked>(lists: readonly (readonly Item[])[]): Fused<Item>[] {
  const found = new Map<string, Fused<Item>>()
  for (const list of lists) {
    for (const [rank, item] of dropEqualTexts(list).entries()) {
      const share = 1 / (flatness + rank + 1)
      const words = item.full_text ?? 0
      const known = found.get(item.text_hash)
      if (known) Object.assign(known, { fused: known.fused + share, words: Math.max(known.words, words) })
      else found.set(item.text_hash, { item, fused: share, words })
    }
  }
  return [...found.values()].toSorted(compareFused)
}
