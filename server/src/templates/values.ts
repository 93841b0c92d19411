// Nodes and values of the Jinja library, whose own types do not resolve under Node's rules, and the names that templates can
// use.
import { Environment } from '@huggingface/jinja'

const max_list_length = 10_000

/** A template cannot be compiled, exceeded a limit, or failed while it was rendered. */
export class TemplateError extends Error {
  /** Where the template is in the agent's configuration, if that is known. */
  path: string | null = null

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TemplateError'
  }
}

/** A node of the library's syntax tree. */
export interface Node {
  type: string
  [field: string]: unknown
}

/** What a filter treats an undefined or null operand as. */
export const filters: ReadonlyMap<string, 'text' | 'list' | 'nothing' | 'itself'> = new Map([
  ...pairs(['capitalize', 'float', 'indent', 'int', 'join', 'length', 'lower', 'replace'], 'text' as const),
  ...pairs(
    ['string', 'title', 'trim', 'upper', 'escape', 'format', 'truncate', 'urlencode', 'wordcount'],
    'text' as const,
  ),
  ...pairs(['first', 'last', 'list', 'map', 'rejectattr', 'reverse', 'selectattr', 'sort', 'unique'], 'list' as const),
  ...pairs(['max', 'min', 'reject', 'select', 'sum'], 'list' as const),
  ...pairs(['abs', 'bool', 'dictsort', 'get', 'items', 'keys', 'round', 'values'], 'nothing' as const),
  ...pairs(['default', 'safe', 'tojson'], 'itself' as const),
])
/** The library accepts these only with arguments, and the others without arguments only by name. */
export const filtersWithArguments: ReadonlySet<string> = new Set([
  'default',
  'map',
  'rejectattr',
  'replace',
  'selectattr',
])

function pairs<T>(names: string[], kind: T): [string, T][] {
  return names.map((name) => [name, kind])
}

/** A value of the library's interpreter. */
export interface Value {
  type: string
  value: unknown
}

export function toValue(json: unknown): Value {
  return new Environment().set('value', json)
}

export const nothing = toValue(undefined)
export const emptyText = toValue('')
export const emptyList = toValue([])

export function isNothing(value: Value): boolean {
  return value.type === 'UndefinedValue' || value.type === 'NullValue'
}

export function isList(value: Value): value is Value & { value: Value[] } {
  return value.type === 'ArrayValue' || value.type === 'TupleValue'
}

export function isMapping(value: Value): value is Value & { value: Map<string, Value> } {
  return value.type === 'ObjectValue' || value.type === 'NamespaceValue' || value.type === 'KeywordArgumentsValue'
}

export function isText(value: Value | undefined): value is Value & { value: string } {
  return value?.type === 'StringValue'
}

export function isInteger(value: Value | undefined): value is Value & { value: number } {
  return value?.type === 'IntegerValue'
}

export function countElements(value: Value): number {
  if (isList(value) || isText(value)) return value.value.length
  return isMapping(value) ? value.value.size : 1
}

/** A node for a value that was already evaluated and measured. */
export function constant(value: Value): Node {
  return { type: 'Constant', value }
}

/** Names that every template can use, besides its variables. */
export const globals: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
  ['range', boundedRange],
])

function boundedRange(...bounds: unknown[]): number[] {
  if (bounds.length === 0 || bounds.length > 3 || !bounds.every((bound) => Number.isSafeInteger(bound))) {
    throw new TemplateError('range needs one to three whole numbers')
  }
  const [start, stop, step = 1] = (bounds.length === 1 ? [0, ...bounds] : bounds) as [number, number, number?]
  if (step === 0) throw new TemplateError('the step of a range must not be zero')
  const length = Math.max(0, Math.ceil((stop - start) / step))
  if (length > max_list_length) throw new TemplateError(`a range can have at most ${max_list_length} numbers`)
  return Array.from({ length }, (_, index) => start + index * step)
}
