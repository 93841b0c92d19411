import { expect, test } from 'vitest'
import { effectiveChunking, faultsOfChunking, isSameChunking, readChunking } from './chunking.ts'

const usual = { method: 'fixed_size', chunk_size: 1000, chunk_overlap: 0 }

test('a method or an object with some fields means the whole strategy', () => {
  for (const input of ['fixed_size', 'fixed', 'default', {}, { method: null, chunk_size: null }] as const) {
    expect(readChunking(input)).toEqual(usual)
  }
  expect(readChunking('structure_based')).toEqual({ ...usual, method: 'structure_based' })
  expect(readChunking({ chunk_size: 400, chunk_overlap: 200 })).toEqual({
    ...usual,
    chunk_size: 400,
    chunk_overlap: 200,
  })
  expect([readChunking(null), readChunking(undefined)]).toEqual([null, null])
})

test('the overlap is at most half of the size', () => {
  const strategy = { method: 'fixed_size', chunk_size: 401, chunk_overlap: 200 } as const
  expect(faultsOfChunking(strategy)).toEqual([])
  expect(faultsOfChunking({ ...strategy, chunk_overlap: 201 }, 'a')).toMatchObject([{ path: 'a.chunk_overlap' }])
  expect(faultsOfChunking(null)).toEqual([])
})

test('the first that is given counts', () => {
  const own = { method: 'structure_based', chunk_size: 500, chunk_overlap: 0 } as const
  expect(effectiveChunking(null, own, null)).toBe(own)
  expect(effectiveChunking(null, null)).toEqual(usual)
  expect(isSameChunking(own, { ...own })).toBe(true)
  for (const other of [{ method: 'fixed_size' }, { chunk_size: 501 }, { chunk_overlap: 1 }] as const) {
    expect(isSameChunking(own, { ...own, ...other })).toBe(false)
  }
})
