import { describe, expect, it, test } from 'vitest'
import { Reference } from './references.ts'
import { type Format, parseText, renderText } from './text.ts'

const parse = (text: string, format: Format = 'yaml') => parseText(text, format, ['workflow'])

describe('a text that is no definition', () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]', ...'bcdefgh'].reduce((text, name) => {
    const before = String.fromCharCode(name.charCodeAt(0) - 1)
    return `${text}\n${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join()}]`
  })
  test.each([
    ['duplicate keys', 'a: 1\na: 2', /unique/],
    ['nested duplicate keys', 'a: [{"b": 1, "b": 2}]', /unique/],
    ['two documents', 'a: 1\n---\nb: 2', /multiple documents/],
    ['exponential aliases', bomb, /alias/],
    ['an alias that contains itself', 'a: &a [*a]', /./],
    ['unknown tags', 'a: !env HOME', /Unresolved tag/],
    ['bytes', 'a: !!binary aGk=', /a must be a JSON value/],
    ['sets', 'a: !!set {b}', /must be a JSON value/],
    ['infinity', 'a: {b: [.inf]}', /a\.b\.0 must be a finite number/],
    ['keys that are not strings', '? [a]\n: 1', /must be strings/],
    ['a reference that is not a string', 'a: !file [x]', /Unresolved tag/],
    ['depth', `a: ${'['.repeat(200)}${']'.repeat(200)}`, /nested too deeply/],
    ['more depth', '['.repeat(50_000), /./],
    ['still more depth', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, /./],
  ])('%s', (_what, text, message) => {
    expect(parse(text)).toEqual({ faults: expect.arrayContaining([expect.stringMatching(message)]) })
  })

  test.each([
    ['YAML in a JSON file', 'a: 1', /could not be parsed/],
    ['a duplicate key', '{"a": 1, "a": 2}', /unique/],
  ])('%s', (_what, text, message) => {
    expect(parse(text, 'json')).toEqual({ faults: [expect.stringMatching(message)] })
  })

  const changed = ['12345678901234567890', '9007199254740993.0', '1e-400', '1e400', '-9007199254740993e0']
  test.each([...changed, '+9007199254740993', '0x20000000000001', '.1e-400'])('the number %s in YAML', (literal) => {
    const fault = expect.stringMatching(/number.*changed.*string.* at line 2, column 5$/)
    expect(parse(`b: 1\na: [${literal}]`)).toEqual({ faults: [fault] })
    expect(parse(`a: ["${literal}"]`)).toEqual({ value: { a: [literal] } })
  })

  test.each(changed)('the number %s in JSON', (literal) => {
    const fault = expect.stringMatching(/number.*changed.*string.* at line 1, column 7$/)
    expect(parse(`{"a":[${literal}]}`, 'json')).toEqual({ faults: [fault] })
  })

  test.each([
    ['9223372036854776000', 9223372036854776000],
    ['9007199254740992.0', 9007199254740992],
    ['1e+308', 1e308],
    ['5e-324', 5e-324],
    ['0.10000000000000000555', 0.1],
    ['+007', 7],
    ['-007.50', -7.5],
    ['-0', 0],
    ['.5', 0.5],
    ['5.', 5],
    ['0o17', 15],
    ['0x1F', 31],
  ])('accepts the number %s', (literal, number) => {
    expect(parse(`a: ${literal}`)).toEqual({ value: { a: number } })
  })

  it('accepts digits in keys', () => {
    expect(parse('12345678901234567890: 1')).toEqual({ value: { '12345678901234567890': 1 } })
  })

  it('accepts keys that are special in JavaScript', () => {
    const parsed = parse('__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}')
    expect(Object.keys((parsed as { value: object }).value)).toEqual(['__proto__', 'constructor'])
    expect(({} as { polluted?: true }).polluted).toBeUndefined()
  })
})

describe('references', () => {
  it('are read and written as tags', () => {
    const value = { a: new Reference('file', 'a b.md'), b: [new Reference('workflow', 'refunds')] }
    const text = 'a: !file "a b.md"\nb:\n  - !workflow refunds\n'
    expect(renderText(value, 'yaml')).toBe(text)
    expect(parse(text)).toEqual({ value })
  })

  it('are refused where the name is no key, and where files do not have them', () => {
    const faults = (message: RegExp) => ({ faults: [expect.stringMatching(message)] })
    expect(parse('a: !workflow Refunds')).toEqual(faults(/^!workflow must be followed by a key: 1 to 100 .* line 1/))
    expect(parse('a: !agent concierge')).toEqual(faults(/Unresolved tag: !agent/))
  })
})
