import type { Turn } from '@parley/contract'
import { expect, test } from 'vitest'
import { type TurnPage, readTurns, turn_pages_at_most } from './turns.ts'

/** A list of turns in pages of two, which counts the pages that are read. */
function listOf(statuses: Turn['status'][]) {
  const read: number[] = []
  const readPage = async (cursor: string | undefined) => {
    const start = Number(cursor ?? 0)
    read.push(start)
    const data = statuses.slice(start, start + 2).map((status, index) => ({ turn_id: `${start + index}`, status }))
    const next_cursor = start + 2 < statuses.length ? String(start + 2) : null
    return { data: data as Turn[], pagination: { limit: 2, next_cursor } }
  }
  return { statuses, read, readPage }
}

const idsOf = (pages: TurnPage[]) => pages.flatMap(({ turns }) => turns.map(({ turn_id }) => turn_id))

test('every page is read, and of those only the ones again that can have changed', async () => {
  const list = listOf(['completed', 'failed', 'completed', 'running', 'queued'])
  const first = await readTurns([], list.readPage)
  expect(idsOf(first)).toEqual(['0', '1', '2', '3', '4'])
  list.statuses.splice(3, 2, 'completed', 'failed', 'running')
  const second = await readTurns(first, list.readPage)
  expect(idsOf(second)).toEqual(['0', '1', '2', '3', '4', '5'])
  expect(second.flatMap(({ turns }) => turns.map(({ status }) => status))).toEqual(list.statuses)
  expect(list.read).toEqual([0, 2, 4, 2, 4])
})

test('no more pages are read than the bound says, and none again', async () => {
  const list = listOf(Array.from({ length: 2 * turn_pages_at_most + 1 }, () => 'completed'))
  const pages = await readTurns([], list.readPage)
  expect(pages).toHaveLength(turn_pages_at_most)
  expect(pages.at(-1)!.next).not.toBeNull()
  expect(await readTurns(pages, list.readPage)).toEqual(pages)
  expect(list.read).toHaveLength(turn_pages_at_most)
})
