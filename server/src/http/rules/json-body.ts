// Parses the bytes of a request as UTF-8 JSON, with nesting limited to a depth that recursive functions can handle. Pure.
import { AppError, invalid } from '../../base/errors.ts'
import { parseSentJson } from '../../base/read-json.ts'
import { findUnstorable } from '../../base/text.ts'

/**
 * Far more than the limit for stored values (text.ts), so that among many rows only those that are nested too deeply are refused;
 * and far less than the stack permits, because comparing, hashing and storing are recursive.
 */
const max_depth = 256

/** Undefined if the body is empty. */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined
  const beginning = cutWhereTooDeep(body)
  if (beginning) throw invalid(...findUnstorable(parse(beginning)))
  return parse(body)
}

function parse(json: Buffer): unknown {
  try {
    return parseSentJson(new TextDecoder('utf-8', { fatal: true }).decode(json))
  } catch {
    throw new AppError('malformed_request')
  }
}

const quote = 0x22
const backslash = 0x5c
/** `[` and `{`, and `]` and `}`, differ in one bit. */
const opening = 0x5b
const closing = 0x5d
const same_but_brace = 0b1101_1111
const from_opening_to_closing = closing - opening

/** Null if the nesting is permitted. Otherwise JSON up to the fault, which is enough to locate it and fast to parse. */
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
