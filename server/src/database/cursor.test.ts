import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../base/errors.ts'
import { cutPage, decodeCursor, decodeTimeCursor, encodeCursor } from './cursor.ts'

const storable = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))
const anyKey = () => true

function refusalOf(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error instanceof AppError ? [error.error, error.fields.errors?.map((fault) => fault.path)] : error
  }
  return null
}
const refused = ['validation_failed', ['cursor']]

describe('cursors', () => {
  it('returns the encoded parts, with a text that is safe in a URL', () => {
    fc.assert(
      fc.property(fc.array(storable), (parts) => {
        const text = encodeCursor(parts)
        expect(text).toMatch(/^[A-Za-z0-9_-]*$/)
        expect(decodeCursor(text, parts.length)).toEqual(parts)
      }),
    )
  })

  it('refuses every other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(btoaUtf8)), fc.nat(3), (text, count) => {
        const error = refusalOf(() => expect(encodeCursor(decodeCursor(text, count))).toBe(text))
        if (error !== null) expect(error).toEqual(refused)
      }),
    )
  })

  it.each([
    ['empty', ''],
    ['another count', encodeCursor(['a'])],
    ['padding', `${encodeCursor(['a', 'bc'])}=`],
    ['a newline', `${encodeCursor(['a', 'b'])}\n`],
    ['the other alphabet', Buffer.from(JSON.stringify(['?>?>?>', '~~~'])).toString('base64')],
    ['spaces in the JSON', btoaUtf8('["a", "b"]')],
    ['numbers', btoaUtf8('["a",1]')],
    ['an object', btoaUtf8('{"0":"a","1":"b","length":2}')],
    ['NUL', encodeCursor(['a', '\0'])],
    ['a lone surrogate', encodeCursor(['a', '\ud800'])],
  ])('refuses %s', (_name, text) => {
    expect(refusalOf(() => decodeCursor(text, 2))).toEqual(refused)
  })

  it('reads a time and a key', () => {
    const time = '2024-02-29T23:59:59.999999Z'
    expect(decodeTimeCursor(encodeCursor([time, 'k']), anyKey)).toEqual({ time, key: 'k' })
    expect(decodeTimeCursor(undefined, anyKey)).toBeNull()
    expect(refusalOf(() => decodeTimeCursor(encodeCursor([time, 'k']), () => false))).toEqual(refused)
  })

  it.each([
    '',
    'now',
    'infinity',
    '2026-02-29T00:00:00.000000Z',
    '2026-13-01T00:00:00.000000Z',
    '2026-01-01T24:00:00.000000Z',
    '2026-01-01T00:00:60.000000Z',
    '2026-01-01T00:00:00.000Z',
    '2026-01-01 00:00:00.000000Z',
    '0000-01-01T00:00:00.000000Z',
  ])('refuses the time %j', (time) => {
    expect(refusalOf(() => decodeTimeCursor(encodeCursor([time, 'k']), anyKey))).toEqual(refused)
  })
})

describe('pages', () => {
  const rows = ['c', 'b', 'a'].map((key) => ({ time: '2026-01-01T00:00:00.000000Z', key }))

  it('names the last row if more follow', () => {
    const page = cutPage(rows, 2, (row) => row)
    expect(page.data).toEqual(rows.slice(0, 2))
    expect(decodeTimeCursor(page.pagination.next_cursor ?? '', anyKey)).toEqual(rows[1])
    expect(page.pagination.limit).toBe(2)
  })

  it('ends with the last row', () => {
    for (const limit of [3, 4]) expect(cutPage(rows, limit, (row) => row).pagination.next_cursor).toBeNull()
    expect(cutPage([], 3, () => rows[0]!)).toEqual({ data: [], pagination: { limit: 3, next_cursor: null } })
  })
})

function btoaUtf8(text: string): string {
  return Buffer.from(text).toString('base64url')
}
