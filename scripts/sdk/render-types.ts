// Renders the types of the SDK from the contract: each operation's input, output, events and method, and all that they name.
import {
  type Operation,
  OrganizationEvent,
  WebhookEvent,
  ConversationEvent,
  describeError,
  errorTable,
} from '@parley/contract'
import { Declarations, renderComment } from './render-schema.ts'

/** Operations whose methods are written by hand, because they are streams or answer in two forms. */
const without_method = new Set([
  'streamConversationEvents',
  'streamDatasetProgress',
  'streamExecutionEvents',
  'compareAgentVersions',
  'compareWorkflowVersions',
  'suggestReply',
  'finishOpenIdSignIn',
])

const head = `// Generated from the contract by \`npm run generate\`: the input and output of each operation, and a method for each.
import type { CallOptions, FileInput } from '../request.ts'
`

export function renderTypes(operations: Record<string, Operation>): string {
  const declarations = new Declarations()
  const list = Object.values(operations)
  const inputs = list.map((operation) => renderInput(operation, declarations))
  const outputs = list.map((operation) => renderOutput(operation, declarations))
  const events = list.flatMap((operation) => renderEvents(operation, declarations))
  const methods = list.filter(({ id }) => !without_method.has(id)).map(renderMethod)
  for (const schema of [ConversationEvent, OrganizationEvent, WebhookEvent]) declarations.typeOf(schema)
  const map = (kind: string) => list.map(({ id }) => `  ${id}: ${capitalized(id)}${kind}`).join('\n')
  return [
    head,
    renderCodes(),
    declarations.render(),
    ...inputs,
    ...outputs,
    ...events,
    `/** The input of each operation: its path, query, headers and body in one object. */\nexport interface Inputs {\n${map('Input')}\n}`,
    `/** What each operation answers. */\nexport interface Outputs {\n${map('Output')}\n}`,
    `export interface Methods {\n${methods.join('\n')}\n}`,
    '',
  ].join('\n\n')
}

/** Every code that an answer of this version can have. */
function renderCodes(): string {
  const names = Object.keys(errorTable) as (keyof typeof errorTable)[]
  const codes = [...new Set(names.map((name) => describeError(name).code))].sort()
  return `/** The \`code\` of an error. */\nexport type ErrorCode =\n${codes.map((code) => `  | '${code}'`).join('\n')}`
}

const capitalized = (id: string) => id[0]!.toUpperCase() + id.slice(1)

function renderInput({ id, ...operation }: Operation, declarations: Declarations): string {
  const { params, query, headers, body, upload } = operation
  const merged = (parts: (Operation['query'] | undefined)[]) => ({
    type: 'object',
    properties: Object.assign({}, ...parts.map((part) => part?.properties ?? {})) as object,
    required: parts.flatMap((part) => (part?.['required'] as string[] | undefined) ?? []),
  })
  const name = `${capitalized(id)}Input`
  if (!upload) return `export interface ${name} ${declarations.fieldsOf(merged([params, query, headers, body]))}`
  const common = declarations.fieldsOf(merged([params, query, headers]))
  const metadata = upload.form === 'multipart' ? `; metadata?: ${declarations.typeOf(upload.metadata)}` : ''
  const forms = [...(body ? [declarations.fieldsOf(body)] : []), `{ file: FileInput${metadata} }`]
  return `export type ${name} = ${common} & (${forms.join(' | ')})`
}

function renderOutput({ id, success, answer }: Operation, declarations: Declarations): string {
  const type = success.schema ? declarations.typeOf(success.schema) : answer?.kind === 'file' ? 'Response' : 'void'
  return `export type ${capitalized(id)}Output = ${type}`
}

/** The data of a stream's events by their names, where the names tell them apart. */
function renderEvents({ id, answer }: Operation, declarations: Declarations): string[] {
  if (answer?.kind !== 'events') return []
  const schema = { type: 'object', properties: answer.data, required: Object.keys(answer.data) }
  return [`export interface ${capitalized(id)}Events ${declarations.fieldsOf(schema)}`]
}

function renderMethod({ id, summary, description, params, query, headers, body, upload }: Operation): string {
  const required = [params, query, headers, body].flatMap((part) => (part?.['required'] as string[] | undefined) ?? [])
  const isNeeded = required.length > 0 || upload !== undefined
  const doc = renderComment([`${summary}.`, description].filter(Boolean).join('\n'), '  ')
  const name = capitalized(id)
  return `${doc}  ${id}(input${isNeeded ? '' : '?'}: ${name}Input, options?: CallOptions): Promise<${name}Output>`
}
