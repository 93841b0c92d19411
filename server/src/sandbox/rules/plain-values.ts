// What JSONata's operators do with values, as far as plain expressions use them. Whatever JSONata refuses, or does only after more work
// than is left, is not plain: it is evaluated where it can be bounded. Pure.
import { roundNumber } from './fill.ts'

/** Ends the evaluation here; it begins again elsewhere. */
export class NotPlainHere extends Error {}

/** Work that is left for all plain expressions of a step, so that they never keep a server busy. */
export interface Fuel {
  /** About a million a second. */
  steps: number
  /** Parts of results that are measured. */
  sizes: number
}

export const newFuel = (): Fuel => ({ steps: 50_000, sizes: 300_000 })

export function spend(fuel: Fuel, steps: number): void {
  fuel.steps -= steps
  if (fuel.steps < 0) throw new NotPlainHere()
}

const characters_per_step = 64
const max_nested = 200

/** What a path finds: not a list of its own, so that one item stands for itself and none for nothing. */
export class Sequence {
  readonly items: unknown[]
  constructor(items: unknown[]) {
    this.items = items
  }
}

/** Null: it is no list. */
export function itemsOf(value: unknown): readonly unknown[] | null {
  if (value instanceof Sequence) return value.items
  return Array.isArray(value) ? (value as unknown[]) : null
}

/** After each evaluation. */
export function settle(value: unknown): unknown {
  if (!(value instanceof Sequence) || value.items.length > 1) return value
  return value.items[0]
}

/** Data that calls itself one of JSONata's functions is left to JSONata. */
function refuseFunction(value: object): void {
  const marks = value as { _jsonata_function?: unknown; _jsonata_lambda?: unknown }
  if (marks._jsonata_function === true || marks._jsonata_lambda === true) throw new NotPlainHere()
}

export function isNumber(value: unknown): value is number {
  if (typeof value !== 'number') return false
  if (!Number.isFinite(value)) throw new NotPlainHere()
  return true
}

export function lookUp(value: unknown, key: string, fuel: Fuel, nested = 0): unknown {
  spend(fuel, 1)
  if (Array.isArray(value)) {
    if (nested > max_nested) throw new NotPlainHere()
    const found = value.flatMap((item: unknown) => {
      const part = lookUp(item, key, fuel, nested + 1)
      const parts = itemsOf(part) ?? [part]
      spend(fuel, parts.length)
      return part === undefined ? [] : parts
    })
    return new Sequence(found)
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  refuseFunction(value)
  return (value as Record<string, unknown>)[key]
}

/** Undefined stays undefined. */
export function toBoolean(value: unknown, fuel: Fuel, nested = 0): boolean | undefined {
  spend(fuel, 1)
  if (value === undefined) return undefined
  const items = itemsOf(value)
  if (items && nested > max_nested) throw new NotPlainHere()
  if (items?.length === 1) return toBoolean(items[0], fuel, nested + 1)
  // All of them, as JSONata does.
  if (items) return items.filter((item) => toBoolean(item, fuel, nested + 1)).length > 0
  if (typeof value === 'string') return value.length > 0
  if (typeof value === 'number') return isNumber(value) && value !== 0
  if (typeof value !== 'object' || value === null) return value === true
  refuseFunction(value)
  for (const key in value) if (Object.hasOwn(value, key)) return true
  return false
}

export function toText(value: unknown, fuel: Fuel): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number') isNumber(value)
  const plain = itemsOf(value) ?? value
  spend(fuel, countSteps(plain, fuel.steps))
  return JSON.stringify(plain, roundNumber)
}

/** What it takes to walk through a value; more than `most` is not counted. */
function countSteps(value: unknown, most: number, nested = 0): number {
  if (typeof value === 'string') return 1 + value.length / characters_per_step
  if (typeof value === 'number') isNumber(value)
  if (typeof value !== 'object' || value === null) return 1
  if (nested > max_nested) throw new NotPlainHere()
  refuseFunction(value)
  let steps = 1
  for (const key in value) {
    steps += 1 + key.length / characters_per_step
    steps += countSteps((value as Record<string, unknown>)[key], most - steps, nested + 1)
    if (steps > most) return Infinity
  }
  return steps
}

export function isEqual(left: unknown, right: unknown, fuel: Fuel, nested = 0): boolean {
  spend(fuel, 1)
  if (typeof left === 'string' && typeof right === 'string' && left.length === right.length) {
    spend(fuel, left.length / characters_per_step)
  }
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (nested > max_nested) throw new NotPlainHere()
  const [one, other] = [itemsOf(left), itemsOf(right)]
  if (one && other) {
    return one.length === other.length && one.every((item, at) => isEqual(item, other[at], fuel, nested + 1))
  }
  // A list and an object can be equal there.
  if (one || other) throw new NotPlainHere()
  const [keys, others] = [Object.keys(left), Object.keys(right)]
  spend(fuel, keys.length)
  if (keys.length !== others.length) return false
  return keys.every(
    (key) =>
      Object.hasOwn(right, key) &&
      isEqual((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key], fuel, nested + 1),
  )
}

/** Undefined: a side is missing. */
export function compare(
  left: unknown,
  right: unknown,
  operator: '<' | '<=' | '>' | '>=',
  fuel: Fuel,
): boolean | undefined {
  const is_comparable = [left, right].every((value) => ['undefined', 'string', 'number'].includes(typeof value))
  if (!is_comparable) throw new NotPlainHere()
  if (left === undefined || right === undefined) return undefined
  if (typeof left !== typeof right) throw new NotPlainHere()
  const [one, other] = [left as string, right as string]
  if (typeof left === 'string') spend(fuel, Math.min(one.length, other.length) / characters_per_step)
  if (operator === '<') return one < other
  if (operator === '<=') return one <= other
  return operator === '>' ? one > other : one >= other
}

/** Undefined: a side is missing. */
export function calculate(left: unknown, right: unknown, operator: string): number | undefined {
  const are_numbers = [left, right].every((value) => value === undefined || isNumber(value))
  if (!are_numbers) throw new NotPlainHere()
  if (left === undefined || right === undefined) return undefined
  const result = operate(left as number, right as number, operator)
  if (!Number.isFinite(result)) throw new NotPlainHere()
  return result
}

function operate(left: number, right: number, operator: string): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '%':
      return left % right
    default:
      throw new NotPlainHere()
  }
}

export function isIn(left: unknown, right: unknown, fuel: Fuel): boolean {
  if (left === undefined || right === undefined) return false
  const items = itemsOf(right) ?? [right]
  const steps = typeof left === 'string' ? 1 + left.length / characters_per_step : 1
  return items.some((item) => {
    spend(fuel, steps)
    return item === left
  })
}

export function concatenate(left: unknown, right: unknown, max_length: number, fuel: Fuel): string {
  const [one, other] = [toText(left, fuel), toText(right, fuel)]
  if (one.length + other.length > max_length) throw new NotPlainHere()
  spend(fuel, 1 + (one.length + other.length) / characters_per_step)
  return one + other
}

/** A result, if it is not larger than that as JSON. */
export function measured(value: unknown, max_bytes: number, fuel: Fuel): unknown {
  const plain = value instanceof Sequence ? value.items : value
  const steps = countSteps(plain, fuel.sizes)
  fuel.sizes -= steps
  if (fuel.sizes < 0) throw new NotPlainHere()
  // A step is at most a few characters besides its text; a character at most six bytes.
  if (steps * characters_per_step * 6 <= max_bytes) return plain
  if (Buffer.byteLength(JSON.stringify(plain) ?? '') > max_bytes) throw new NotPlainHere()
  return plain
}
