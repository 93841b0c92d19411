// The forms in which a secret's value may be written, to find it in a text. Pure.

import { writingsInUrl } from '../../base/url-values.ts'

/** Shorter values would match everywhere. */
export const shortest_length = 4

export interface Trace {
  /** The replacement for the value. */
  readonly marker: string
  /** The length of the value in characters. */
  readonly length: number
  /** The value as a number, if it is one. */
  readonly number: number | null
  /** Forms to find in a text in lower case. */
  readonly wholes: readonly string[]
  /** Forms to find in the unchanged text. */
  readonly needles: readonly string[]
}

/** A text at one level of decoding. */
export interface View {
  text: string
  folded: string
}

/** Permits JSON within JSON within a query, and similar. */
export const most_levels = 6

/** The text itself, and decoded as many times as that changes it. */
export function viewsOf(text: string): View[] {
  const texts = new Set([text])
  let current = text
  for (let level = 0; level < most_levels; level += 1) {
    const decoded = decode(current)
    if (decoded === current) break
    current = decoded
    texts.add(current)
  }
  // A plus sign in a query is a space.
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

/** `groups` are the groups of the expression. */
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
  // The usual case: one character that takes one byte in every encoding.
  if (run.length === 3 && first < 0x80) return String.fromCharCode(first)
  return Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8')
}

function characterOf(code: number): string | null {
  return code <= 0x10ffff ? String.fromCodePoint(code) : null
}

export function createTrace(given: string, marker: string): Trace {
  const value = sentPart(given)
  // A value that looks encoded is decoded too, because the text is.
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

/** A header and the end of a URL lose white space around a value; the rest is the secret. */
function sentPart(value: string): string {
  const part = value.trim()
  return part.length >= shortest_length ? part : value
}

/** A header may be sent as Latin-1 and returned as if it were UTF-8, or the reverse. */
function misreadForms(value: string): string[] {
  if (/^[\0-\x7f]*$/.test(value)) return []
  const as_latin1 = /^[\0-\xff]*$/.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : ''
  // `ääää` becomes unreadable characters, which would match any malformed text.
  const isReadable = as_latin1.replaceAll('\ufffd', '').length >= shortest_length
  return [...(isReadable ? [as_latin1] : []), Buffer.from(value).toString('latin1')]
}

/** The results of common encoders. */
function formsOf(value: string, others: readonly string[]): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const query = new URLSearchParams({ _: value }).toString().slice(2)
  const texts = [value, JSON.stringify(json).slice(1, -1), json, json.replaceAll('/', '\\/')]
  const forms = [...texts, encodeURIComponent(value), query, ...others]
  return [...new Set(forms)].filter((form) => form.length >= shortest_length)
}

/**
 * The Base64 letters that depend only on the value, for each position that it may have in the encoded text: in `Basic …` it follows
 * a user name.
 */
function base64Cores(value: string): string[] {
  const bytes = Buffer.from(value)
  return [0, 2, 3].map((first, offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    return text.slice(first, Math.floor(((offset + bytes.length) * 8) / 6))
  })
}
