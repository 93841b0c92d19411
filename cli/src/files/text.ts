// Converts between values and the text of their files, in YAML or JSON.
import { isExactNumber } from '@parley/server/read-json'
import { Document, type ScalarTag, type Tags, parseDocument, visit } from 'yaml'
import { isKey, what_a_key_is } from './key.ts'
import { type Noun, Reference } from './references.ts'
import { isObject } from './values.ts'

function referenceTag(to: Reference['to']): ScalarTag {
  return {
    tag: `!${to}`,
    identify: (value) => value instanceof Reference && value.to === to,
    resolve(name, onError) {
      if (to !== 'file' && !isKey(name)) onError(`!${to} must be followed by a key: ${what_a_key_is}`)
      return new Reference(to, name)
    },
    stringify: ({ value }) => JSON.stringify((value as Reference).name).replaceAll(/^"([\w.-]+)"$/g, '$1'),
  }
}

const referenceTags = { file: referenceTag('file'), agent: referenceTag('agent'), workflow: referenceTag('workflow') }

/** Also reports numbers that a double cannot hold, by the server's rule: the server sees only what they have changed to. */
const readTags =
  (named: readonly Noun[]) =>
  (tags: Tags): Tags => [
    ...tags.map((tag) => (typeof tag === 'object' && !tag.collection && isNumberTag(tag) ? checkNumbers(tag) : tag)),
    ...(['file', ...named] as const).map((to) => referenceTags[to]),
  ]

const isNumberTag = ({ tag }: ScalarTag) => /:(int|float)$/.test(tag)

function checkNumbers(tag: ScalarTag): ScalarTag {
  const resolve: ScalarTag['resolve'] = (text, onError, options) => {
    const exact = tag.resolve(text, onError, { ...options, intAsBigInt: true })
    const literal = typeof exact === 'bigint' ? String(exact) : decimalOf(text)
    // Others, such as `.inf`, are not JSON, and are reported with their path.
    const isDecimal = !Number.isNaN(Number(literal))
    if (isDecimal && !isExactNumber(literal))
      onError('The number would be changed when it is stored; write it as a string')
    return tag.resolve(text, onError, options)
  }
  return { ...tag, resolve }
}

/** A YAML float without the sign, the zeros and the underscores that JSON does not allow. */
const decimalOf = (text: string) =>
  text
    .replaceAll('_', '')
    .replace(/^\+/, '')
    .replace(/^(-?)0+(?=\d)/, '$1')

const max_aliases = 100
const max_depth = 100

type Parsed = { value: unknown } | { faults: string[] }

export type Format = 'yaml' | 'json'

/** The value is JSON, except that it can contain `Reference`s: to files, and to what is `named`. */
export function parseText(text: string, format: Format, named: readonly Noun[]): Parsed {
  try {
    if (format === 'json') JSON.parse(text)
    // JSON is also YAML, and the YAML parser rejects duplicate keys.
    const document = parseDocument(text, { customTags: readTags(named), stringKeys: true })
    const faults = [...document.errors, ...document.warnings].map(({ message }) => firstLine(message))
    if (faults.length > 0) return { faults }
    const value: unknown = document.toJS({ maxAliasCount: max_aliases })
    const fault = findForeignValue(value, '', max_depth)
    // JSON on the server has no minus zero, so keeping it would always show a difference.
    return fault === null ? { value: withoutMinusZero(value) } : { faults: [fault] }
  } catch (error) {
    return { faults: [`could not be parsed: ${firstLine(error instanceof Error ? error.message : String(error))}`] }
  }
}

/** YAML can express more than JSON. Returns null if the value is JSON. */
function findForeignValue(value: unknown, path: string, depth: number): string | null {
  if (depth === 0) return `${path} is nested too deeply`
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null
  if (typeof value === 'number') return Number.isFinite(value) ? null : `${path} must be a finite number`
  if (value instanceof Reference) return null
  const isPlain =
    typeof value === 'object' && (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)
  if (!isPlain) return `${path} must be a JSON value`
  for (const [key, entry] of Object.entries(value)) {
    const fault = findForeignValue(entry, path === '' ? key : `${path}.${key}`, depth - 1)
    if (fault !== null) return fault
  }
  return null
}

function withoutMinusZero(value: unknown): unknown {
  if (value instanceof Reference) return value
  if (Array.isArray(value)) return value.map(withoutMinusZero)
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutMinusZero(entry)]))
  return value === 0 ? 0 : value
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/:$/, '')
}

// --- writing ---

export interface RenderedFile {
  name: string
  text: string
}

/** `content` is JSON, and in YAML can contain references. */
export function renderText(content: object, format: Format): string {
  return format === 'json' ? `${JSON.stringify(content, null, 2)}\n` : renderYaml(content)
}

function renderYaml(content: object): string {
  const document = new Document(content, { customTags: Object.values(referenceTags), aliasDuplicateObjects: false })
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && !isPlainText(node.value)) node.type = 'QUOTE_DOUBLE'
    },
  })
  return document.toString({
    lineWidth: 0,
    blockQuote: 'literal',
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  })
}

/** Whether a text can be written without quotes: no trailing spaces on its lines and no invisible characters. */
function isPlainText(text: string): boolean {
  return !/^\s|[^\S\n](\n|$)|\n\n$|[^\P{C}\n]|[\u2028\u2029]/u.test(text)
}

/** Whether the text survives a round trip through a file, even if git changes its line endings. */
export function isFileText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed() && !/[\r\0]|^\uFEFF/.test(value)
}

/** The text in a file, without the line break that ends the file. */
export function textOfFile(content: string): string {
  return content.replaceAll('\r\n', '\n').replace(/\n$/, '')
}
