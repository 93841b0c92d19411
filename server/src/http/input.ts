// Reads an operation's input from a request: checks path, query, headers and body against the contract, reporting every fault.
import { type Operation, headerName } from '@parley/contract'
import type { FastifyRequest } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { type FieldFault, invalid } from '../base/errors.ts'
import { createErrorFinders } from '../base/validation.ts'
import { type ReadPart, type Values, createBodyReader, createPartReader, readPath } from '../calls/check-input.ts'

/** Query and header values are text and are converted; values of a body are typed. */
const createFinderForText = createErrorFinders({ coerceTypes: true })

/** Reads only declared fields and ignores all others. */
export function createInputReader(operation: Operation): (request: FastifyRequest) => Values {
  const { params, query, headers, body } = operation
  const readQuery = query && createTextReader(query)
  const readHeaders = headers && createTextReader(headers)
  const readBody = body && createBodyReader(body)
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

/** Few enough digits for a number to be exact. Plain conversion would also accept `0x10`, `1e3` and ` 7 `. */
const wholeNumber = /^-?\d{1,15}$/

function createTextReader(schema: TObject): ReadPart {
  const readPart = createPartReader(schema, createFinderForText)
  const integers = Object.keys(schema.properties).filter((name) => isInteger(schema.properties[name]!))
  return (values, faults) => {
    const sent = values as Values
    const odd = integers.filter((path) => Object.hasOwn(sent, path) && !wholeNumber.test(String(sent[path])))
    const found: FieldFault[] = []
    const input = readPart(sent, found)
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
