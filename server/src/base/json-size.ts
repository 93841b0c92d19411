// How large JSON is as it is sent, and once it is stored: the database writes numbers out, and gives `5e-324` back as 326 characters. Pure.
import type { FieldFault } from './faults.ts'

/** Bytes as JSON without spaces, its numbers written out. */
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

/** By how many characters the numbers in a value grow as they are written out. */
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
  // A number that JavaScript writes with a positive exponent has no digit after its point.
  const length = power > 0 ? power + 1 : '0.'.length + fraction.length - power
  return length - text.length
}

/** What is wrong with a field of free JSON; absent and null are right. */
export function faultsOfSize(path: string, value: unknown, max_bytes: number): FieldFault[] {
  const { as_sent, written_out } = measure(value ?? null)
  if (written_out <= max_bytes) return []
  const reason = as_sent > max_bytes ? '' : ', with numbers written out in full'
  return [{ path, message: `must have at most ${max_bytes} bytes as JSON${reason}` }]
}
