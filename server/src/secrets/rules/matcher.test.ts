import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Pattern, BudgetSpent, Matcher } from './matcher.ts'

const plenty = 1_000_000_000

/** Every place where patterns end, with their lengths and owners. */
function search(matcher: Matcher, text: string, budget = { steps: plenty }): { end: number; found: string[] }[] {
  const ends: { end: number; found: string[] }[] = []
  matcher.search(text, budget, (end, output) => {
    const found: string[] = []
    for (let at = output; at !== 0; at = matcher.nextOutput(at)) {
      found.push(`${matcher.ownerOf(at)}: ${matcher.lengthOf(at)}`)
    }
    expect(found.at(-1)).toMatch(new RegExp(`^${matcher.lowestOwner(output)}: `))
    ends.push({ end, found })
  })
  return ends
}

/** The same with a search at each place, longest first; a pattern is hidden by a longer one with a lower or equal owner. */
function searchNaively(patterns: readonly Pattern[], text: string) {
  const ends: { end: number; found: string[] }[] = []
  for (let end = 1; end <= text.length; end += 1) {
    const there = patterns.filter((one) => text.slice(0, end).endsWith(one.text))
    const sorted = there.toSorted((a, b) => b.text.length - a.text.length || a.owner - b.owner)
    const found = sorted.filter(({ owner }, at) => sorted.slice(0, at).every((longer) => owner < longer.owner))
    if (found.length > 0) ends.push({ end, found: found.map(({ text: { length }, owner }) => `${owner}: ${length}`) })
  }
  return ends
}

const wordOf = (letters: string[], minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength, maxLength })

test.each([[['a', 'b']], [['a', 'b', 'c']], [['k', 'ü', '\ud83d', '\ude00', '\u0301']]])(
  'finds the same as a search at each place: %j',
  (letters) => {
    const patterns = fc.array(fc.record({ text: wordOf(letters, 4, 12), owner: fc.nat(5) }), { maxLength: 12 })
    fc.assert(
      fc.property(patterns, fc.array(wordOf(letters, 0, 80), { maxLength: 3 }), (given, texts) => {
        const matcher = new Matcher(given)
        for (const text of texts) expect(search(matcher, text)).toEqual(searchNaively(given, text))
      }),
      { numRuns: 1000 },
    )
  },
)

test('a search that was abandoned at any step has no later effect', () => {
  const patterns = [...'ab'].flatMap((first, owner) => [
    { text: `${first}abab`, owner },
    { text: `${first}ababbaababb`, owner },
    { text: `${first}babaababbab`, owner },
  ])
  const text = 'aababbaababbbabababbababbabaababbab'
  for (let steps = 0; steps < 200; steps += 1) {
    const matcher = new Matcher(patterns)
    try {
      search(matcher, text, { steps })
    } catch (error) {
      expect(error).toBeInstanceOf(BudgetSpent)
    }
    expect(search(matcher, text), `${steps}`).toEqual(searchNaively(patterns, text))
  }
})

test('finds how much of a pattern the end of a text may begin', () => {
  const patterns = fc.array(wordOf(['a', 'b'], 4, 9), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(patterns, wordOf(['a', 'b'], 0, 30), (given, text) => {
      const beginnings = given.flatMap((one) => Array.from({ length: one.length }, (_, end) => one.slice(0, end)))
      const longest = Math.max(...beginnings.filter((one) => text.endsWith(one)).map(({ length }) => length))
      expect(new Matcher(given.map((one) => ({ text: one, owner: 0 }))).lengthAtEnd(text)).toBe(longest)
    }),
    { numRuns: 1000 },
  )
})

describe('the steps of a search', () => {
  const stepsOf = (matcher: Matcher, text: string) => {
    const budget = { steps: plenty }
    search(matcher, text, budget)
    return plenty - budget.steps
  }
  const almost = (count: number, length: number) =>
    Array.from({ length: count }, (_, owner) => ({
      text: `kkkk${'j'.repeat(1 + owner)}${'k'.repeat(length)}`,
      owner,
    }))
  const text = 'k'.repeat(100_000)

  test('grow with the text for any patterns', () => {
    for (const patterns of [almost(1, 10), almost(200, 8000)]) {
      expect(stepsOf(new Matcher(patterns), text)).toBeLessThan(4 * text.length)
      expect(stepsOf(new Matcher(patterns), text.repeat(4))).toBeLessThan(16 * text.length)
    }
    // All characters of long patterns except the last, at each place.
    const longer = [{ text: `${'k'.repeat(8000)}!`, owner: 0 }]
    expect(stepsOf(new Matcher(longer), text)).toBeLessThan(4 * text.length)
  })

  test('do not grow more if patterns are prefixes and suffixes of each other', () => {
    const nested = Array.from({ length: 300 }, (_, at) => ({ text: `${'k'.repeat(4 + at)}x`, owner: at }))
    const runs = `${'k'.repeat(300)}y`.repeat(300)
    expect(stepsOf(new Matcher(nested), runs)).toBeLessThan(6 * runs.length)
  })

  test('are not spent on states that no text reaches, and are limited', () => {
    const matcher = new Matcher(almost(200, 8000))
    expect(stepsOf(matcher, 'nothing of this kind')).toBeLessThan(100)
    expect(() => search(matcher, text, { steps: 1000 })).toThrow(BudgetSpent)
    // It was abandoned in the middle and still works.
    expect(search(matcher, `kkkkj${'k'.repeat(8000)}`)).toEqual([{ end: 8005, found: ['0: 8005'] }])
  })

  test('have the same limit in each search, whatever states earlier searches created', () => {
    const patterns = Array.from({ length: 20 }, (_, owner) => ({
      text: `${String.fromCodePoint(65 + owner)}-${'k'.repeat(60_000)}`,
      owner,
    }))
    const matcher = new Matcher(patterns)
    for (const { text, owner } of patterns) {
      expect(search(matcher, text).at(-1)).toEqual({ end: text.length, found: [`${owner}: ${text.length}`] })
    }
  })

  test('are the same for a repeated text if more states were created than are kept', () => {
    const random = (seed: number) => (seed * 16_807) % 2_147_483_647
    let seed = 1
    const letters = Array.from({ length: 150_000 }, () => 'abcdefgh'[(seed = random(seed)) % 8]).join('')
    const matcher = new Matcher([{ text: `${letters}!`, owner: 0 }])
    const found = [{ end: 150_001, found: ['0: 150001'] }]
    for (let round = 0; round < 3; round += 1) expect(search(matcher, `${letters}!`)).toEqual(found)
  })
})
