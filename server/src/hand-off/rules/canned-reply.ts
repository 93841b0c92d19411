// Fills a canned reply in. Pure. A printed variable without a value stays as `[name]`, so that its sender sees what is missing.
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { renderTemplate } from '../../templates/templates.ts'

/** What canned replies can say. */
export interface ReplyVariables {
  user_id: string | null
  custom_metadata: JsonObject
  agent: string | null
  team: string | null
  /** The person who answers. */
  me: string | null
}

const quoted = `"[^"]*"|'[^']*'`
const printed = new RegExp(`\\{\\{-?((?:${quoted}|[^"'}]|\\}(?!\\}))*?)-?\\}\\}`, 'g')
/** Names joined by dots, or by quoted names in brackets. */
const path = `[A-Za-z_]\\w*(?:\\.[A-Za-z_]\\w*|\\[(?:${quoted})\\])*`
const operand = `(?:${quoted}|${path}|\\d+)(?:\\s*\\|\\s*\\w+(?:\\([^()]*\\))?)*`
/** What is put together from texts and variables, each of which can have filters. */
const joined = new RegExp(`^\\s*${operand}(?:\\s*[+~]\\s*${operand})*\\s*$`)
const operands = new RegExp(operand, 'g')
/** A path with what stands before and after it, which tell it from names of filters, of arguments and of what is called. */
const paths = new RegExp(`(?:${quoted})|([|.]?)\\s*(${path})(\\s*(?:\\(|=(?!=)))?`, 'g')
/** With these, an expression says itself what a missing value means. */
const decides = /(?<![.\w])(?:if|or|and|not|is|in)\b|\|\s*(?:default|d)\b/
const literals: ReadonlySet<string> = new Set(['true', 'false', 'none', 'null', 'True', 'False', 'None'])

export function renderReply(text: string, variables: ReplyVariables): { text: string; missing: string[] } {
  const missing = new Set<string>()
  const own = namesWithin(text)
  const isAbsent = (path: string[]) => !own.has(path[0]!) && isMissing(lookUp(variables, path))
  const mark = (absent: string[]) => {
    for (const name of absent) missing.add(name)
    return absent.map((name) => `[${name}]`).join(' ')
  }
  const marked = text.replaceAll(printed, (whole, expression: string) => {
    const absent = absentOf(expression, isAbsent)
    if (absent.length === 0) return whole
    if (!joined.test(expression)) return mark(absent)
    return [...expression.matchAll(operands)]
      .map(([part]) => mark(absentOf(part, isAbsent)) || `{{ ${part} }}`)
      .join('')
  })
  return { text: renderTemplate(marked, { ...variables }), missing: [...missing] }
}

/** The names of the variables of an expression that have no value. */
function absentOf(expression: string, isAbsent: (path: string[]) => boolean): string[] {
  if (decides.test(expression.replaceAll(new RegExp(quoted, 'g'), ''))) return []
  const found = [...expression.matchAll(paths)].flatMap(([, before, whole, after]) => {
    if (whole === undefined || before || literals.has(whole)) return []
    const names = whole.split(/["'[\].]+/).filter((name) => name !== '')
    // Of what is called, the last name is a method; a name alone is a function, or an argument's.
    const looked = after ? names.slice(0, -1) : names
    return looked.length > 0 && isAbsent(looked) ? [looked.join('.')] : []
  })
  return [...new Set(found)]
}

/** Those that the template itself gives a value. */
function namesWithin(text: string): ReadonlySet<string> {
  const tags = text.matchAll(/\{%-?\s*(set|for|macro|with)\b([^%]*)%\}/g)
  const names = [...tags].flatMap(([, tag, rest = '']) => {
    const given = tag === 'for' ? `loop ${rest.split(/\sin\s/)[0]}` : tag === 'set' ? rest.split('=')[0]! : rest
    return given.match(/[A-Za-z_]\w*/g) ?? []
  })
  return new Set(names)
}

function lookUp(variables: ReplyVariables, path: readonly string[]): JsonValue | undefined {
  let value: unknown = variables
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
      return undefined
    value = (value as JsonObject)[name]
  }
  return value as JsonValue
}

const isMissing = (value: JsonValue | undefined) => value === undefined || value === null || value === ''
