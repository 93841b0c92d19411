import type { Conversation } from '@parley/contract'
import { expect, test } from 'vitest'
import { parts_at_most, readWhole } from './read-whole.ts'

/** A transcript with this many items, of which an answer holds two. */
function transcriptOf(count: number) {
  const asked: (number | undefined)[] = []
  const readPart = ({ items_from }: { items_from?: number }) => {
    asked.push(items_from)
    const from = items_from ?? 0
    const items = [from, from + 1].filter((position) => position < count).map((position) => ({ position }))
    const more = from + 2 < count ? { next_position: from + 2 } : {}
    return Promise.resolve({ id: 'c', conversation: { items, ...more } } as unknown as Conversation)
  }
  return { asked, readPart }
}

test('what fits into one answer is read once', async () => {
  const { asked, readPart } = transcriptOf(2)
  expect((await readWhole(readPart)).conversation).toEqual({ items: [{ position: 0 }, { position: 1 }] })
  expect(asked).toEqual([undefined])
})

test('the parts of a larger one are put together', async () => {
  const { asked, readPart } = transcriptOf(5)
  const { conversation } = await readWhole(readPart)
  expect(conversation).toEqual({ items: [0, 1, 2, 3, 4].map((position) => ({ position })) })
  expect(asked).toEqual([undefined, 2, 4])
})

test('of one that is larger still it says where it goes on', async () => {
  const { asked, readPart } = transcriptOf(1000)
  const { conversation } = await readWhole(readPart)
  expect(asked).toHaveLength(parts_at_most)
  expect([conversation!.items.length, conversation!.next_position]).toEqual([2 * parts_at_most, 2 * parts_at_most])
})

test('a caller who cannot read the transcript has none', async () => {
  expect(await readWhole(() => Promise.resolve({ id: 'c' } as Conversation))).toEqual({ id: 'c' })
})
