import type { DatasetSource } from '@parley/contract'
import { expect, test } from 'vitest'
import { type SourcePages, mergeProgress, statusesOf } from './merge-progress.ts'

const row = (id: string, hour: number, status = 'pending') =>
  ({ id, status, created_at: `2026-01-01T${hour}:00:00Z`, sources: { name: `${id}.pdf` } }) as DatasetSource
const listOf = (rows: DatasetSource[], next_cursor: string | null = null): SourcePages => ({
  pages: [{ data: rows, pagination: { next_cursor } }],
  pageParams: [null],
})
const shown = (pages: SourcePages) => pages.pages.flatMap(({ data }) => data.map(({ id, status }) => `${id} ${status}`))
const change = (data: DatasetSource) => ({ event: 'attachment', data }) as const
const snapshot = (attachments: DatasetSource[], is_complete: boolean) =>
  ({ event: 'snapshot', data: { attachments, is_complete } }) as const

test('a change takes the place of what was known, and what is new comes first', () => {
  const pages = listOf([row('b', 12), row('a', 11)])
  expect(shown(mergeProgress(pages, change(row('a', 11, 'ready')), {}))).toEqual(['b pending', 'a ready'])
  expect(shown(mergeProgress(pages, change(row('c', 13)), {}))).toEqual(['c pending', 'b pending', 'a pending'])
})

test('what was detached goes', () => {
  const detached = { event: 'detached', data: { id: 'b' } } as const
  expect(shown(mergeProgress(listOf([row('b', 12), row('a', 11)]), detached, {}))).toEqual(['a pending'])
})

test('a whole snapshot takes away what is gone; a partial one does not', () => {
  const pages = listOf([row('b', 12), row('a', 11)])
  expect(shown(mergeProgress(pages, snapshot([row('b', 12, 'ready')], true), {}))).toEqual(['b ready'])
  expect(shown(mergeProgress(pages, snapshot([row('b', 12, 'ready')], false), {}))).toEqual(['b ready', 'a pending'])
})

test('what is older than the loaded rows waits until they are asked for', () => {
  const told = snapshot([row('c', 13), row('x', 10)], false)
  expect(shown(mergeProgress(listOf([row('b', 12)], 'more'), told, {}))).toEqual(['c pending', 'b pending'])
  expect(shown(mergeProgress(listOf([row('b', 12)]), told, {}))).toEqual(['c pending', 'b pending', 'x pending'])
})

test('filters hold for what the stream says too', () => {
  const pages = listOf([row('b', 12)])
  expect(shown(mergeProgress(pages, change(row('b', 12, 'ready')), { state: 'waiting' }))).toEqual([])
  expect(shown(mergeProgress(pages, change(row('c', 13, 'ready')), { state: 'waiting' }))).toEqual(['b pending'])
  expect(shown(mergeProgress(pages, change(row('c', 13)), { name: 'B.PD' }))).toEqual(['b pending'])
  expect(shown(mergeProgress(pages, change(row('b', 12, 'chunking')), { name: 'B.PD', state: 'waiting' }))).toEqual([
    'b chunking',
  ])
})

test('waiting is every state between the first and the last', () => {
  expect(statusesOf('waiting')).toBe('pending,converting_to_markdown,chunking,embedding')
  expect(statusesOf('failed')).toBe('failed')
})
