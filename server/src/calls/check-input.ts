// Checks an operation's input against the contract and reports every fault at once. Unknown fields are ignored.
import {
  AgentConfig,
  ImportedConversation,
  type Operation,
  type OperationId,
  WebWidgetConfig,
  operations,
} from '@parley/contract'
import type { TObject, TSchema } from 'typebox'
import { type FieldFault, invalid } from '../base/errors.ts'
import { findUnstorable, makeStorable } from '../base/text.ts'
import { describeFaults } from '../base/faults.ts'
import { type FindErrors, createErrorFinders } from '../base/validation.ts'
import type { Checked } from './call.ts'

export type Values = Record<string, unknown>

/** Reads the declared fields of a part of a call and adds their faults to the list. */
export type ReadPart = (value: unknown, faults: FieldFault[]) => Values

const createFinder = createErrorFinders()

/** Expects typed values: for all origins except HTTP, whose path, query and headers are text. */
export function checkFlat<Id extends OperationId>(id: Id, values: unknown): Checked<Id> {
  const operation: Operation = operations[id]
  const faults: FieldFault[] = []
  const input = readFlat(operation, values, faults)
  if (faults.length > 0) throw invalid(...faults)
  return input as Checked<Id>
}

const readers = new Map<string, ReadPart>()

function readFlat(operation: Operation, values: unknown, faults: FieldFault[]): Values {
  const reader = readers.get(operation.id) ?? createFlatReader(operation)
  readers.set(operation.id, reader)
  const given = (values ?? {}) as Values
  return reader({ ...given, ...readPath(pick(given, Object.keys(operation.params?.properties ?? {}))) }, faults)
}

function createFlatReader(operation: Operation): ReadPart {
  const { params, query, headers, body, body_optional } = operation
  const parts = [params, query, headers, body].filter((part) => part !== undefined)
  const isOptional = (part: TObject) => part === body && body_optional === true
  const required = parts.flatMap((part) => (isOptional(part) ? [] : ((part.required as string[] | undefined) ?? [])))
  const properties = Object.assign({}, ...parts.map((part) => part.properties)) as TObject['properties']
  const whole = { type: 'object', properties, required } as unknown as TObject
  return createPartReader(withoutJudgedElsewhere(whole), createFinder, namesOfRows(whole))
}

/** Checks a body, whose values are typed. */
export function createBodyReader(body: TObject): ReadPart {
  return createPartReader(withoutJudgedElsewhere(body), createFinder, namesOfRows(body))
}

/** `rows` are the fields whose text is not examined here. */
export function createPartReader(
  schema: TObject,
  createFinderFor: (schema: object) => FindErrors,
  rows: string[] = [],
): ReadPart {
  const findErrors = createFinderFor(schema)
  const names = Object.keys(schema.properties)
  const searched = names.filter((name) => !rows.includes(name))
  return (value, faults) => {
    if (value === undefined) {
      faults.push({ path: '', message: 'must have a JSON body' })
      return {}
    }
    faults.push(...describeFaults(findErrors(value)))
    if (typeof value !== 'object' || value === null) return {}
    faults.push(...findUnstorable(pick(value as Values, searched)))
    return pick(value as Values, names)
  }
}

function pick(values: Values, names: string[]): Values {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(values, name)).map((name) => [name, values[name]]))
}

/** An id that a text column cannot store becomes one that no resource has, and so gets the operation's own answer. */
export function readPath(params: Values): Values {
  const storable = (value: unknown) => (typeof value === 'string' ? makeStorable(value) : value)
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, storable(value)]))
}

/**
 * Configurations and imported rows are validated by their rooms, which report more than faults; here any JSON passes.
 */
const judgedElsewhere: ReadonlySet<unknown> = new Set([AgentConfig, ImportedConversation, WebWidgetConfig])

function withoutJudgedElsewhere(body: TObject): TObject {
  const properties = Object.entries(body.properties).map(([name, schema]) => [name, loosen(schema)])
  return { ...body, properties: Object.fromEntries(properties) } as TObject
}

function loosen(schema: TSchema): object {
  const { anyOf, items } = schema as { anyOf?: unknown[]; items?: unknown }
  if (judgedElsewhere.has(schema) || anyOf?.some((branch) => judgedElsewhere.has(branch))) return {}
  return judgedElsewhere.has(items) ? { ...schema, items: {} } : schema
}

/** Lists whose rows are checked one by one, so that the text of one row cannot fail the others. */
function namesOfRows({ properties }: TObject): string[] {
  return Object.keys(properties).filter((name) => judgedElsewhere.has((properties[name] as { items?: unknown }).items))
}
