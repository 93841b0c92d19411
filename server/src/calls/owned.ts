// Counts what each owner has at once.

export interface Owned {
  readonly total: number
  /** How many owners have something. */
  readonly owners: number
  of(owner: string): number
  enter(owner: string): void
  leave(owner: string): void
}

export function createOwned(): Owned {
  const counts = new Map<string, number>()
  let total = 0
  return {
    get total() {
      return total
    },
    get owners() {
      return counts.size
    },
    of: (owner) => counts.get(owner) ?? 0,
    enter(owner) {
      counts.set(owner, (counts.get(owner) ?? 0) + 1)
      total += 1
    },
    leave(owner) {
      const left = counts.get(owner)! - 1
      if (left > 0) counts.set(owner, left)
      else counts.delete(owner)
      total -= 1
    },
  }
}
