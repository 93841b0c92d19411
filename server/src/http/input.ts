// From a request to an operation's input: path, query, headers and body checked against the contract, every fault at once.
import { AgentConfig, ImportedConversation, type Operation, headerName } from '@parley/contract'
import type { FastifyRequest } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { AppError, type FieldFault, invalid } from '../base/errors.ts'
import { findUnstorable, isStorable } from '../base/text.ts'
import { describeFaults } from '../base/faults.ts'
import { type FindErrors, createErrorFinders } from '../base/validation.ts'

/** Query and header values are text and are coerced; a body says its types itself. */
const createFinderForText = createErrorFinders({ coerceTypes: true })
const createFinderForBody = createErrorFinders()

type Values = Record<string, unknown>

/** Reads the declared fields only: what the contract does not name is ignored. */
export function createInputReader(operation: Operation): (request: FastifyRequest) => Values {
  const { params, query, headers, body } = operation
  const readQuery = query && createTextReader(query)
  const readHeaders = headers && createTextReader(headers)
  const readBody = body && createPartReader(withoutJudgedElsewhere(body), createFinderForBody, namesOfRows(body))
  const names = Object.keys(headers?.properties ?? {})

  return (request) => {
    const faults: FieldFault[] = []
    const input: Values = {}
    if (readBody) {
      const sent = request.body ?? (operation.body_optional ? {} : undefined)
      Object.assign(input, readBody(sent, faults))
    }
    if (readHeaders) Object.assign(input, readHeaders(pickHeaders(request, names), faults))
    if (readQuery) Object.assign(input, readQuery({ ...(request.query as Values) }, faults))
    if (params) Object.assign(input, readPath(request.params as Values))
    if (faults.length > 0) throw invalid(...faults)
    return input
  }
}

/** `rows` are the fields whose text is not looked at here. */
function createPartReader(schema: TObject, createFinder: (schema: object) => FindErrors, rows: string[] = []) {
  const findErrors = createFinder(schema)
  const names = Object.keys(schema.properties)
  const searched = names.filter((name) => !rows.includes(name))
  return (value: unknown, faults: FieldFault[]): Values => {
    if (value === undefined) {
      faults.push({ path: '', message: 'a JSON body is required' })
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

/** Digits, and so few that a number holds them; of `0x10`, `1e3` and ` 7 ` a coercion would make numbers too. */
const wholeNumber = /^-?\d{1,15}$/

function createTextReader(schema: TObject) {
  const readPart = createPartReader(schema, createFinderForText)
  const integers = Object.keys(schema.properties).filter((name) => isInteger(schema.properties[name]!))
  return (values: Values, faults: FieldFault[]): Values => {
    const odd = integers.filter((path) => Object.hasOwn(values, path) && !wholeNumber.test(String(values[path])))
    const found: FieldFault[] = []
    const input = readPart(values, found)
    faults.push(...odd.map((path) => ({ path, message: 'must be a whole number of at most 15 digits' })))
    faults.push(...found.filter(({ path }) => !odd.includes(path)))
    return input
  }
}

function isInteger({ type }: TSchema & { type?: unknown }): boolean {
  return type === 'integer' || (Array.isArray(type) && type.includes('integer'))
}

function pickHeaders(request: FastifyRequest, names: string[]): Values {
  const values: Values = {}
  for (const name of names) {
    const value = request.headers[headerName(name).toLowerCase()]
    if (value !== undefined) values[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return values
}

/** An id that no text column can hold is one that nothing has. */
function readPath(params: Values): Values {
  if (!isStorable(params)) throw new AppError('not_found')
  return params
}

/**
 * Agent configurations and imported rows are judged by their rooms, which say more than valid or not; here they are any JSON.
 */
const judgedElsewhere: ReadonlySet<unknown> = new Set([AgentConfig, ImportedConversation])

function withoutJudgedElsewhere(body: TObject): TObject {
  const properties = Object.entries(body.properties).map(([name, schema]) => [name, loosen(schema)])
  return { ...body, properties: Object.fromEntries(properties) } as TObject
}

function loosen(schema: TSchema): object {
  const { anyOf, items } = schema as { anyOf?: unknown[]; items?: unknown }
  if (judgedElsewhere.has(schema) || anyOf?.some((branch) => judgedElsewhere.has(branch))) return {}
  return judgedElsewhere.has(items) ? { ...schema, items: {} } : schema
}

/** Lists of rows that are judged one by one: no text of one may fail the others. */
function namesOfRows({ properties }: TObject): string[] {
  return Object.keys(properties).filter((name) => judgedElsewhere.has((properties[name] as { items?: unknown }).items))
}
