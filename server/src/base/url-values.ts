// Inserts a value into a URL: percent-encodes what would change its structure. Keeps what is already encoded, and leaves the
// rest to the URL parser.

const characters = {
  scheme: /[^a-z0-9+.-]/gi,
  authority: /[/\\?#@\0- ]/g,
  whole_path: /%(?![0-9a-f]{2})|[\\?#\0- ]/gi,
  segment: /%(?![0-9a-f]{2})|[/\\?#;\0- ]/gi,
  whole_query: /[#\0- ]/g,
  parameter: /%(?![0-9a-f]{2})|[&#+;=\0- ]/gi,
} as const

export type UrlPlace = keyof typeof characters

export function escapeForUrl(value: string, place: UrlPlace): string {
  return value.replace(characters[place], (character) => encodeURIComponent(character))
}

/** All ways in which a value can appear in the path or query of a URL, where some characters are changed or dropped. */
export function writingsInUrl(value: string): string[] {
  const path = [value, escapeForUrl(value, 'segment'), escapeForUrl(value, 'whole_path')]
  const query = [value, escapeForUrl(value, 'parameter'), escapeForUrl(value, 'whole_query')]
  const parse = (base: string, text: string) => URL.parse(base + text)?.href.slice(base.length) ?? text
  return [...path.map((text) => parse('http://h/', text)), ...query.map((text) => parse('http://h/?', text))]
}
