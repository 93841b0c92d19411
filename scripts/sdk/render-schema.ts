// Renders JSON Schemas as TypeScript: each named schema once, as a declaration, and the others where they are used.
import { describingSchemaOf, nameOfSchema, shownTypeOf } from '@parley/contract'

type Json = Record<string, unknown>

interface Fields {
  properties?: Record<string, Json>
  required?: string[]
  additionalProperties?: unknown
}

/** Names that a declaration must not have, because they are those of the language. */
const renamed: Record<string, string> = { Error: 'ErrorBody' }

export class Declarations {
  readonly #declared = new Map<string, string>()

  /** The type of a schema. */
  typeOf(given: unknown): string {
    const schema = describingSchemaOf(given as object)
    const name = nameOfSchema(schema)
    if (name === undefined) return shownTypeOf(schema) ?? this.#inline(schema as Json)
    const own = renamed[name] ?? name
    if (!this.#declared.has(own)) {
      this.#declared.set(own, '') // reserves its place in case it refers to itself
      this.#declared.set(own, this.#declare(own, schema as Json))
    }
    return own
  }

  /** The body of an interface with the fields of the schema. */
  fieldsOf(schema: object): string {
    const { properties = {}, required = [], additionalProperties: others } = schema as Fields
    const rows = Object.entries(properties).map(([name, field]) => {
      const key = /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`
      const type = this.typeOf(field).replaceAll('\n', '\n  ')
      return `${comment(field, '  ')}  ${key}${required.includes(name) ? '' : '?'}: ${type}`
    })
    if (others === true) rows.push('  [name: string]: unknown')
    return rows.length === 0 ? '{}' : `{\n${rows.join('\n')}\n}`
  }

  /** All that were needed, by name. */
  render(): string {
    const sorted = [...this.#declared].sort(([a], [b]) => (a < b ? -1 : 1))
    return sorted.map(([, text]) => text).join('\n\n')
  }

  #declare(name: string, schema: Json): string {
    const doc = comment(schema, '')
    return isObject(schema)
      ? `${doc}export interface ${name} ${this.fieldsOf(schema)}`
      : `${doc}export type ${name} = ${this.#inline(schema)}`
  }

  #inline(schema: Json): string {
    if ('const' in schema) return literal(schema['const'])
    if (Array.isArray(schema['enum'])) return schema['enum'].map(literal).join(' | ')
    const variants = (schema['anyOf'] ?? schema['oneOf']) as unknown[] | undefined
    if (variants) return [...new Set(variants.map((variant) => this.typeOf(variant)))].map(grouped).join(' | ')
    if (Array.isArray(schema['allOf'])) return schema['allOf'].map((part) => `(${this.typeOf(part)})`).join(' & ')
    if (Array.isArray(schema['type']))
      return schema['type'].map((type) => grouped(this.#inline({ ...schema, type }))).join(' | ')
    return this.#simple(schema)
  }

  #simple(schema: Json): string {
    switch (schema['type']) {
      case 'object':
        return this.#recordOf(schema) ?? this.fieldsOf(schema)
      case 'array':
        return schema['items'] ? `${wrapped(this.typeOf(schema['items']))}[]` : 'unknown[]'
      case 'integer':
      case 'number':
        return 'number'
      case undefined:
        return 'unknown'
      default:
        return String(schema['type'])
    }
  }

  #recordOf(schema: Json): string | null {
    if (Object.keys((schema['properties'] ?? {}) as object).length > 0) return null
    const patterns = schema['patternProperties'] as Record<string, unknown> | undefined
    const values = patterns ? Object.values(patterns)[0] : schema['additionalProperties']
    if (values === undefined || values === false) return 'Record<string, never>'
    return `Record<string, ${values === true ? 'unknown' : this.typeOf(values)}>`
  }
}

/** An object with fields of its own, and so an interface. */
function isObject(schema: Json): boolean {
  return schema['type'] === 'object' && Object.keys((schema['properties'] ?? {}) as object).length > 0
}

const literal = (value: unknown) => (typeof value === 'string' ? `'${value}'` : String(value))
const grouped = (type: string) => (type.includes(' & ') ? `(${type})` : type)
/** Whether the type has several parts outside of braces. */
const hasParts = (type: string) => /[|&]/.test(type.replace(/\{[^]*\}/, '')) || /\}[^{]*[|&][^}]*\{/.test(type)
const wrapped = (type: string) => (hasParts(type) ? `(${type})` : type)

/** What the schema says of the value, with its default and bounds. */
function comment(schema: Json, indent: string): string {
  if (nameOfSchema(schema) !== undefined && indent !== '') return ''
  const { description, default: value, minimum, maximum } = schema as { description?: string } & Json
  const text = [
    description,
    value === undefined || description?.includes('Default') ? undefined : `Default: ${JSON.stringify(value)}.`,
    minimum !== undefined && maximum !== undefined ? `From ${minimum} to ${maximum}.` : undefined,
  ]
  return renderComment(text.filter((part) => part !== undefined).join(' '), indent)
}

export function renderComment(text: string, indent: string): string {
  if (text === '') return ''
  const lines = text.replaceAll('*/', '*\\/').split('\n')
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`
}
