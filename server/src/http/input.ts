// Reads an operation's input from a request: checks path, query, headers and body against the contract, reporting every fault.
import { type Operation, headerName } from '@parley/contract'
import type { TObject, TSchema } from 'typebox'
import { type FieldFault, invalid } from '../base/errors.ts'
import { createErrorFinders } from '../base/validation.ts'
import { type ReadPart, type Values, createBodyReader, createPartReader, readPath } from '../calls/check-input.ts'
import type { CallRequest } from './call-request.ts'

/** Query and header values are text and are converted; values of a body are typed. */
const createFinderForText = createErrorFinders({ coerceTypes: true })

export interface InputReader {
  /** The whole input of a request without a file. */
  read(request: CallRequest): Values
  /** All but the body, which is not there yet. */
  readHead(request: CallRequest): Values
  /** The metadata beside a file. */
  readMetadata(sent: unknown): Values
}

/** Reads only declared fields and ignores all others. */
export function createInputReader(operation: Operation): InputReader {
  const { params, query, headers, upload } = operation
  const readQuery = query && createTextReader(query)
  const readHeaders = headers && createTextReader(headers)
  const readBody = createReaderOfBody(operation)
  const readForm = upload?.form === 'multipart' ? createBodyReader(upload.metadata) : undefined
  const names = Object.keys(headers?.properties ?? {})

  const readRest = (request: CallRequest, faults: FieldFault[]): Values => ({
    ...readHeaders?.(pickHeaders(request, names), faults),
    ...readQuery?.({ ...(request.query as Values) }, faults),
    ...(params && readPath(request.params as Values)),
  })
  const checked = (reading: (faults: FieldFault[]) => Values): Values => {
    const faults: FieldFault[] = []
    const input = reading(faults)
    if (faults.length > 0) throw invalid(...faults)
    return input
  }
  return {
    read: (request) => checked((faults) => ({ ...readBody?.(request.body, faults), ...readRest(request, faults) })),
    readHead: (request) => checked((faults) => readRest(request, faults)),
    readMetadata(sent) {
      if (!readForm || sent === undefined) return {}
      const prefixed = (fault: FieldFault) => ({ ...fault, path: fault.path ? `metadata.${fault.path}` : 'metadata' })
      return checked((faults) => {
        const found: FieldFault[] = []
        const metadata = readForm(sent, found)
        faults.push(...found.map(prefixed))
        return { metadata }
      })
    },
  }
}

function createReaderOfBody({ body, body_optional, whole_body }: Operation): ReadPart | undefined {
  if (!body) return undefined
  if (whole_body !== undefined) return createWholeReader(whole_body, body.properties[whole_body]!)
  const readBody = createBodyReader(body)
  return (sent, faults) => readBody(sent ?? (body_optional ? {} : undefined), faults)
}

/** The body is one field. Of several shapes the one is checked that the body resembles, so that faults speak only of that. */
function createWholeReader(name: string, schema: TSchema): ReadPart {
  const { anyOf: shapes = [schema] } = schema as { anyOf?: TSchema[] }
  const readers = shapes.map((shape) => ({
    isList: (shape as { type?: unknown }).type === 'array',
    read: createBodyReader({ type: 'object', properties: { body: shape }, required: ['body'] } as unknown as TObject),
  }))
  return (sent, faults) => {
    const { read } = readers.find(({ isList }) => isList === Array.isArray(sent)) ?? readers[0]!
    const found: FieldFault[] = []
    const { body } = read(sent === undefined ? undefined : { body: sent }, found)
    faults.push(...found.map((fault) => ({ ...fault, path: fault.path.replace(/^body\.?/, '') })))
    return { [name]: body }
  }
}

/** Few enough digits for a number to be exact. Plain conversion would also accept `0x10`, `1e3` and ` 7 `. */
const wholeNumber = /^-?\d{1,15}$/

function createTextReader(schema: TObject): ReadPart {
  const readPart = createPartReader(schema, createFinderForText)
  const integers = Object.keys(schema.properties).filter((name) => isInteger(schema.properties[name]!))
  const lists = Object.keys(schema.properties).filter((name) => isList(schema.properties[name]!))
  return (values, faults) => {
    const sent = values as Values
    // One that can be repeated is a list, however often it was sent.
    for (const name of lists) if (typeof sent[name] === 'string') sent[name] = [sent[name]]
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

const isList = ({ type }: TSchema & { type?: unknown }) => type === 'array'

function pickHeaders(request: CallRequest, names: string[]): Values {
  const values: Values = {}
  for (const name of names) {
    const value = request.headers[headerName(name).toLowerCase()]
    if (value !== undefined) values[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return values
}
