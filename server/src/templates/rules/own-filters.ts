// Jinja filters that the library lacks, applied to values whose size was already charged. Pure.
import { Environment } from '@huggingface/jinja'
import { negated, testsWithArgument } from '../syntax.ts'
import {
  TemplateError,
  type Value,
  isInteger,
  isList,
  isMapping,
  isNothing,
  isText,
  nothing,
  toValue,
} from '../values.ts'

/** The arguments of a filter, besides its operand. */
export interface Given {
  positional: Value[]
  keyword: Map<string, Value>
}

type Filter = (operand: Value, given: Given) => Value

const argument = ({ positional, keyword }: Given, place: number, name: string) => positional[place] ?? keyword.get(name)
const textOf = (value: Value) => (isNothing(value) ? '' : String(value))
const isNumber = (value: Value | undefined): value is Value & { value: number } =>
  isInteger(value) || value?.type === 'FloatValue'

function numberOf(value: Value | undefined, otherwise: number, what: string): number {
  if (value === undefined || isNothing(value)) return otherwise
  if (!isNumber(value)) throw new TemplateError(`${what} must be a number`)
  return value.value
}

/** The library's float, which prints `2.0`. */
function floatOf(value: number): Value {
  return Reflect.construct(toValue(0.5).constructor, [value]) as Value
}

function round(operand: Value, given: Given): Value {
  if (!isNumber(operand)) throw new TemplateError('round needs a number')
  const precision = Math.trunc(numberOf(argument(given, 0, 'precision'), 0, 'the precision of round'))
  const method = argument(given, 1, 'method')
  const factor = 10 ** Math.max(-20, Math.min(20, precision))
  const scaled = operand.value * factor
  const how = isText(method) ? method.value : 'common'
  if (how === 'ceil') return floatOf(Math.ceil(scaled) / factor)
  if (how === 'floor') return floatOf(Math.floor(scaled) / factor)
  // Rounds by decimal digits, because 1.005 is less than it looks once it is multiplied.
  const nearest = precision < 0 ? Math.round(scaled) / factor : Number(operand.value.toFixed(Math.min(20, precision)))
  return floatOf(nearest)
}

function truncate(operand: Value, given: Given): Value {
  const text = textOf(operand)
  const length = numberOf(argument(given, 0, 'length'), 255, 'the length of truncate')
  const cutsWords = argument(given, 1, 'killwords')?.value === true
  const end = textOf(argument(given, 2, 'end') ?? toValue('...'))
  const leeway = numberOf(argument(given, 3, 'leeway'), 5, 'the leeway of truncate')
  if (text.length <= length + leeway) return toValue(text)
  const cut = text.slice(0, Math.max(0, length - end.length))
  const space = cutsWords ? -1 : cut.lastIndexOf(' ')
  return toValue((space === -1 ? cut : cut.slice(0, space)) + end)
}

