// Replaces parts of a path that cannot be decoded or are too long to be an id, so that the operation answers them like an unknown
// id: after the same checks, with the same body. Pure.

/** The longest part of a path that the router accepts. Ids and names are shorter. */
export const max_path_part = 512

/** No id and no name contains this character. */
const unknown_part = encodeURIComponent('\uFFFD')

export function makePathReadable(url: string): string {
  const end = url.search(/[?#]/)
  const path = end < 0 ? url : url.slice(0, end)
  if (!path.includes('%') && path.length <= max_path_part) return url
  const parts = path.split('/').map((part) => (isReadable(part) ? part : unknown_part))
  return parts.join('/') + url.slice(path.length)
}

function isReadable(part: string): boolean {
  if (part.length > max_path_part) return false
  try {
    decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}
