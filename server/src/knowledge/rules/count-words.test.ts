import { expect, test } from 'vitest'
import { WordCount } from './count-words.ts'
import { type Posting, formOf, readPostings } from './postings.ts'

const stems: Record<string, string> = { running: 'run', runs: 'run' }
const hash = (stem: string) => stem.length * 1000 + stem.charCodeAt(0)

function pack(chunks: { content: string; heading_path?: string[] }[], first = 0) {
  const count = new WordCount()
  for (const [at, { content, heading_path = [] }] of chunks.entries())
    count.add({ position: first + at, content, heading_path })
  const stored = count.pack((text) => stems[text] ?? text, hash)
  const found = Object.fromEntries(
    stored.map(({ text, data, chunks: many }) => {
      const postings: Posting[] = []
      readPostings(data, 0, data.length, first, (position, times, length, forms) => {
        postings.push({ position, times, length, forms })
      })
      expect(postings).toHaveLength(many)
      return [text, postings]
    }),
  )
  return { count, found }
}

test('each word has the chunks in which it is, how often, and how long they are; a heading counts twice', () => {
  const { count, found } = pack(
    [{ content: 'Apple pie, apple juice' }, { content: 'pie', heading_path: ['Apple', 'Cake'] }],
    200,
  )
  const forms = formOf('apple')
  expect(found['apple']).toEqual([
    { position: 200, times: 2, length: 4, forms },
    { position: 201, times: 2, length: 5, forms },
  ])
  expect(found['juice']).toMatchObject([{ position: 200, times: 1 }])
  expect(found['cake']).toMatchObject([{ position: 201, times: 2 }])
  expect(count.length).toBe(9)
})

test('words with the same stem are one, in order, and in one chunk one posting with both forms', () => {
  const { count, found } = pack([{ content: 'runs' }, { content: 'running runs running' }, { content: 'running' }])
  const [runs, running] = [formOf('runs'), formOf('running')]
  expect(runs).not.toBe(running)
  expect(found).toEqual({
    run: [
      { position: 0, times: 1, length: 1, forms: runs },
      { position: 1, times: 3, length: 3, forms: runs | running },
      { position: 2, times: 1, length: 1, forms: running },
    ],
  })
  expect(count.spoken.toSorted()).toEqual(['running', 'runs'])
})

test('codes have no stem; nothing has no words', () => {
  expect(pack([{ content: 'v1.2.3 fails' }]).count.spoken).toEqual(['fails'])
  expect(pack([{ content: '— …' }])).toMatchObject({ count: { length: 0 }, found: {} })
})
