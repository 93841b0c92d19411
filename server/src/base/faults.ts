// What is wrong with a field of a request: where, and why. Limits how much is reported, whatever names and numbers a request has.

export interface FieldFault {
  path: string
  message: string
}

/** The most faults reported for one request, or for one row of an import. */
export const max_faults = 100
const max_segment_characters = 64
const max_segments = 16
const max_path_characters = 256
const max_message_characters = 2000
/** The limit for all faults of a response, as JSON. */
const max_reported_bytes = 61_440

/** A path such as `a.b.0`. Long names and deep paths are truncated. */
export function joinPath(segments: readonly (string | number)[]): string {
  const parts = segments.slice(0, max_segments).map((segment) => cutSegment(String(segment)))
  if (segments.length > max_segments) parts.push('…')
  return cutOff(parts.join('.'), max_path_characters)
}

export function cutSegment(name: string): string {
  return cutOff(name, max_segment_characters)
}

function cutOff(text: string, max_characters: number): string {
  return text.length > max_characters ? `${text.slice(0, max_characters)}…` : text
}

/** As many faults as fit into a response, at least the first. Uses up `budget`, so that several lists can share it. */
export function limitFaults(faults: readonly FieldFault[], budget = { bytes: max_reported_bytes }): FieldFault[] {
  const kept: FieldFault[] = []
  for (const { path, message } of faults.slice(0, max_faults)) {
    const fault = { path: cutOff(path, max_path_characters), message: cutOff(message, max_message_characters) }
    budget.bytes -= Buffer.byteLength(JSON.stringify(fault))
    if (budget.bytes < 0 && kept.length > 0) break
    kept.push(fault)
  }
  return kept
}
