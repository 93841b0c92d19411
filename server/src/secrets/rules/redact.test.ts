import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor, redactSecrets } from './redact.ts'

const value = 'sk-live/ü"7\\x+ä key'
const one = createRedactor(new Map([['API_KEY', value]]))
const base64 = (text: string) => Buffer.from(text).toString('base64')
const everyEscape = (text: string) =>
  text.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

describe('every form of a value is found', () => {
  test.each<[string, string]>([
    ['plain', value],
    ['in capitals', value.toUpperCase()],
    ['percent-encoded', encodeURIComponent(value)],
    ['percent-encoded in small letters', encodeURIComponent(value).toLowerCase()],
    ['percent-encoded twice', encodeURIComponent(encodeURIComponent(value))],
    ['as a form', new URLSearchParams({ q: value }).toString().slice(2)],
    ['as JSON', JSON.stringify(value).slice(1, -1)],
    ['as JSON within JSON', JSON.stringify(JSON.stringify(value)).slice(3, -3)],
    ['as JSON within JSON within JSON', JSON.stringify(JSON.stringify(JSON.stringify(value))).slice(7, -7)],
    ['as JSON with an escape for each letter', everyEscape(value).join('')],
    ['as JSON with some escapes', `sk-\\u006Cive\\/ü\\"7\\\\x+\\u00e4 key`],
    ['as JSON, percent-encoded', encodeURIComponent(JSON.stringify(value).slice(1, -1))],
    ['percent-encoded, as JSON', JSON.stringify(encodeURIComponent(value)).slice(1, -1)],
    ['as HTML', 'sk-live/&uuml;&quot;7\\x+ä key'.replace('&uuml;', '&#252;')],
    ['Base64', base64(value)],
    ['Base64 for URLs', Buffer.from(value).toString('base64url')],
    ['Base64, percent-encoded', encodeURIComponent(base64(value))],
    ['Base64 as JSON', base64(value).replaceAll('/', '\\/')],
  ])('%s', (_form, written) => {
    const text = one.redactText(`before ${written} after`)
    expect(text).toMatch(/^before \[secret API_KEY\]\w?(=|%3D)* after$/)
  })

  test.each(['', 'a:', 'ab:', 'user:'])('Base64 behind "%s" and before more', (before) => {
    const text = one.redactText(`Basic ${base64(`${before}${value}`)}.`)
    expect(text).toContain('[secret API_KEY]')
    expect(Buffer.from(text.slice(6), 'base64').toString()).not.toContain('live')
    expect(one.redactText(base64(`{"k":"${before}${value}","more":true}`))).toContain('[secret API_KEY]')
  })

  test.each(['  padded-secret  ', '\tpadded-secret\r\n', '\npadded-secret'])('%j, as in a header', (padded) => {
    const { redactText } = createRedactor(new Map([['PAD', padded]]))
    expect(redactText(`[${padded.trim()}]`)).toBe('[[secret PAD]]')
    expect(redactText(`Bearer ${padded}`.trim())).toMatch(/^Bearer \s*\[secret PAD\]$/)
    expect(redactText(base64(`user:${padded.trim()}`))).toContain('[secret PAD]')
    expect(redactText(encodeURIComponent(padded))).toContain('[secret PAD]')
  })

  test('a value of white space around too few characters is searched for as a whole', () => {
    const { redactText } = createRedactor(new Map([['PAD', '  ab  ']]))
    expect(redactText('ab|  ab  |')).toBe('ab|[secret PAD]|')
  })

  test.each<[string, (text: string) => string]>([
    ['Latin-1 that is read as UTF-8', (text) => Buffer.from(text, 'latin1').toString('utf8')],
    ['UTF-8 that is read as Latin-1', (text) => Buffer.from(text).toString('latin1')],
    ['Latin-1, percent-encoded', (text) => text.replace(/[^\0-\x7f]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)],
  ])('%s', (_form, misread) => {
    const { redactText } = createRedactor(new Map([['UNI', 'pässwörd-secret']]))
    expect(redactText(misread('[pässwörd-secret]'))).toContain('[secret UNI]')
    expect(redactText(misread('[pässwörd-secret]'))).not.toMatch(/rd-secret/)
    expect(redactText(misread('ä, not a secret'))).toBe(misread('ä, not a secret'))
  })

  test('any value, in any form, at any place: nothing of it can be decoded from the result', () => {
    const forms: ((text: string) => string)[] = [
      (text) => text,
      encodeURIComponent,
      (text) => JSON.stringify(text).slice(1, -1),
      (text) => everyEscape(text).join(''),
      base64,
    ]
    const secret = fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme' }).filter((text) => text.isWellFormed())
    fc.assert(
      fc.property(secret, fc.nat(forms.length - 1), fc.string(), fc.string(), (secret, form, before, after) => {
        const redacted = redactSecrets(`${before} ${forms[form]!(secret)} ${after}`, new Map([['S', secret]]))
        expect(redacted).toContain('[secret S]')
        expect(redactSecrets(redacted, new Map([['S', secret]]))).toBe(redacted)
      }),
      { numRuns: 500 },
    )
  })
})

