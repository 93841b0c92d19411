// Converts between an agent and the text of its files, in YAML or JSON.
import { AgentConfig } from '@parley/contract/agent-config'
import { isExactNumber } from '@parley/server/read-json'
import { Document, type ScalarTag, type Tags, parseDocument, visit } from 'yaml'
import { type AgentDefinition, type JsonObject, isObject } from './agent.ts'

/** `!file instructions.md` in YAML: replaced with the text of that file. */
export class FileReference {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }
}

const fileTag: ScalarTag = {
  tag: '!file',
  identify: (value) => value instanceof FileReference,
  resolve: (path) => new FileReference(path),
  stringify: ({ value }) => JSON.stringify((value as FileReference).path).replaceAll(/^"([\w.-]+)"$/g, '$1'),
}

/** Also reports numbers that a double cannot hold, by the server's rule: the server sees only what they have changed to. */
const readTags = (tags: Tags): Tags => [
  ...tags.map((tag) => (typeof tag === 'object' && !tag.collection && isNumberTag(tag) ? checkNumbers(tag) : tag)),
  fileTag,
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

/** The value is JSON, except that it can contain `FileReference`s. */
export function parseAgentText(text: string, format: Format): Parsed {
  try {
    if (format === 'json') JSON.parse(text)
    // JSON is also YAML, and the YAML parser rejects duplicate keys.
    const document = parseDocument(text, { customTags: readTags, stringKeys: true })
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
  if (value instanceof FileReference) return null
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
  if (value instanceof FileReference) return value
  if (Array.isArray(value)) return value.map(withoutMinusZero)
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutMinusZero(entry)]))
  return value === 0 ? 0 : value
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/:$/, '')
}

// --- writing ---

/** The texts that get their own file, with the name of that file. */
const ownFiles = { instructions: 'instructions.md', guardrails: 'guardrails.md' }

export interface RenderedFile {
  name: string
  text: string
}

/** The files of an agent, the main one last. Equal agents give equal files. */
export function renderAgent(agent: AgentDefinition, format: Format): RenderedFile[] {
  const texts: RenderedFile[] = []
  const config = agent.config && (orderKeys(agent.config, schema) as JsonObject)
  if (config && format === 'yaml') {
    for (const [field, name] of Object.entries(ownFiles)) {
      const text = Object.hasOwn(config, field) ? config[field] : undefined
      if (!isFileText(text)) continue
      texts.push({ name, text: `${text}\n` })
      config[field] = new FileReference(name)
    }
  }
  const content = {
    key: agent.key,
    name: agent.name,
    ...(agent.description === null ? {} : { description: agent.description }),
    ...(agent.active ? {} : { active: false }),
    ...(agent.is_demo ? { is_demo: true } : {}),
    ...(Object.keys(agent.metadata).length === 0 ? {} : { metadata: orderKeys(agent.metadata) }),
    ...(config === null ? {} : { config }),
    ...(agent.instruction_builder_inputs === null
      ? {}
      : { instruction_builder_inputs: orderKeys(agent.instruction_builder_inputs) }),
  }
  const text = format === 'json' ? `${JSON.stringify(content, null, 2)}\n` : renderYaml(content)
  return [...texts, { name: `agent.${format}`, text }]
}

function renderYaml(content: object): string {
  const document = new Document(content, { customTags: [fileTag], aliasDuplicateObjects: false })
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
function isFileText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed() && !/[\r\0]|^\uFEFF/.test(value)
}

/** The text in a file, without the line break that ends the file. */
export function textOfFile(content: string): string {
  return content.replaceAll('\r\n', '\n').replace(/\n$/, '')
}

/** The parts of a JSON Schema that `orderKeys` reads. */
interface Schema {
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  const?: unknown
}

const schema = AgentConfig as unknown as Schema

/** Sorts keys as the schema does; unknown keys follow by name. */
function orderKeys(value: unknown, known?: Schema): unknown {
  const meant = known?.anyOf ? known.anyOf.find((branch) => isMeant(branch, value)) : known
  if (Array.isArray(value)) return value.map((entry) => orderKeys(entry, meant?.items))
  if (!isObject(value)) return value
  const properties = new Map(Object.entries(meant?.properties ?? {}))
  const names = [...properties.keys()].filter((name) => Object.hasOwn(value, name))
  const others = Object.keys(value).filter((name) => !properties.has(name))
  const sorted = [...names, ...others.sort()]
  return Object.fromEntries(sorted.map((name) => [name, orderKeys(value[name], properties.get(name))]))
}

function isMeant({ properties, items, anyOf }: Schema, value: unknown): boolean {
  if (Array.isArray(value)) return items !== undefined
  if (!isObject(value)) return false
  if (anyOf) return true
  const kind = properties?.['type']?.const
  return properties !== undefined && (kind === undefined || value['type'] === kind)
}
