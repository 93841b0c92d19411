// A condition of two values and what is between them, as the expression that it stands for, and back. Pure.
export const comparisons = ['is', 'is_not', 'contains', 'above', 'below', 'is_empty', 'is_not_empty'] as const
export type Comparison = (typeof comparisons)[number]

export interface Compared {
  /** A name, such as `request.body.tier`. */
  left: string
  comparison: Comparison
  /** A text or a number; empty if the comparison needs nothing. */
  right: string
}

export const hasRight = (comparison: Comparison) => comparison !== 'is_empty' && comparison !== 'is_not_empty'

const name = '(?:[A-Za-z_][A-Za-z0-9_]*|`[^`]+`)(?:\\.(?:[A-Za-z_][A-Za-z0-9_]*|`[^`]+`))*'
const value = '"(?:[^"\\\\]|\\\\.)*"|-?\\d+(?:\\.\\d+)?|true|false'
const forms: readonly (readonly [Comparison, RegExp])[] = [
  ['is_not_empty', new RegExp(`^\\$exists\\((${name})\\) and (?:${name}) != ""$`)],
  ['is_empty', new RegExp(`^\\$not\\(\\$exists\\((${name})\\) and (?:${name}) != ""\\)$`)],
  ['is_not', new RegExp(`^(${name}) != (${value})$`)],
  ['is', new RegExp(`^(${name}) = (${value})$`)],
  ['above', new RegExp(`^(${name}) > (${value})$`)],
  ['below', new RegExp(`^(${name}) < (${value})$`)],
  ['contains', new RegExp(`^\\$contains\\(\\$string\\((${name})\\), (${value})\\)$`)],
]

const isName = (text: string) => new RegExp(`^${name}$`).test(text)

/** Null: the expression is of another form, and stays as it is. */
export function readComparison(expression: string): Compared | null {
  const inner = /^\s*\{\{(.*)\}\}\s*$/s.exec(expression)?.[1]?.trim() ?? expression.trim()
  if (inner === '') return { left: '', comparison: 'is', right: '' }
  for (const [comparison, form] of forms) {
    const [, left, right] = form.exec(inner) ?? []
    if (left === undefined) continue
    return { left, comparison, right: right === undefined ? '' : readValue(right) }
  }
  return null
}

const readValue = (text: string) => (text.startsWith('"') ? (JSON.parse(text) as string) : text)

/** What is written as a value counts as a number or a truth value if it looks like one. */
const writeValue = (text: string) =>
  /^(?:-?\d+(?:\.\d+)?|true|false)$/.test(text.trim()) ? text.trim() : JSON.stringify(text)

/** Null: the left side is not a name yet. */
export function writeComparison({ left, comparison, right }: Compared): string | null {
  if (!isName(left)) return null
  const [held, told] = [left, writeValue(right)]
  const texts: Record<Comparison, string> = {
    is: `${held} = ${told}`,
    is_not: `${held} != ${told}`,
    contains: `$contains($string(${held}), ${JSON.stringify(right)})`,
    above: `${held} > ${told}`,
    below: `${held} < ${told}`,
    is_empty: `$not($exists(${held}) and ${held} != "")`,
    is_not_empty: `$exists(${held}) and ${held} != ""`,
  }
  return `{{ ${texts[comparison]} }}`
}
