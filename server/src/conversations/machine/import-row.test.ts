import { expect, test } from 'vitest'
import type { Limits } from '../../config/limits.ts'
import { microsecondsOf, prepareImport } from './import-row.ts'

const limits = { metadata_bytes: 200, body_bytes: 1_048_576 } as Limits
let ids = 0
const prepare = (row: unknown) => prepareImport(row, { limits, newId: () => `id-${(ids += 1)}` })

const id = '0190a000-0000-7000-8000-000000000001'
const row = (fields: object = {}) => ({
  id,
  channel: 'text',
  status: 'completed',
  user_id: 'u1',
  created_at: '2026-01-01T00:00:00.000001Z',
  ended_at: '2026-01-01T00:01:30.000000Z',
  ...fields,
})

function faultsOf(value: unknown): string[] {
  const prepared = prepare(value)
  return 'faults' in prepared ? prepared.faults.map((fault) => fault.path) : []
}

function prepared(value: unknown) {
  const outcome = prepare(value)
  if ('faults' in outcome) throw new Error(JSON.stringify(outcome.faults))
  return outcome
}

test.each<[string, unknown, string[]]>([
  ['no object', 'text', ['']],
  ['nothing at all', {}, ['id', 'channel', 'status', 'user_id', 'created_at']],
  ['an invalid id', row({ id: 'x' }), ['id']],
  ['a text conversation as token_created', row({ status: 'token_created', ended_at: null }), ['status']],
  ['an active conversation with an end', row({ status: 'in_progress' }), ['ended_at']],
  ['an end before the start', row({ ended_at: '2025-12-31T23:59:59Z' }), ['ended_at']],
  ['a day that does not exist', row({ created_at: '2026-02-30T00:00:00Z' }), ['created_at']],
  ['too much metadata', row({ custom_metadata: { a: 'x'.repeat(300) } }), ['custom_metadata']],
  ['NUL in a text', row({ user_id: 'a\0b' }), ['user_id']],
  [
    'a message without its role',
    row({ conversation: { items: [{ type: 'message', content: ['a'] }] } }),
    ['conversation.items.0.role'],
  ],
  [
    'an output without a call_id',
    row({ conversation: { items: [{ type: 'function_call_output' }] } }),
    ['conversation.items.0.call_id'],
  ],
  [
    'a gap in the positions',
    row({ conversation: { items: [{ type: 'message', role: 'user', content: ['a'], position: 1 }] } }),
    ['conversation.items.0.position'],
  ],
])('names every fault with its path: %s', (_name, value, paths) => {
  expect(faultsOf(value)).toEqual(paths)
})

test('duration follows the times as sent', () => {
  expect(prepared(row()).end).toMatchObject({ status: 'completed', duration: 89, end_reason: 'imported' })
})

test.each([
  [{ ended_at: null, duration: 75 }, '2026-01-01T00:01:15.000001Z', 75],
  [{ ended_at: null, updated_at: '2026-01-01T00:00:10Z' }, '2026-01-01T00:00:10.000000Z', 9],
  [{ ended_at: null }, '2026-01-01T00:00:00.000001Z', 0],
  [{ ended_at: null, created_at: '1969-12-31T23:59:58.999999Z', duration: 1 }, '1969-12-31T23:59:59.999999Z', 1],
])('finds the end without ended_at: %j', (fields, ended_at, duration) => {
  expect(prepared(row(fields)).end).toMatchObject({ ended_at, duration })
})

test('counts user messages from the transcript, else takes the number', () => {
  const items = [
    { type: 'message', role: 'assistant', content: ['Hi'] },
    { type: 'message', role: 'user', content: ['Hello'], created_at: '2026-01-01T00:00:05Z' },
  ]
  const { progress } = prepared(row({ conversation: { items }, user_turn_count: 9 }))
  expect(progress).toMatchObject({ user_turn_count: 1, last_activity_at: '2026-01-01T00:00:05Z' })
  expect(prepared(row({ user_turn_count: 9 })).progress.user_turn_count).toBe(9)
})

test.each([
  ['1970-01-01T00:00:00.000001Z', 1n],
  ['1970-01-01T00:00:01Z', 1_000_000n],
  ['1970-01-01T01:00:00.5+01:00', 500_000n],
  ['1970-01-01T01:00:00.1234567+0100', 123_456n],
  ['1970-01-01 00:00:00', 0n],
])('microsecondsOf(%s) is %s', (text, expected) => {
  expect(microsecondsOf(text)).toBe(expected)
})

const spoken = (fields: object) => row({ conversation: { items: [{ type: 'message', content: ['a'], ...fields }] } })
const cited = (fields: object) => spoken({ role: 'assistant', citations: [{ number: 1, source_name: 'A', ...fields }] })

test.each([
  [spoken({ role: 'assistant', author: { type: 'user', shown_name: 'x'.repeat(201) } }), 'author.shown_name'],
  [cited({ number: 0 }), 'citations.0.number'],
  [cited({ number: 1_000_000 }), 'citations.0.number'],
  [cited({ source_name: undefined }), 'citations.0.source_name'],
  [cited({ source_name: 'x'.repeat(2049) }), 'citations.0.source_name'],
  [cited({ url: 'x'.repeat(2049) }), 'citations.0.url'],
  [cited({ chunk_id: 'x' }), 'citations.0.chunk_id'],
  [cited({ page: 0 }), 'citations.0.page'],
])('bounds authors and citations: %#', (value, path) => {
  expect(faultsOf(value)).toEqual([`conversation.items.0.${path}`])
})

test('keeps citations of replies, and who spoke where the role does not say it', () => {
  const only = (value: unknown) => prepared(value).items[0]!
  const citation = { number: 1, source_name: 'A', url: null }
  expect(only(cited({ more: 1 })).citations).toEqual([citation])
  expect(only(cited({ page: null, chunk_id: id.toUpperCase() })).citations).toEqual([
    { ...citation, chunk_id: id, page: null },
  ])
  expect(only(spoken({ role: 'assistant', citations: [] })).citations).toBeNull()
  expect(only(spoken({ role: 'user', citations: [citation] })).citations).toBeNull()
  const charles = { type: 'end_user', id: null, name: 'Charles', external: false }
  expect(only(spoken({ role: 'user', author: charles })).author).toEqual(charles)
  expect(only(spoken({ role: 'user', author: { type: 'end_user' } })).author).toBeNull()
  expect(only(spoken({ role: 'user', author: { type: 'user', name: 'Bo' } })).author).toBeNull()
  expect(only(spoken({ role: 'assistant', author: charles })).author).toBeNull()
})