describe('JSON', () => {
  test('is redacted in its texts, keys and numbers; the rest does not change', () => {
    const secrets = new Map([
      ['TOKEN', 'abcdef'],
      ['PIN', '12345678901234567890'],
      ['CODE', '4711'],
    ])
    const json = JSON.parse('{"a": ["x abcdef", {"abcdef": null}], "n": 12345678901234567890, "c": 4711, "ok": true}')
    expect(redactSecrets(json, secrets)).toEqual({
      a: ['x [secret TOKEN]', { '[secret TOKEN]': null }],
      n: '[secret PIN]',
      c: '[secret CODE]',
      ok: true,
    })
  })

  test('a key of a prototype is a key like any other', () => {
    const json = JSON.parse('{"__proto__": "abcdef"}')
    expect(JSON.stringify(redactSecrets(json, new Map([['T', 'abcdef']])))).toBe('{"__proto__":"[secret T]"}')
  })
})

test('the longer of two secrets takes precedence, and a name that is a value does no harm', () => {
  const secrets = new Map([
    ['A', 'abcd'],
    ['B', 'abcdefgh'],
    ['SECRET', 'secret'],
  ])
  expect(redactSecrets('abcdefgh, abcd', secrets)).toBe('[secret B], [secret A]')
  expect(redactSecrets('a secret', secrets)).toBe('a [secret SECRET]')
})

test('values with fewer than four characters are not redacted, and a text without secrets does not change', () => {
  expect(redactSecrets('abc', new Map([['A', 'abc']]))).toBe('abc')
  const text = '\\u0041 %41 &amp; + plain \\" text'
  expect(one.redactText(text)).toBe(text)
})

test('a long value is found in every form too', () => {
  const pem = `-----BEGIN KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(80)}-----END KEY-----\n`
  const redactor = createRedactor(new Map([['PEM', pem]]))
  expect(redactor.redactText(`x ${everyEscape(pem).join('')} y`)).toBe('x [secret PEM]\\u000a y')
  expect(redactor.redactText(`x ${JSON.stringify(pem)} y`)).toBe('x "[secret PEM]\\n" y')
  expect(redactor.redactText(`x ${pem} y`)).toBe('x [secret PEM]\n y')
})

test('a large text and many secrets take little time', () => {
  const secrets = new Map(Array.from({ length: 200 }, (_, at) => [`S${at}`, `${at}-${'k'.repeat(40)}-${at}`]))
  const text = `${'{"kkkk": "k\\"k%6bkk\\\\k"},'.repeat(12_000)}${secrets.get('S199')}`
  const redactor = createRedactor(secrets)
  const before = process.cpuUsage()
  expect(redactor.redactText(text)).toMatch(/\[secret S199\]$/)
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(3000)
})

describe('no text makes it slow', () => {
  /** Processor time in milliseconds. */
  const costOf = (work: () => void) => {
    const before = process.cpuUsage()
    work()
    return process.cpuUsage(before).user / 1000
  }
  const many = createRedactor(
    new Map(Array.from({ length: 200 }, (_, at) => [`S${at}`, `sk-live-${at}-${'k3J'.repeat(12)}-${at}`])),
  )

  test('a secret of backslashes, and a text that looks like many of them', () => {
    const redactor = createRedactor(new Map([['BACK', `${'\\'.repeat(30)}zq`]]))
    const text = `${'%5C'.repeat(30)}z%71 ${'\\'.repeat(60)}!`
    expect(costOf(() => expect(redactor.redactText(text)).toMatch(/^\[secret BACK\] \\+!$/))).toBeLessThan(500)
    const long = `${'\\u005c'.repeat(20_000)}${'%255c'.repeat(20_000)}${'\\'.repeat(60_000)}!`
    expect(costOf(() => redactor.redactText(long))).toBeLessThan(1500)
  })

  test('a list of numbers, with 200 secrets', () => {
    const numbers = Array.from({ length: 131_000 }, (_, at) => at % 10)
    expect(costOf(() => expect(many.redactValue(numbers)).toEqual(numbers))).toBeLessThan(1000)
  })

  test('a list that has every secret, many times', () => {
    const texts = Array.from({ length: 5000 }, (_, at) => `${many.secrets.get(`S${at % 200}`)} ${at}`)
    const cost_ms = costOf(() => {
      expect(many.redactValue(texts)).toEqual(texts.map((_, at) => `[secret S${at % 200}] ${at}`))
    })
    expect(cost_ms).toBeLessThan(3000)
  })
})

test('letters that become two in lower case', () => {
  expect(redactSecrets('x İİ-secret y', new Map([['I', 'İİ-secret']]))).toBe('x [secret I] y')
  expect(redactSecrets('İ i̇i̇-SECRET İ', new Map([['I', 'İİ-secret']]))).toBe('İ [secret I] İ')
})

test('text next to a secret is kept in any form', () => {
  expect(one.redactText(encodeURIComponent(`ä ${value} ö`))).toBe('%C3%A4%20[secret API_KEY]%20%C3%B6')
  expect(redactSecrets(['a', value, 7, { b: `x ${value}` }], new Map([['K', value]]))).toEqual([
    ...['a', '[secret K]', 7],
    { b: 'x [secret K]' },
  ])
})
