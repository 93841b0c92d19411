// JSON Schema validation whose work is bounded by the sizes of schema and value, for schemas that others have written: patterns
// take linear time, and so does finding duplicates.
import type { Ajv, Options } from 'ajv'
import { LRUCache } from 'lru-cache'
import { RE2JS } from 're2js'
import type { JsonValue } from './json.ts'
import { createAjv } from './validation.ts'

/** More than was to be spent on patterns. */
export class PatternsTooCostly extends Error {}

/** What may still be spent, each pattern taking its own size for each character that it is held against. */
export interface PatternBudget {
  left: number
}

const sizes = new LRUCache<string, { size: number | null }>({
  max: 2000,
  memoMethod: (pattern) => ({ size: compilePattern(pattern)?.programSize() ?? null }),
})

/** Of the compiled pattern. Null: one with lookaround, back-references or too many repetitions takes no linear time. */
export function sizeOfPattern(pattern: string): number | null {
  return sizes.memo(pattern).size
}

function compilePattern(pattern: string): RE2JS | null {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern))
  } catch {
    return null
  }
}

export function createLinearAjv(budget: PatternBudget, options: Options = {}): Ajv {
  const regExp = Object.assign((pattern: string) => createMatcher(pattern, budget), { code: 'no code is written out' })
  // Optimized code takes several times as long to make as it ever saves.
  const ajv = createAjv({ logger: false, ...options, code: { ...options.code, regExp, optimize: false } })
  ajv.removeKeyword('uniqueItems')
  // An older draft's name; it is refused, wherever it stands.
  ajv.removeKeyword('id')
  return ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isAsked: boolean, list: JsonValue[]) => !isAsked || isUnique(list),
    error: { message: 'must not have duplicates' },
  })
}

function createMatcher(pattern: string, budget: PatternBudget) {
  const compiled = compilePattern(pattern)
  if (!compiled) throw new Error(`"${pattern}" cannot be matched in linear time`)
  const size = compiled.programSize()
  return {
    test(text: string): boolean {
      budget.left -= size * (text.length + 1)
      if (budget.left < 0) throw new PatternsTooCostly()
      return compiled.test(text)
    },
    // The validator tells patterns apart by it.
    toString: () => pattern,
  }
}

/** Lists that were looked at: a schema may ask for the same many times. */
const uniqueLists = new WeakMap<JsonValue[], boolean>()

function isUnique(list: JsonValue[]): boolean {
  const known = uniqueLists.get(list)
  if (known !== undefined) return known
  const isSo = new Set(list.map(canonicalText)).size === list.length
  uniqueLists.set(list, isSo)
  return isSo
}

function canonicalText(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key]!)}`).join()}}`
}
