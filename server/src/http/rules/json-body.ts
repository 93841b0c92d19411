// From the bytes of a request to JSON: UTF-8, and nested no deeper than what goes through it by recursion can go. Pure.
import { AppError, invalid } from '../../base/errors.ts'
import { findUnstorable } from '../../base/text.ts'

/**
 * Far more than is kept of a value (text.ts), so that of many rows one that is nested too deeply is refused by itself; and far
 * less than what the stack holds, since comparing, hashing and storing follow the nesting.
 */
const max_depth = 256

/** Undefined: there is nothing. */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined
  const beginning = cutWhereTooDeep(body)
  if (beginning) throw invalid(...findUnstorable(parse(beginning)))
  return parse(body)
}

function parse(json: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
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
const from_opening_to_closing = closing - opening

/** Null: it is not nested too deeply. Else JSON that ends where it is: enough to say where that was, and quickly parsed. */
function cutWhereTooDeep(json: Buffer): Buffer | null {
  const open: number[] = []
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at]!
    const kind = byte & same_but_brace
    if (byte === quote) at = endOfString(json, at)
    else if (kind === closing) open.pop()
    else if (kind === opening && open.push(byte + from_opening_to_closing) > max_depth) {
      return Buffer.concat([json.subarray(0, at + 1), Buffer.from(open.toReversed())])
    }
  }
  return null
}

function endOfString(json: Buffer, start: number): number {
  let at = start + 1
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1
  return at
}
