// What is wrong with a field of a request: where, and why. Owns how much of that is told, whatever names and numbers a request has.
import type { ErrorObject } from 'ajv'

export interface FieldFault {
  path: string
  message: string
}

/** The most faults that are told of one request, or of one row of an import. */
export const max_faults = 100
const max_segment_characters = 64
const max_segments = 16
const max_path_characters = 256
const max_message_characters = 2000
/** Of all faults of an answer, as JSON. */
const max_told_bytes = 61_440

/** `a.b.0`, in which long names are cut off, and so is what lies deep inside. */
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

/** As many as an answer has room for, and always the first. `room` is used up, so that several lists can share it. */
export function tellFaults(faults: readonly FieldFault[], room = { bytes: max_told_bytes }): FieldFault[] {
  const told: FieldFault[] = []
  for (const { path, message } of faults.slice(0, max_faults)) {
    const fault = { path: cutOff(path, max_path_characters), message: cutOff(message, max_message_characters) }
    room.bytes -= Buffer.byteLength(JSON.stringify(fault))
    if (room.bytes < 0 && told.length > 0) break
    told.push(fault)
  }
  return told
}

/** How a validator's errors are told. */
export interface Telling {
  /** The path of the value that was judged. */
  prefix?: string
  most?: number
  /** Whether an error is worth telling. */
  isMeant?(error: ErrorObject): boolean
  describe?(error: ErrorObject): string
}

/** One for each path: the first. Of alternatives (`x or null`) each has its error, and so has the summary that follows them. */
export function describeFaults(
  errors: readonly ErrorObject[],
  { prefix, most = max_faults, isMeant, describe = describeError }: Telling = {},
): FieldFault[] {
  const above = prefix === undefined ? [] : [prefix]
  const faults = new Map<string, FieldFault>()
  for (const error of errors) {
    if (faults.size >= most) break
    if (isMeant && !isMeant(error)) continue
    const path = joinPath([...above, ...segmentsOf(error)])
    if (!faults.has(path)) faults.set(path, { path, message: describe(error) })
  }
  return [...faults.values()]
}

/** The names and indexes that lead to what an error is about. */
function segmentsOf({ instancePath, keyword, params }: ErrorObject): string[] {
  const segments = instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (keyword === 'required') segments.push(String(params['missingProperty']))
  return segments
}

export function describeError({ keyword, params, message }: ErrorObject): string {
  if (keyword === 'required') return 'is required'
  if (keyword === 'enum') {
    const values = (params['allowedValues'] as unknown[]).filter((value) => value !== null)
    return `must be ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`
  }
  if (keyword === 'minLength' && params['limit'] === 1) return 'must not be empty'
  return message ?? 'is not valid'
}
