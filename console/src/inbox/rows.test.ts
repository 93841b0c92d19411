import type { Conversation } from '@parley/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isUnsettled } from '../transcript/conversation-state.ts'
import { cursorAfter, mergeRows, missingFrom } from './rows.ts'

const rowOf = (number: number, fields: Partial<Conversation> = {}) =>
  ({
    id: `id-${number}`,
    created_at: `2026-01-01T00:00:00.${String(number).padStart(6, '0')}Z`,
    updated_at: '2026-01-01T00:00:00.000000Z',
    status: 'completed',
    analysis_status: 'done',
    ...fields,
  }) as Conversation

test('whatever pages come in whatever order, each row is there once, newest first, as it is now', () => {
  const page = fc.array(fc.record({ number: fc.integer({ min: 0, max: 20 }), version: fc.integer({ min: 0, max: 8 }) }))
  fc.assert(
    fc.property(fc.array(page), (pages) => {
      const newest = new Map<number, number>()
      let rows: Conversation[] = []
      for (const entries of pages) {
        rows = mergeRows(
          rows,
          entries.map(({ number, version }) => rowOf(number, { updated_at: `2026-01-0${version + 1}` })),
        )
        for (const { number, version } of entries) newest.set(number, Math.max(version, newest.get(number) ?? 0))
      }
      const numbers = [...newest.keys()].toSorted((a, b) => b - a)
      expect(rows.map(({ id }) => id)).toEqual(numbers.map((number) => `id-${number}`))
      expect(rows.map(({ updated_at }) => updated_at)).toEqual(numbers.map((n) => `2026-01-0${newest.get(n)! + 1}`))
    }),
  )
})

test('what a page should have held is missing; what lies beyond it is not', () => {
  const known = [rowOf(9), rowOf(8), rowOf(7), rowOf(3)]
  const ids = (rows: Conversation[]) => rows.map(({ id }) => id)
  expect(ids(missingFrom(known, [rowOf(9), rowOf(7)], false))).toEqual(['id-8'])
  expect(ids(missingFrom(known, [rowOf(9), rowOf(7)], true))).toEqual(['id-8', 'id-3'])
  expect(ids(missingFrom(known, [], true))).toEqual(ids(known))
  expect(missingFrom(known, [], false)).toEqual([])
})

test('a cursor is the URL-safe Base64 of the time', () => {
  const row = rowOf(42)
  expect(Buffer.from(cursorAfter(row), 'base64url').toString()).toBe(row.created_at)
  expect(cursorAfter(row)).toMatch(/^[\w-]+$/)
})

test('a row is looked after until its summary is there', () => {
  expect(isUnsettled(rowOf(1, { status: 'in_progress' }))).toBe(true)
  expect(isUnsettled(rowOf(1, { analysis_status: 'queued' }))).toBe(true)
  expect(isUnsettled(rowOf(1))).toBe(false)
})
