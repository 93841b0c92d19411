// Checks a path to return to: whatever an address or a request names, only a path of the server's own origin is accepted.

/**
 * The path, query and fragment that a browser at `origin` would open for `text`; null if that is another origin. Navigate only to
 * the returned value: a browser drops tabs and line breaks, reads `\` as `/`, and takes `//host` for another server.
 */
export function readOwnPath(text: string, origin: string): string | null {
  if (!text.startsWith('/') || !URL.canParse(text, origin)) return null
  const url = new URL(text, origin)
  const path = `${url.pathname}${url.search}${url.hash}`
  // Parsing turns `/.//host` into the path `//host`.
  return url.origin === origin && !path.startsWith('//') ? path : null
}
