// Repeatable random numbers: the same seed gives the same numbers.

export interface Random {
  /** At least 0, below 1. */
  next(): number
  /** A whole number, both ends included. */
  between(least: number, most: number): number
  happens(probability: number): boolean
  pick<T>(from: readonly T[]): T
  shuffle<T>(from: readonly T[]): T[]
  /** A separate stream, so that concurrent users do not affect each other. */
  fork(): Random
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const random: Random = {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    happens: (probability) => next() < probability,
    pick: (from) => from[Math.floor(next() * from.length)]!,
    shuffle(from) {
      const rest = [...from]
      for (let last = rest.length - 1; last > 0; last -= 1) {
        const other = Math.floor(next() * (last + 1))
        ;[rest[last], rest[other]] = [rest[other]!, rest[last]!]
      }
      return rest
    },
    fork: () => createRandom(Math.floor(next() * 2 ** 32)),
  }
  return random
}