function quote(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** A mapping becomes a query string. */
function urlencode(operand: Value): Value {
  if (!isMapping(operand)) return toValue(quote(textOf(operand)).replaceAll('%2F', '/'))
  const pairs = [...operand.value].map((pair) => {
    const [name, value] = [quote(pair[0]), quote(textOf(pair[1]))]
    return `${name}=${value}`.replaceAll('%20', '+')
  })
  return toValue(pairs.join('&'))
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' }

function escape(operand: Value): Value {
  return toValue(textOf(operand).replace(/[&<>'"]/g, (one) => entities[one]!))
}

/** `%s`, `%d`, `%.2f` and similar. */
function format(operand: Value, { positional }: Given): Value {
  const left = [...positional]
  const text = textOf(operand).replace(
    /%(?:%|([-0]?)(\d{0,3})(?:\.(\d{1,2}))?([sdifx]))/g,
    (whole, ...parts: unknown[]) => {
      if (whole === '%%') return '%'
      const [flag, width, precision, kind] = parts as [string, string, string | undefined, string]
      const value = left.shift()
      if (value === undefined) throw new TemplateError('format has too few arguments')
      const shown = showAs(kind, value, precision)
      if (flag === '-') return shown.padEnd(Number(width))
      return shown.padStart(Number(width), flag === '0' && kind !== 's' ? '0' : ' ')
    },
  )
  return toValue(text)
}

function showAs(kind: string, value: Value, precision: string | undefined): string {
  if (kind === 's') return precision === undefined ? textOf(value) : textOf(value).slice(0, Number(precision))
  const number = numberOf(value, Number.NaN, 'what format shows as a number')
  if (kind === 'f') return number.toFixed(Number(precision ?? 6))
  return kind === 'x' ? Math.trunc(number).toString(16) : String(Math.trunc(number))
}

/** By a dotted path, as in `attribute`. */
function attributeOf(value: Value, path: Value | undefined): Value {
  if (path === undefined || isNothing(path)) return value
  let found: Value = value
  for (const part of String(path).split('.')) {
    if (isMapping(found)) found = found.value.get(part) ?? nothing
    else found = (isList(found) ? found.value[Number(part)] : undefined) ?? nothing
  }
  return found
}

function elementsOf(operand: Value, name: string): Value[] {
  if (isList(operand)) return operand.value
  throw new TemplateError(`${name} needs a list`)
}

function sum(operand: Value, given: Given): Value {
  const attribute = argument(given, 0, 'attribute')
  const values = elementsOf(operand, 'sum').map((value) => attributeOf(value, attribute))
  const start = numberOf(argument(given, 1, 'start'), 0, 'the start of sum')
  return toValue(values.reduce((total, value) => total + numberOf(value, 0, 'what sum adds up'), start))
}

function extreme(name: 'min' | 'max'): Filter {
  return (operand, given) => {
    const attribute = argument(given, 1, 'attribute')
    const isCaseSensitive = argument(given, 0, 'case_sensitive')?.value === true
    const keyed = elementsOf(operand, name).map((value) => ({ value, key: keyOf(attributeOf(value, attribute)) }))
    if (new Set(keyed.map(({ key }) => typeof key)).size > 1)
      throw new TemplateError(`${name} needs values of one kind`)
    const compared = ({ key }: (typeof keyed)[number]) =>
      typeof key === 'string' && !isCaseSensitive ? key.toLowerCase() : key
    const isBetter = (a: string | number, b: string | number) => (name === 'min' ? a < b : a > b)
    const [first, ...rest] = keyed
    if (!first) return nothing
    return rest.reduce((best, one) => (isBetter(compared(one), compared(best)) ? one : best), first).value
  }
}

function keyOf(value: Value): string | number {
  if (isText(value) || isNumber(value)) return value.value
  throw new TemplateError('only texts and numbers can be ordered')
}

type Test = (...values: Value[]) => boolean

const libraryTests = new Environment().tests as unknown as ReadonlyMap<string, Test>

/** Tests of the library, and own tests with an argument. */
function selection(name: string, isKept: boolean): Filter {
  return (operand, { positional: [test, ...rest] }) => {
    const holds = test === undefined ? isTruthy : testOf(textOf(test), name)
    return listOf(elementsOf(operand, name).filter((value) => holds(value, ...rest) === isKept))
  }
}

/** The fault does not quote the name, which may be a value of the conversation. */
function testOf(name: string, filter: string): Test {
  const own = testsWithArgument.has(name) ? (argumentTests[name] as Test) : libraryTests.get(name)
  if (!own) throw new TemplateError(`unknown test in ${filter}`)
  return own
}

function isTruthy(value: Value): boolean {
  if (isNothing(value)) return false
  if (isList(value)) return value.value.length > 0
  return isMapping(value) ? value.value.size > 0 : Boolean(value.value)
}

function listOf(values: Value[]): Value {
  return Reflect.construct(toValue([]).constructor, [values]) as Value
}

const order = (compare: (a: string | number, b: string | number) => boolean): Test => {
  return (a, b) =>
    (isNumber(a) && isNumber(b)) || (isText(a) && isText(b)) ? compare(a.value, b.value as never) : false
}
const isSame: Test = (a, b = nothing) => {
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b)
  if (isList(a) || isMapping(a)) return a === b
  return a.type === b.type && a.value === b.value
}
const isEqual: Test = (a, b = nothing) => (isNumber(a) && isNumber(b) ? a.value === b.value : isSame(a, b))

const argumentTests: Record<string, Test> = {
  divisibleby: (a, b) => isInteger(a) && isInteger(b) && b.value !== 0 && a.value % b.value === 0,
  sameas: isSame,
  equalto: isEqual,
  eq: isEqual,
  ne: (a, b) => !isEqual(a, b!),
  gt: order((a, b) => a > b),
  ge: order((a, b) => a >= b),
  lt: order((a, b) => a < b),
  le: order((a, b) => a <= b),
}

/** Created by `syntax.ts` from tests. */
export function isOwnTest(filter: string): boolean {
  return testsWithArgument.has(filter.replace(negated, ''))
}

const asFilter = (test: Test, result: boolean): Filter => {
  return (operand, { positional }) => toValue(test(operand, positional[0] ?? nothing) === result)
}

export const ownFilters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ...Object.entries({ round, truncate, urlencode, escape, format, sum }),
  ['min', extreme('min')],
  ['max', extreme('max')],
  ['select', selection('select', true)],
  ['reject', selection('reject', false)],
  ['wordcount', (operand) => toValue(textOf(operand).split(/\s+/).filter(Boolean).length)],
  ...Object.entries(argumentTests).flatMap(([name, test]): [string, Filter][] => [
    [name, asFilter(test, true)],
    [negated + name, asFilter(test, false)],
  ]),
])
