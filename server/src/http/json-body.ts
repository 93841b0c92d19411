// From the bytes of a request to JSON: UTF-8, and nested no deeper than what goes through it by recursion can go. Pure.
import { AppError, invalid } from '../errors.ts'
import { findUnstorable } from '../text.ts'

/**
 * Far more than is kept of a value (text.ts), so that of many rows one that is nested too deeply is refused by itself; and far
 * less than what the stack holds, since comparing, hashing and storing follow the nesting.
 */
const max_depth = 256

/** Undefined: there is nothing. */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined
  const value = parseText(body)
  // The parser itself does not recurse. A bracket too many can be in a name's first value, which its second replaces.
  const faults = isDeeper(body, max_depth) ? findUnstorable(value) : []
  if (faults.length > 0) throw invalid(...faults)
  return value
}

function parseText(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new AppError('malformed_request')
  }
}

const quote = 0x22
const backslash = 0x5c
/** Of `[` and `{`, and of `]` and `}`, which differ in one bit. */
const opening = 0x5b
const closing = 0x5d
const same_but_brace = 0b1101_1111

/** By the brackets outside of strings. */
function isDeeper(json: Buffer, most: number): boolean {
  let depth = 0
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at]!
    if (byte === quote) at = endOfString(json, at)
    else if ((byte & same_but_brace) === opening && ++depth > most) return true
    else if ((byte & same_but_brace) === closing) depth -= 1
  }
  return false
}

function endOfString(json: Buffer, start: number): number {
  let at = start + 1
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1
  return at
}
