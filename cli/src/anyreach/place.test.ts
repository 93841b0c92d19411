import type { Conversation } from '@parley/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Mark, type Place, markOf, page_size, pageOf } from './place.ts'

const base = Date.parse('2025-01-01T00:00:00Z')

/** Microseconds since the base. */
const rowOf = (time: number, id: number) => {
  const digits = String(time % 1000).padStart(3, '0')
  const created_at = `${new Date(base + Math.floor(time / 1000)).toISOString().slice(0, -1)}${digits}Z`
  return { id: String(id), created_at } as Conversation
}

/** Goes over a list as the command does. `rank` orders those with equal times. */
function goOver(rows: Conversation[], until: Mark | null, rank: (row: Conversation) => number) {
  const seen: string[] = []
  const crowded = new Set<string>()
  let place: Place | null = null
  let mark: Mark | null = null
  let pages = 0
  do {
    const bound: string = place?.before ?? '9999'
    const found = rows
      .filter(({ created_at }) => created_at <= bound)
      .map((row) => ({ row, rank: rank(row) }))
      .sort((a, b) => b.row.created_at.localeCompare(a.row.created_at) || a.rank - b.rank)
      .slice(0, page_size)
      .map(({ row }) => row)
    if (place === null) mark = markOf(found)
    const page = pageOf(found, place, until)
    seen.push(...page.rows.map(({ id }) => id))
    if (page.crowded !== null) crowded.add(page.crowded)
    place = page.next
    pages += 1
    expect(pages).toBeLessThan(rows.length + 20)
  } while (place !== null)
  return { seen, crowded, mark, pages }
}

/** Runs of rows with equal times, some in one millisecond and some farther apart. */
const runs = fc.array(
  fc.record({
    gap: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(1000), fc.integer({ min: 500, max: 3000 })),
    count: fc.integer({ min: 1, max: 130 }),
  }),
  { maxLength: 12 },
)
const rowsOf = (all: { gap: number; count: number }[]) => {
  let time = 0
  return all.flatMap(({ gap, count }) => {
    time += gap
    return Array.from({ length: count }, () => time)
  })
}

it('goes over everything once and ends, whatever times are equal; what it leaves out has a crowded time', () => {
  fc.assert(
    fc.property(runs, fc.boolean(), fc.nat(), (all, isSteady, seed) => {
      let state = seed + 1
      const random = () => (state = (state * 48271) % 2147483647)
      const rank = isSteady ? ({ id }: Conversation) => Number(id) : random
      const rows = rowsOf(all).map(rowOf)
      const { seen, crowded, mark } = goOver(rows, null, rank)
      expect(new Set(seen).size).toBe(seen.length)
      for (const { id, created_at } of rows) if (!crowded.has(`${created_at.slice(0, -4)}Z`)) expect(seen).toContain(id)

      const sizes = Map.groupBy(rows, ({ created_at }) => `${created_at.slice(0, -4)}Z`)
      for (const time of crowded) expect(sizes.get(time)!.length).toBeGreaterThanOrEqual(page_size)

      const newer = rows.length + 1
      const more = [...rows, rowOf(rowsOf(all).at(-1) ?? 0, newer), rowOf(1_000_000, newer + 1)]
      const again = goOver(more, mark, rank)
      expect(again.seen).toContain(String(newer + 1))
      if (crowded.size === 0 && again.crowded.size === 0) expect(again.seen).toContain(String(newer))
      if (crowded.size === 0 && isSteady) expect(again.seen.length).toBeLessThan(2 + page_size)
    }),
    { numRuns: 300 },
  )
})

it('ends where the list before began', () => {
  const rows = Array.from({ length: 2000 }, (_none, index) => rowOf(index * 1000, index))
  const { mark } = goOver(rows.slice(0, 1950), null, () => 0)
  expect(goOver(rows, mark, () => 0)).toMatchObject({ seen: { length: 50 }, pages: 1 })
})
