// Validates against JSON Schemas that others wrote, with work bounded by the sizes of schema and value: matching patterns and
// finding duplicates take linear time.
import type { Ajv, Options } from 'ajv'
import { LRUCache } from 'lru-cache'
import { RE2JS } from 're2js'
import type { JsonValue } from './json.ts'
import { createAjv } from './validation.ts'

/** The budget for matching patterns is exhausted. */
export class PatternsTooCostly extends Error {}

/** The remaining budget. A pattern costs its compiled size for each character that it is matched against. */
export interface PatternBudget {
  left: number
}

const sizes = new LRUCache<string, { size: number | null }>({
  max: 2000,
  memoMethod: (pattern) => ({ size: compilePattern(pattern)?.programSize() ?? null }),
})

/** The size of the compiled pattern. Null if it cannot run in linear time: lookaround, back-references, many repetitions. */
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
  // Optimizing the code takes several times as long as it ever saves.
  const ajv = createAjv({ logger: false, ...options, code: { ...options.code, regExp, optimize: false } })
  ajv.removeKeyword('uniqueItems')
  // The name in an older draft; rejected everywhere.
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
  if (!compiled)
    throw new Error(
      `"${pattern}" cannot be matched in linear time; remove lookaround, back-references and large repetitions`,
    )
  const size = compiled.programSize()
  return {
    test(text: string): boolean {
      budget.left -= size * (text.length + 1)
      if (budget.left < 0) throw new PatternsTooCostly()
      return compiled.test(text)
    },
    // The validator uses this to tell patterns apart.
    toString: () => pattern,
  }
}

/** Lists that were already checked, because a schema can require the same check many times. */
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
