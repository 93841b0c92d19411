// Which addresses a reply may link to. Pure.

const schemes = ['https:', 'http:', 'mailto:', 'tel:']

/** The address as a browser reads it, or null. No relative ones: there is nothing on the frame's origin to link to. */
export function safeAddress(text: string): string | null {
  // Browsers drop these characters, so that what is read is not what is opened.
  if (hasControls(text)) return null
  try {
    const { protocol, href, username } = new URL(text)
    return schemes.includes(protocol) && username === '' ? href : null
  } catch {
    return null
  }
}

/** Of a picture: https, and one of the hosts, or any with `*`. */
export function isPictureAllowed(url: string, hosts: readonly string[]): boolean {
  const href = safeAddress(url)
  if (!href?.startsWith('https:')) return false
  const { host } = new URL(href)
  return hosts.some(
    (allowed) => allowed === '*' || allowed === host || (allowed.startsWith('*.') && host.endsWith(allowed.slice(1))),
  )
}

function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 33 || code === 127 || isBidiControl(code)) return true
  }
  return false
}

const isBidiControl = (code: number) => (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)

/** Without the characters that reorder what stands around them; `dir="auto"` does what right-to-left text needs. */
export function withoutReordering(text: string): string {
  return text.replace(/[\u202a-\u202e\u2066-\u2069\0]/g, '')
}
