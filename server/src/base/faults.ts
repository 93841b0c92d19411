// What is wrong with a field of a request: where, and why. Limits how much is reported, whatever names and numbers a request has.
import type { ErrorObject } from 'ajv'

/** `Code`: what kind of fault it is, for programs; most have none. */
export interface FieldFault<Code extends string = never> {
  path: string
  message: string
  code?: Code
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
export function limitFaults<Code extends string = never>(
  faults: readonly FieldFault<Code>[],
  budget = { bytes: max_reported_bytes },
): FieldFault<Code>[] {
  const kept: FieldFault<Code>[] = []
  for (const { path, message, code } of faults.slice(0, max_faults)) {
    const cut = { path: cutOff(path, max_path_characters), message: cutOff(message, max_message_characters) }
    const fault = code === undefined ? cut : { ...cut, code }
    budget.bytes -= Buffer.byteLength(JSON.stringify(fault))
    if (budget.bytes < 0 && kept.length > 0) break
    kept.push(fault)
  }
  return kept
}

/** How a validator's errors are reported. */
export interface Telling {
  /** The path of the validated value. */
  prefix?: string
  most?: number
  /** Whether an error should be reported. */
  isMeant?(error: ErrorObject): boolean
  describe?(error: ErrorObject): string
}

/** Keeps the first error for each path. Each alternative of a union (`x or null`) reports one, and so does the summary that follows. */
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

/** The names and indexes on the path to an error. */
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
  if (keyword === 'pattern' && params['pattern'] === '\\S') return 'must not be blank'
  if (keyword === 'minLength' && params['limit'] === 1) return 'must not be empty'
  return message ?? 'is not valid'
}
