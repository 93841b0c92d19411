// Texts for measurements of knowledge bases: sentences of made-up words, as frequent as words of real texts are.

/** Repeatable numbers from 0 to 1. */
export function randomNumbers(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const vocabulary = 40_000
const syllables =
  'ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu ra re ri ro ru sa se si so su ta te ti to tu'.split(
    ' ',
  )

/** Frequent words are short. */
export function wordAt(rank: number): string {
  let word = ''
  let rest = rank + 7
  while (rest > 0) {
    word += syllables[rest % syllables.length]
    rest = Math.floor(rest / syllables.length)
  }
  return rank % 3 === 0 ? `${word}ing` : word
}

/** The share of the most frequent words, as in Zipf's law with an offset. */
const shares = (() => {
  const sums = new Float64Array(vocabulary)
  let sum = 0
  for (let rank = 0; rank < vocabulary; rank += 1) sums[rank] = sum += 1 / (rank + 2.7) ** 1.07
  return sums
})()

function drawRank(random: () => number): number {
  const wanted = random() * shares[vocabulary - 1]!
  let [low, high] = [0, vocabulary - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (shares[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** About a thousand characters each. */
export function generateChunks(count: number, seed: number): { content: string; heading_path: string[] }[] {
  const random = randomNumbers(seed)
  const heading = [wordAt(drawRank(random)), wordAt(drawRank(random) + 50)]
  return Array.from({ length: count }, () => {
    const words: string[] = []
    for (let characters = 0; characters < 950;) {
      const word = wordAt(drawRank(random))
      words.push(words.length % 14 === 13 ? `${word}.` : word)
      characters += word.length + 1
    }
    return { content: words.join(' '), heading_path: heading }
  })
}

/** Three to ten words; one in ten is misspelt. */
export function generateQueries(count: number, seed: number): string[] {
  const random = randomNumbers(seed + 7)
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: 3 + Math.floor(random() * 8) }, () => wordAt(drawRank(random)))
    if (random() < 0.1) words.push(`${wordAt(500 + Math.floor(random() * 5000))}xa`)
    return words.join(' ')
  })
}
