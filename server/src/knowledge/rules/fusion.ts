// Joins ranked lists into one by reciprocal rank. Pure.

/** The constant of reciprocal rank fusion: how little the first ranks differ. */
const flatness = 60

/** What is ranked: equal texts count once, and ties are broken by id. */
export interface Ranked {
  id: string
  text_hash: string
}

/** Of equal texts the first stays: the best one, of those as good the one with the smallest id. */
export function dropEqualTexts<Item extends Ranked>(list: readonly Item[]): Item[] {
  const seen = new Set<string>()
  return list.filter(({ text_hash }) => !seen.has(text_hash) && seen.add(text_hash))
}

/** Best first; ties by id. */
export function rankBy<Item extends Ranked>(items: readonly Item[], scoreOf: (item: Item) => number): Item[] {
  return items.toSorted((a, b) => scoreOf(b) - scoreOf(a) || (a.id < b.id ? -1 : 1))
}

export interface Fused<Item> {
  item: Item
  /** The sum of its reciprocal ranks. */
  fused: number
}

/** Best first. A text that several lists have is represented by its item in the first of them. */
export function fuse<Item extends Ranked>(lists: readonly (readonly Item[])[]): Fused<Item>[] {
  const found = new Map<string, Fused<Item>>()
  for (const list of lists) {
    for (const [rank, item] of dropEqualTexts(list).entries()) {
      const share = 1 / (flatness + rank + 1)
      const known = found.get(item.text_hash)
      if (known) known.fused += share
      else found.set(item.text_hash, { item, fused: share })
    }
  }
  return [...found.values()].toSorted((a, b) => b.fused - a.fused || (a.item.id < b.item.id ? -1 : 1))
}
