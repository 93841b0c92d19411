import { expect, test } from 'vitest'
import { readAttachBody } from './attach-body.ts'

const url = 'https://example.test/a'

test('each form names sources in order', () => {
  const namesOf = (body: Parameters<typeof readAttachBody>[0]) =>
    readAttachBody(body).items.map((item) => ('source' in item ? item.source.name : item.source_id))
  expect(namesOf({ source_id: 'a' })).toEqual(['a'])
  expect(namesOf({ source_ids: ['b', 'a'] })).toEqual(['b', 'a'])
  expect(namesOf(['a', { source_id: 'b' }, { source_ids: ['c', 'd'] }, { type: 'URL', url }])).toEqual([
    'a',
    'b',
    'c',
    'd',
    url,
  ])
  expect(namesOf({ url })).toEqual([url])
})

test('a strategy counts for every source of its item', () => {
  const { items } = readAttachBody([{ source_ids: ['a', 'b'], chunking_strategy: 'structure_based' }, 'c'])
  expect(items).toMatchObject([
    { chunking: { method: 'structure_based' } },
    { chunking: { method: 'structure_based' } },
    { chunking: null },
  ])
})

test('faults say where', () => {
  const pathsOf = (body: Parameters<typeof readAttachBody>[0]) => readAttachBody(body).faults.map(({ path }) => path)
  expect(pathsOf({})).toEqual(['source_id'])
  expect(pathsOf([{ source_id: 'a', source_ids: ['b'] }, {}])).toEqual(['0.source_id', '1.source_id'])
  expect(pathsOf({ source_ids: [] })).toEqual(['source_ids'])
  expect(pathsOf({ url: 'ftp://x.test' })).toEqual(['url'])
  expect(pathsOf([{ type: 'FILE', url }])).toEqual(['0.type'])
  expect(pathsOf(['a', { url, name: 'a\nb' }])).toEqual(['1.name'])
  expect(pathsOf({ source_id: 'a', chunking_strategy: { chunk_size: 100, chunk_overlap: 60 } })).toEqual([
    'chunking_strategy.chunk_overlap',
  ])
  expect(pathsOf(Array.from({ length: 2 }, () => ({ source_ids: Array.from({ length: 51 }, String) })))).toEqual([
    'source_ids',
  ])
})

test('every fault of every item is said at once, with its place in the body', () => {
  const chunking_strategy = { chunk_size: 100, chunk_overlap: 60 }
  const { faults } = readAttachBody([
    'a',
    { type: 'FILE', url: 'nowhere', chunking_strategy, url_crawl_options: { include_paths: ['a{1,1000}'.repeat(9)] } },
    { source_id: 'b', url: 'file:///etc/passwd' },
    {},
    { type: 'URL', url },
  ])
  expect(faults.map(({ path }) => path)).toEqual([
    '1.chunking_strategy.chunk_overlap',
    '1.url',
    '1.url_crawl_options.include_paths.0',
    '1.type',
    '2.url',
    '2.source_id',
    '3.source_id',
  ])
})
