// Reads plain expressions: names, indexes, filters, literals and operators. What is not plain is left to JSONata. Pure.
import type { Token } from './tokens.ts'

export type PlainNode =
  | { kind: 'literal'; value: string | number | boolean | null }
  /** `$`, within a filter: the item. */
  | { kind: 'context' }
  | { kind: 'path'; steps: readonly PathStep[] }
  | { kind: 'list'; items: readonly PlainNode[] }
  | { kind: 'negated'; operand: PlainNode }
  | { kind: 'not' | 'exists'; operand: PlainNode }
  | { kind: 'binary'; operator: string; left: PlainNode; right: PlainNode }
  | { kind: 'chosen'; condition: PlainNode; yes: PlainNode; no: PlainNode | null }
  /** Brackets: nothing else can be applied to what they hold. */
  | { kind: 'group'; inner: PlainNode }

export interface PathStep {
  name: string
  filters: readonly PlainNode[]
}

/** As in JSONata. */
const powers: Partial<Record<string, number>> = {
  ...{ '?': 20, or: 25, and: 30, '=': 40, '!=': 40, '<': 40, '<=': 40, '>': 40, '>=': 40, in: 40, '?:': 40, '??': 40 },
  ...{ '+': 50, '-': 50, '&': 50, '*': 60, '/': 60, '%': 60, '{': 70, '.': 75, '[': 80, '(': 80 },
}
const max_depth = 50
const max_tokens = 500

class NotPlain extends Error {}

/** Null: it is not plain, or not an expression at all. */
export function readPlain(tokens: readonly Token[]): PlainNode | null {
  if (tokens.length > max_tokens) return null
  const reader = new Reader(tokens)
  try {
    const node = reader.read(0)
    return reader.is_at_end ? node : null
  } catch (error) {
    if (error instanceof NotPlain) return null
    throw error
  }
}

class Reader {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0
  #filters = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get is_at_end(): boolean {
    return this.#at === this.#tokens.length
  }

  read(power: number): PlainNode {
    this.#depth += 1
    if (this.#depth > max_depth) throw new NotPlain()
    let left = this.#readOperand()
    for (;;) {
      const operator = this.#operator()
      const next = operator === null ? undefined : powers[operator]
      if (operator === null || next === undefined || next <= power) break
      this.#at += 1
      left = this.#readBehind(left, operator, next)
    }
    this.#depth -= 1
    return left
  }

  #readOperand(): PlainNode {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw new NotPlain()
    this.#at += 1
    switch (token.kind) {
      case 'string':
      case 'number':
      case 'value':
        return { kind: 'literal', value: token.value }
      case 'name':
        if (token.value === 'not' && !token.is_quoted && this.#operator() === '(') return this.#readVariable('not')
        return { kind: 'path', steps: [{ name: String(token.value), filters: [] }] }
      case 'variable':
        return this.#readVariable(String(token.value))
      case 'operator':
        return this.#readPrefix(String(token.value))
      case 'pattern':
        throw new NotPlain()
    }
  }

  #readVariable(name: string): PlainNode {
    // Elsewhere it is the root.
    if (name === '' && this.#filters > 0) return { kind: 'context' }
    if (name !== 'not' && name !== 'exists') throw new NotPlain()
    this.#take('(')
    const operand = this.read(0)
    this.#take(')')
    return { kind: name, operand }
  }

  #readPrefix(operator: string): PlainNode {
    if (operator === '-') return negate(this.read(70))
    if (operator === '(') {
      const inner = this.read(0)
      this.#take(')')
      return { kind: 'group', inner }
    }
    if (operator !== '[') throw new NotPlain()
    const items: PlainNode[] = []
    while (this.#operator() !== ']') {
      if (items.length > 0) this.#take(',')
      items.push(this.read(0))
    }
    this.#take(']')
    return { kind: 'list', items }
  }

  #readBehind(left: PlainNode, operator: string, power: number): PlainNode {
    if (operator === '.') return this.#readStep(left)
    if (operator === '[') return this.#readFilter(left)
    if (operator === '{' || operator === '(') throw new NotPlain()
    if (operator === '?:') return { kind: 'chosen', condition: left, yes: left, no: this.read(0) }
    if (operator === '??') {
      return { kind: 'chosen', condition: { kind: 'exists', operand: left }, yes: left, no: this.read(0) }
    }
    if (operator === '?') {
      const yes = this.read(0)
      const has_no = this.#operator() === ':'
      if (has_no) this.#at += 1
      return { kind: 'chosen', condition: left, yes, no: has_no ? this.read(0) : null }
    }
    return { kind: 'binary', operator, left, right: this.read(power) }
  }

  #readStep(left: PlainNode): PlainNode {
    const token = this.#tokens[this.#at]
    if (left.kind !== 'path' || (token?.kind !== 'name' && token?.kind !== 'string')) throw new NotPlain()
    this.#at += 1
    return { kind: 'path', steps: [...left.steps, { name: String(token.value), filters: [] }] }
  }

  #readFilter(left: PlainNode): PlainNode {
    if (left.kind !== 'path') throw new NotPlain()
    this.#filters += 1
    const filter = this.read(0)
    this.#filters -= 1
    this.#take(']')
    const last = left.steps.at(-1)!
    return { kind: 'path', steps: [...left.steps.slice(0, -1), { ...last, filters: [...last.filters, filter] }] }
  }

  #operator(): string | null {
    const token = this.#tokens[this.#at]
    return token?.kind === 'operator' ? String(token.value) : null
  }

  #take(operator: string): void {
    if (this.#operator() !== operator) throw new NotPlain()
    this.#at += 1
  }
}

/** `-1` is a number, so that it can be an index. */
function negate(operand: PlainNode): PlainNode {
  if (operand.kind === 'literal' && typeof operand.value === 'number') return { ...operand, value: -operand.value }
  return { kind: 'negated', operand }
}
