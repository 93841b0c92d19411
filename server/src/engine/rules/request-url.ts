// The address of an `http` action: a template whose values, possibly from a model, choose what is requested but never where.
// Pure.
import type { JsonValue } from '../../base/json.ts'
import { OutboundError } from '../../outbound/errors.ts'
import { escapeForUrl } from '../../base/url-values.ts'
import { type Part, type RenderBudget, renderParts } from '../../templates/templates.ts'

const max_url_characters = 16_384
const max_url_parts = 1000

type Place = 'start' | 'authority' | 'path' | 'query' | 'fragment'

/** An absolute URL. Throws an `OutboundError` if it is not one, or if a value would lead elsewhere. */
export function renderUrl(
  template: string,
  variables: Readonly<Record<string, JsonValue | undefined>>,
  budget?: RenderBudget,
): string {
  return joinUrl(renderParts(template.trim(), variables, budget))
}

/** Of the author's text and of values, in their order. Throws as `renderUrl`. */
export function joinUrl(given: readonly Part[]): string {
  // Characters that a URL parser drops anywhere would hide a value's place.
  const parts = given.map(({ text, is_value }) => ({
    text: is_value ? text : text.replace(/[\t\n\r]/g, ''),
    is_value,
  }))
  if (parts.length > max_url_parts)
    throw new OutboundError('invalid_url', `The address contains more than ${max_url_parts} values`)
  let url = ''
  /** The same URL with values that have no meaning in a path. */
  let model = ''
  for (const [index, part] of parts.entries()) {
    const { text, stand_in } = part.is_value ? placeValue(part.text, url.trimStart(), parts[index + 1]) : literal(part)
    url += text
    // Each value is placed by parsing everything before it.
    if (url.length > max_url_characters)
      throw new OutboundError('invalid_url', `The address has more than ${max_url_characters} characters`)
    model += stand_in ?? text
  }
  const [parsed, expected] = [URL.parse(url.trim()), URL.parse(model.trim())]
  // If the host is empty, a parser takes the first segment for it.
  if (!parsed || !expected || /^\s*[^/\\]*[/\\]{3}/.test(url))
    throw new OutboundError('invalid_url', 'The address is not a valid http or https URL')
  if (parsed.origin !== expected.origin || countSegments(parsed) !== countSegments(expected)) {
    throw leadsOut()
  }
  return parsed.href
}

const leadsOut = () => new OutboundError('invalid_url', 'A value would reach beyond its place in the address')

interface Placed {
  text: string
  stand_in?: string
}

const literal = ({ text }: Part): Placed => ({ text })

function countSegments({ pathname }: URL): number {
  return pathname.split('/').length
}

/** A value as it goes into the URL, and its stand-in in the model, if different. */
function placeValue(value: string, before: string, next: Part | undefined): Placed {
  const { place, host } = findPlace(before)
  // False if another value follows, since its content is unknown.
  const follows = (pattern: RegExp) => !next || (!next.is_value && pattern.test(next.text))
  switch (place) {
    case 'start':
      // A value may be a whole base URL; within a scheme it is part of the name.
      return { text: before === '' ? value : escapeForUrl(value, 'scheme') }
    case 'authority': {
      const goesOn = next && !next.is_value && !/^[/\\?#:]/.test(next.text)
      // After a complete host name it would turn it into another one.
      if (!goesOn && /[^.:-]$/.test(host) && !value.startsWith('/')) throw leadsOut()
      const ends = follows(/^[/\\?#]/)
      // A whole host with everything that belongs to it, or everything after one.
      if (ends && (host === '' || (value.startsWith('/') && !next))) return { text: value }
      return { text: escapeForUrl(value, ends && value.startsWith('/') ? 'whole_path' : 'authority') }
    }
    case 'path':
      return { text: escapeForUrl(value, 'segment'), stand_in: 'x' }
    case 'query': {
      // A value that replaces whole parameters may contain several.
      const isWhole = /[?&]$/.test(before) && follows(/^[&#]/)
      return { text: escapeForUrl(value, isWhole ? 'whole_query' : 'parameter') }
    }
    case 'fragment':
      return { text: value }
  }
}

function findPlace(before: string): { place: Place; host: string } {
  const [whole, host = '', rest = ''] = /^[a-z][a-z0-9+.-]*:[/\\]*([^/\\?#]*)(.*)$/is.exec(before) ?? []
  if (whole === undefined) return { place: 'start', host }
  if (rest === '') return { place: 'authority', host }
  if (rest.includes('#')) return { place: 'fragment', host }
  return { place: rest.includes('?') ? 'query' : 'path', host }
}
