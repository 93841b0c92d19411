import { describe, expect, it } from 'vitest'
import { keepHeaders, readDepth, readForm, readHookBody } from './hook-request.ts'

const body = (type: string | null, text: string | Uint8Array) =>
  readHookBody(type, typeof text === 'string' ? Buffer.from(text) : text)

describe('readHookBody', () => {
  it.each([
    ['application/json', '{"a": [1, "b"]}', { a: [1, 'b'] }],
    ['application/json; charset=UTF-8', 'null', null],
    ['application/cloudevents+json', '"text"', 'text'],
    ['application/x-www-form-urlencoded', 'a=1&b=x+y&a=%C3%A4', { a: ['1', 'ä'], b: 'x y' }],
    ['text/plain', '{"not": "parsed"}', '{"not": "parsed"}'],
    ['text/csv; charset="utf-8"', 'a,b', 'a,b'],
    [null, '', null],
    ['application/octet-stream', '', null],
  ])('reads %s', (type, text, value) => {
    expect(body(type, text)).toEqual({ value, fault: null })
  })

  it.each([
    ['application/octet-stream', 'x', 'media_type'],
    ['multipart/form-data; boundary=x', '--x', 'media_type'],
    ['application/xml', '<a/>', 'media_type'],
    [null, 'x', 'media_type'],
    ['text/plain; charset=utf-16', 'x', 'media_type'],
    ['application/json', '{', 'malformed'],
    ['application/json', '['.repeat(100_000), 'malformed'],
    ['application/json', new Uint8Array([0x22, 0xff, 0x22]), 'malformed'],
  ] as const)('refuses %s', (type, text, fault) => {
    expect(body(type, text)).toEqual({ value: null, fault })
  })

  it('keeps digits that a double cannot hold, and names of every kind', () => {
    expect(body('application/json', '{"id": 12345678901234567890, "__proto__": 1}').value).toEqual(
      JSON.parse('{"id": "12345678901234567890", "__proto__": 1}'),
    )
    expect(Object.keys(readForm('__proto__=1&constructor=2'))).toEqual(['__proto__', 'constructor'])
  })

  it('does not count brackets within texts', () => {
    const text = JSON.stringify({ a: `${'['.repeat(100)}\\"` })
    expect(body('application/json', text).fault).toBeNull()
  })
})

describe('keepHeaders', () => {
  it('drops those that carry credentials, and keeps the others', () => {
    const headers = {
      ...{ Authorization: 'a', 'Proxy-Authorization': 'a', cookie: 'a', 'X-Api-Key': 'a', 'x-gitlab-token': 'a' },
      ...{
        'x-auth-token': 'a',
        'X-Client-Secret': 'a',
        apikey: 'a',
        'x-session': 'a',
        'ocp-apim-subscription-key': 'b',
      },
      ...{ 'X-GitHub-Event': 'push', 'content-type': 'text/plain', 'stripe-signature': 't=1' },
    }
    expect(keepHeaders(headers)).toEqual({
      'x-github-event': 'push',
      'content-type': 'text/plain',
      'stripe-signature': 't=1',
    })
  })
})

describe('readDepth', () => {
  it('takes what is not a number for none', () => {
    expect([null, '', 'x', '-1', '3', ' 4 ', '99999'].map(readDepth)).toEqual([0, 0, 0, 0, 3, 4, 0])
  })
})
