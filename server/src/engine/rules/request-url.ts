// The address of an `http` action: a template whose values, which may be a model's, say what is asked for and never where. Pure.
import type { JsonValue } from '../../base/json.ts'
import { OutboundError } from '../../outbound/errors.ts'
import { escapeForUrl } from '../../base/url-values.ts'
import { type Part, type RenderBudget, renderParts } from '../../templates/templates.ts'

const max_url_characters = 16_384
const max_url_parts = 1000

type Place = 'start' | 'authority' | 'path' | 'query' | 'fragment'

/** An absolute URL. Throws an `OutboundError` where it is none, or where a value would take it elsewhere. */
export function renderUrl(
  template: string,
  variables: Readonly<Record<string, JsonValue | undefined>>,
  budget?: RenderBudget,
): string {
  // What a URL's parser drops wherever it stands would hide the place of a value.
  const parts = renderParts(template.trim(), variables, budget).map(({ text, is_value }) => ({
    text: is_value ? text : text.replace(/[\t\n\r]/g, ''),
    is_value,
  }))
  if (parts.length > max_url_parts)
    throw new OutboundError('invalid_url', `The address has more than ${max_url_parts} values in it`)
  let url = ''
  /** The same with values that mean nothing to a path. */
  let model = ''
  for (const [index, part] of parts.entries()) {
    const { text, stand_in } = part.is_value ? placeValue(part.text, url.trimStart(), parts[index + 1]) : literal(part)
    url += text
    // Each value is placed by looking at all that stands before it.
    if (url.length > max_url_characters)
      throw new OutboundError('invalid_url', `The address has more than ${max_url_characters} characters`)
    model += stand_in ?? text
  }
  const [parsed, expected] = [URL.parse(url.trim()), URL.parse(model.trim())]
  // Where the host is empty, a parser takes the first segment for one.
  if (!parsed || !expected || /^\s*[^/\\]*[/\\]{3}/.test(url))
    throw new OutboundError('invalid_url', 'The address is not a valid http or https URL')
  if (parsed.origin !== expected.origin || countSegments(parsed) !== countSegments(expected)) {
    throw leadsOut()
  }
  return parsed.href
}

const leadsOut = () => new OutboundError('invalid_url', 'A value leads out of its place in the address')

interface Placed {
  text: string
  stand_in?: string
}

const literal = ({ text }: Part): Placed => ({ text })

function countSegments({ pathname }: URL): number {
  return pathname.split('/').length
}

/** A value as it goes into the URL, and what stands in for it in the model, if not the same. */
function placeValue(value: string, before: string, next: Part | undefined): Placed {
  const { place, host } = findPlace(before)
  // Unless another value follows, of which nobody knows.
  const follows = (pattern: RegExp) => !next || (!next.is_value && pattern.test(next.text))
  switch (place) {
    case 'start':
      // A value may be a whole base; within a scheme it is a part of its name.
      return { text: before === '' ? value : escapeForUrl(value, 'scheme') }
    case 'authority': {
      const goesOn = next && !next.is_value && !/^[/\\?#:]/.test(next.text)
      // After a whole name it would make another one of it.
      if (!goesOn && /[^.:-]$/.test(host) && !value.startsWith('/')) throw leadsOut()
      const ends = follows(/^[/\\?#]/)
      // A whole host, with whatever belongs to it, or all that comes after one.
      if (ends && (host === '' || (value.startsWith('/') && !next))) return { text: value }
      return { text: escapeForUrl(value, ends && value.startsWith('/') ? 'whole_path' : 'authority') }
    }
    case 'path':
      return { text: escapeForUrl(value, 'segment'), stand_in: 'x' }
    case 'query': {
      // What stands for whole parameters may be several.
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
