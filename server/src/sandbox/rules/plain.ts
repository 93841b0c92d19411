// Evaluates plain expressions in the server, with JSONata's results. Pure; bounded by fuel, whatever the expression and the data.
import { readPlain, type PathStep, type PlainNode } from './plain-syntax.ts'
import type { ReadExpression } from './expression.ts'
import type { Token } from './tokens.ts'
import {
  calculate,
  compare,
  concatenate,
  type Fuel,
  isEqual,
  isIn,
  isNumber,
  itemsOf,
  lookUp,
  measured,
  newFuel,
  NotPlainHere,
  Sequence,
  settle,
  spend,
  toBoolean,
} from './plain-values.ts'

export { type Fuel, newFuel, readPlain }

/** Read once: definitions are evaluated again and again. */
const known = new WeakMap<readonly Token[], PlainNode | null>()

function nodeOf(tokens: readonly Token[]): PlainNode | null {
  const node = known.get(tokens)
  if (node !== undefined) return node
  const read = readPlain(tokens)
  known.set(tokens, read)
  return read
}

export interface PlainResult {
  /** Undefined: missing. */
  value: unknown
}

/** Null: it is not plain, or takes more than the fuel that is left, or fails; the sandbox evaluates it. */
export function evaluatePlain(
  { tokens }: Pick<ReadExpression, 'tokens'>,
  root: object,
  fuel: Fuel,
  max_bytes: number,
): PlainResult | null {
  const node = nodeOf(tokens)
  if (node === null) return null
  try {
    const evaluation = new Evaluation(fuel, max_bytes)
    return { value: measured(evaluation.evaluate(node, root), max_bytes, fuel) }
  } catch (error) {
    if (error instanceof NotPlainHere) return null
    throw error
  }
}

class Evaluation {
  readonly #fuel: Fuel
  readonly #max_bytes: number

  constructor(fuel: Fuel, max_bytes: number) {
    this.#fuel = fuel
    this.#max_bytes = max_bytes
  }

  evaluate(node: PlainNode, input: unknown): unknown {
    spend(this.#fuel, 1)
    switch (node.kind) {
      case 'literal':
        return node.value
      case 'context':
        return input
      case 'path':
        return settle(this.#follow(node.steps, input))
      case 'group':
        return this.evaluate(node.inner, input)
      case 'list':
        return this.#list(node.items, input)
      case 'negated':
        return this.#negate(this.evaluate(node.operand, input))
      case 'exists':
        return this.evaluate(node.operand, input) !== undefined
      case 'not': {
        const truth = toBoolean(this.evaluate(node.operand, input), this.#fuel)
        return truth === undefined ? undefined : !truth
      }
      case 'binary':
        return this.#combine(node, input)
      case 'chosen': {
        if (this.#isTrue(node.condition, input)) return this.evaluate(node.yes, input)
        return node.no === null ? undefined : this.evaluate(node.no, input)
      }
    }
  }

  #isTrue(node: PlainNode, input: unknown): boolean {
    return toBoolean(this.evaluate(node, input), this.#fuel) ?? false
  }

  #list(items: readonly PlainNode[], input: unknown): unknown[] {
    const list: unknown[] = []
    for (const item of items) {
      const value = this.evaluate(item, input)
      if (value === undefined) continue
      const parts = item.kind === 'list' ? [value] : (itemsOf(value) ?? [value])
      spend(this.#fuel, parts.length)
      for (const part of parts) list.push(part)
    }
    return list
  }

  #negate(value: unknown): unknown {
    if (value === undefined) return undefined
    if (!isNumber(value)) throw new NotPlainHere()
    return -value
  }

  #combine({ operator, left, right }: Extract<PlainNode, { kind: 'binary' }>, input: unknown): unknown {
    if (operator === 'and') return this.#isTrue(left, input) && this.#isTrue(right, input)
    if (operator === 'or') return this.#isTrue(left, input) || this.#isTrue(right, input)
    const [one, other] = [this.evaluate(left, input), this.evaluate(right, input)]
    switch (operator) {
      case '=':
      case '!=':
        if (one === undefined || other === undefined) return false
        return isEqual(one, other, this.#fuel) === (operator === '=')
      case '&':
        return concatenate(one, other, this.#max_bytes, this.#fuel)
      case 'in':
        return isIn(one, other, this.#fuel)
      case '<':
      case '<=':
      case '>':
      case '>=':
        return compare(one, other, operator, this.#fuel)
      default:
        return calculate(one, other, operator)
    }
  }

  #follow(steps: readonly PathStep[], input: unknown): unknown {
    let found: unknown = new Sequence([...(itemsOf(input) ?? [input])])
    for (const [place, { name, filters }] of steps.entries()) {
      const parts: unknown[] = []
      for (const item of itemsOf(found)!) {
        let part = settle(lookUp(item, name, this.#fuel))
        for (const filter of filters) part = this.#filter(filter, part)
        if (part !== undefined) parts.push(part)
      }
      found = place === steps.length - 1 && isOneList(parts) ? parts[0] : new Sequence(this.#flatten(parts))
      if (itemsOf(found)!.length === 0) break
    }
    return found
  }

  #flatten(parts: readonly unknown[]): unknown[] {
    return parts.flatMap((part) => {
      const items = itemsOf(part) ?? [part]
      spend(this.#fuel, items.length)
      return items
    })
  }

  #filter(filter: PlainNode, input: unknown): unknown {
    const items = itemsOf(input) ?? [input]
    if (filter.kind === 'literal' && typeof filter.value === 'number') {
      const item = items[placeOf(filter.value, items.length)]
      if (Array.isArray(item)) return item
      return new Sequence(item === undefined ? [] : [item])
    }
    const kept: unknown[] = []
    for (const [place, item] of items.entries()) {
      const result = this.evaluate(filter, item)
      const places = placesOf(result)
      spend(this.#fuel, places?.length ?? 0)
      if (places) for (const one of places) if (placeOf(one, items.length) === place) kept.push(item)
      if (!places && toBoolean(result, this.#fuel)) kept.push(item)
    }
    return new Sequence(kept)
  }
}

const isOneList = (parts: readonly unknown[]) => parts.length === 1 && Array.isArray(parts[0])

function placeOf(index: number, length: number): number {
  const place = Math.floor(index)
  return place < 0 ? length + place : place
}

/** Null: it is a condition. */
function placesOf(result: unknown): readonly number[] | null {
  if (isNumber(result)) return [result]
  const items = itemsOf(result)
  return items?.every(isNumber) ? items : null
}
