// The size of JSON as it is sent and as it is stored: the database writes `5e-324` with 326 characters. Pure.
import type { FieldFault } from './faults.ts'

/** Bytes as JSON without spaces, with numbers written out in full. */
export function storedBytes(value: unknown): number {
  return measure(value).written_out
}

/** Bytes as JSON without spaces, as `JSON.stringify` writes it. */
export function sentBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

const hasExponent = /\de[+-]/

function measure(value: unknown): { as_sent: number; written_out: number } {
  const text = JSON.stringify(value)
  const as_sent = Buffer.byteLength(text)
  return { as_sent, written_out: as_sent + (hasExponent.test(text) ? growthOfNumbers(value) : 0) }
}

/** By how many characters the numbers in a value grow when they are written out in full. */
export function growthOfNumbers(value: unknown): number {
  let growth = 0
  const open = [value]
  while (open.length > 0) {
    const one = open.pop()
    if (typeof one === 'number') growth += growthOf(one)
    else if (typeof one === 'object' && one !== null) for (const entry of Object.values(one)) open.push(entry)
  }
  return growth
}

function growthOf(number: number): number {
  const text = String(Math.abs(number))
  const [, fraction = '', exponent] = /^\d(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? []
  if (exponent === undefined) return 0
  const power = Number(exponent)
  // A number with a positive exponent has no digits after the point that JavaScript omits.
  const length = power > 0 ? power + 1 : '0.'.length + fraction.length - power
  return length - text.length
}

/** The faults of a field with free JSON. An absent field and null are valid. */
export function faultsOfSize(path: string, value: unknown, max_bytes: number): FieldFault[] {
  const { as_sent, written_out } = measure(value ?? null)
  if (written_out <= max_bytes) return []
  const reason = as_sent > max_bytes ? '' : ', with numbers written out in full'
  return [{ path, message: `must have at most ${max_bytes} bytes as JSON${reason}` }]
}
