// All sealed rows of a table are sealed again under a new key, however many there are.
import { expect, test } from 'vitest'
import { resealRows } from './sealer.ts'

interface Row {
  id: number
  sealed: string
}

/** Rows from 1 to `count`; the old key cannot open every tenth. */
async function reseal(count: number) {
  const rows = Array.from({ length: count }, (_none, index): Row => ({ id: index + 1, sealed: 'old' }))
  const reads: number[] = []
  const made = await resealRows<Row>({
    readAfter: async (after, limit) => {
      const found = rows.filter(({ id }) => id > (after?.id ?? 0)).slice(0, limit)
      reads.push(found.length)
      return found
    },
    reseal: (row) => (row.id % 10 === 0 ? null : { ...row, sealed: 'new' }),
    replace: async (replaced) => {
      for (const row of replaced) rows[row.id - 1] = row
    },
  })
  return { made, reads, rows }
}

test.each([
  [0, [0]],
  [499, [499]],
  [500, [500, 0]],
  [1234, [500, 500, 234]],
])('%d rows are read in rounds, and each that can be opened is sealed again', async (count, rounds) => {
  const { made, reads, rows } = await reseal(count)
  expect(reads).toEqual(rounds)
  expect(made).toBe(count - Math.floor(count / 10))
  expect(rows.filter(({ sealed }) => sealed === 'old').map(({ id }) => id % 10)).toEqual(
    Array.from({ length: Math.floor(count / 10) }, () => 0),
  )
})
