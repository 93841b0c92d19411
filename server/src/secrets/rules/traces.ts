// How a secret's value may be written: whether a text holds it in any form, and where. Pure.

import { writingsInUrl } from '../../base/url-values.ts'

/** Shorter values would be found everywhere. */
export const shortest_length = 4

export interface Trace {
  /** What stands in the place of the value. */
  readonly marker: string
  /** Of the value, in characters. */
  readonly length: number
  /** The value as a number, if it is one. */
  readonly number: number | null
  /** What is looked for in a text whose letters are small. */
  readonly wholes: readonly string[]
  /** What is looked for in a text as it is. */
  readonly needles: readonly string[]
}

/** A text at one level of decoding. */
export interface View {
  text: string
  folded: string
}

/** JSON within JSON within a query, and so on. */
export const most_levels = 6

/** The text as it is, and decoded so often as that changes it. */
export function viewsOf(text: string): View[] {
  const texts = new Set([text])
  let current = text
  for (let level = 0; level < most_levels; level += 1) {
    const decoded = decode(current)
    if (decoded === current) break
    current = decoded
    texts.add(current)
  }
  // In a query a plus sign is a space.
  if (text.includes('+')) texts.add(decode(text.replaceAll('+', ' ')))
  return [...texts].map((view) => ({ text: view, folded: view.toLowerCase() }))
}

export const escapes =
  /\\u\{?([0-9a-f]{4})\}?|\\x([0-9a-f]{2})|\\(["'\\/bfnrt])|((?:%[0-9a-f]{2})+)|&#(\d{1,7});|&#x([0-9a-f]{1,6});|&(amp|lt|gt|quot|apos);/gi

const named: Record<string, string> = {
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" },
}

function decode(text: string): string {
  if (!/[\\%&]/.test(text)) return text
  return text.replace(escapes, (whole, ...groups: unknown[]) => decodeEscape(whole, groups as (string | undefined)[]))
}

/** `groups` are those of the expression. */
export function decodeEscape(whole: string, groups: readonly (string | undefined)[]): string {
  const [unicode, hex, short, percent, decimal, entity, name] = groups
  if (unicode ?? hex) return String.fromCharCode(parseInt((unicode ?? hex)!, 16))
  if (percent) return decodePercent(percent)
  if (decimal ?? entity) return characterOf(decimal ? Number(decimal) : parseInt(entity!, 16)) ?? whole
  const word = (short ?? name)!
  return named[word.toLowerCase()] ?? word
}

function decodePercent(run: string): string {
  const first = parseInt(run.slice(1, 3), 16)
  // As mostly: one character that every encoding has in one byte.
  if (run.length === 3 && first < 0x80) return String.fromCharCode(first)
  return Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8')
}

function characterOf(code: number): string | null {
  return code <= 0x10ffff ? String.fromCodePoint(code) : null
}

export function createTrace(given: string, marker: string): Trace {
  const value = sentPart(given)
  // A value that looks as if it were encoded is decoded too, where the text is.
  const [written, misread] = [writingsInUrl(value), misreadForms(value)]
  const decoded = [...new Set([value, ...written, ...misread])].flatMap((form) =>
    viewsOf(form).map(({ folded }) => folded),
  )
  const wholes = [value.toLowerCase(), ...new Set(decoded.filter((whole) => whole.trim().length >= shortest_length))]
  const forms = formsOf(value, [...written, ...misread])
  const cores = [...new Set(forms.flatMap(base64Cores))].toSorted((a, b) => b.length - a.length)
  const needles = [...new Set(cores.flatMap((core) => [core, core.replaceAll('+', '-').replaceAll('/', '_')]))]
  return {
    marker,
    length: given.length,
    number: value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : null,
    wholes: [...new Set(wholes)],
    needles,
  }
}

/** A header, and the end of a URL, lose the white space around a value: what is left is the secret. */
function sentPart(value: string): string {
  const part = value.trim()
  return part.length >= shortest_length ? part : value
}

/** A header goes as Latin-1 and comes back as what is taken for UTF-8, or the other way round. */
function misreadForms(value: string): string[] {
  if (/^[\0-\x7f]*$/.test(value)) return []
  const as_latin1 = /^[\0-\xff]*$/.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : ''
  // Of what is left of `ääää` nothing can be read, and it would be found in any text that is none.
  const isReadable = as_latin1.replaceAll('\ufffd', '').length >= shortest_length
  return [...(isReadable ? [as_latin1] : []), Buffer.from(value).toString('latin1')]
}

/** What the common encoders make of a value. */
function formsOf(value: string, others: readonly string[]): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const query = new URLSearchParams({ _: value }).toString().slice(2)
  const texts = [value, JSON.stringify(json).slice(1, -1), json, json.replaceAll('/', '\\/')]
  const forms = [...texts, encodeURIComponent(value), query, ...others]
  return [...new Set(forms)].filter((form) => form.length >= shortest_length)
}

/**
 * The letters of Base64 that depend on the value alone, for each place that it may have within what was encoded: in
 * `Basic …` it follows a user's name.
 */
function base64Cores(value: string): string[] {
  const bytes = Buffer.from(value)
  return [0, 2, 3].map((first, offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    return text.slice(first, Math.floor(((offset + bytes.length) * 8) / 6))
  })
}
