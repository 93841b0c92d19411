// The way back to a page: of whatever an address or a request names, only a path of the server's own origin.

/**
 * The path, query and fragment that `text` means to a browser at `origin`; null where it leads elsewhere. Only what is returned may
 * be gone to: a browser leaves out tabs and line breaks, takes `\` for `/`, and reads `//host` as another server.
 */
export function readOwnPath(text: string, origin: string): string | null {
  if (!text.startsWith('/') || !URL.canParse(text, origin)) return null
  const url = new URL(text, origin)
  const path = `${url.pathname}${url.search}${url.hash}`
  // Of `/.//host` parsing makes the path `//host`.
  return url.origin === origin && !path.startsWith('//') ? path : null
}
