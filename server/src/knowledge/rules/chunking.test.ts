import { expect, test } from 'vitest'
import { readChunking } from './chunking.ts'

const standard = { method: 'fixed_size', chunk_size: 1000, chunk_overlap: 0 }

test.for([
  ['fixed_size', standard],
  ['fixed', standard],
  ['default', standard],
  ['structure_based', { ...standard, method: 'structure_based' }],
  [{}, standard],
  [{ method: null, chunk_size: null, chunk_overlap: null }, standard],
  [
    { method: 'default', chunk_size: 100 },
    { ...standard, chunk_size: 100 },
  ],
  [
    { method: 'structure_based', chunk_size: 8000, chunk_overlap: 4000 },
    { method: 'structure_based', chunk_size: 8000, chunk_overlap: 4000 },
  ],
] as const)('%j is read', ([input, strategy]) => {
  expect(readChunking(input)).toEqual({ strategy })
})

test.for([
  ['semantic', ['chunking_strategy']],
  ['constructor', ['chunking_strategy']],
  [7, ['chunking_strategy']],
  [['fixed'], ['chunking_strategy']],
  [{ method: 'toString' }, ['chunking_strategy.method']],
  [{ chunk_size: 99 }, ['chunking_strategy.chunk_size']],
  [{ chunk_size: 100.5, chunk_overlap: -1 }, ['chunking_strategy.chunk_size', 'chunking_strategy.chunk_overlap']],
  [{ chunk_size: 101, chunk_overlap: 51 }, ['chunking_strategy.chunk_overlap']],
  [
    { method: 'x', chunk_size: 8001, chunk_overlap: 4001 },
    ['chunking_strategy.method', 'chunking_strategy.chunk_size', 'chunking_strategy.chunk_overlap'],
  ],
] as const)('%j is refused, with every fault', ([input, paths]) => {
  const read = readChunking(input)
  expect('faults' in read && read.faults.map(({ path }) => path)).toEqual(paths)
})
