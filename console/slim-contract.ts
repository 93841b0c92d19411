// The contract as a browser needs it: where each operation is and what goes where, without the schemas, which only the server judges by
// and which would be a third of what a browser loads.
import { fileURLToPath } from 'node:url'
import { type ActionDefinition, type Operation, actions, operations } from '@parley/contract'
import * as contract from '@parley/contract'
import * as handOff from '../contract/src/hand-off/words.ts'
import * as knowledge from '../contract/src/knowledge/words.ts'
import * as vocabulary from '../contract/src/vocabulary.ts'
import * as widgets from '../contract/src/web-widgets/words.ts'
import type { Plugin } from 'vite'

const id = '\0slim-contract'

/** Takes the place of `@parley/contract` in the bundle; its types stay those of the contract. */
export function slimContract(): Plugin {
  return {
    name: 'parley-slim-contract',
    enforce: 'pre',
    resolveId: (source) => (source === '@parley/contract' ? id : null),
    load: (loaded) => (loaded === id ? renderModule() : null),
  }
}

/** Modules without schemas, which are loaded as they are. */
const plain: readonly object[] = [vocabulary, handOff, knowledge, widgets]

function renderModule(): string {
  const lists = Object.entries(contract).filter(
    ([name, value]) => !plain.some((words) => name in words) && isListOfTexts(value),
  )
  const slim = Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, slimOperation(operation)]),
  )
  const fileOf = (name: string) => JSON.stringify(fileURLToPath(new URL(`../contract/src/${name}`, import.meta.url)))
  return [
    `export { headerName } from ${fileOf('operation.ts')}`,
    `export { readOwnPath } from ${fileOf('own-path.ts')}`,
    `export * from ${fileOf('form-values.ts')}`,
    `export { fencePassages } from ${fileOf('knowledge/fence.ts')}`,
    `export * from ${fileOf('hand-off/words.ts')}`,
    `export * from ${fileOf('knowledge/words.ts')}`,
    `export * from ${fileOf('vocabulary.ts')}`,
    `export * from ${fileOf('web-widgets/contrast.ts')}`,
    `export * from ${fileOf('web-widgets/words.ts')}`,
    ...lists.map(([name, values]) => `export const ${name} = ${JSON.stringify(values)}`),
    `export const operations = ${JSON.stringify(slim)}`,
    `export const actions = ${JSON.stringify(actions.map(slimAction))}`,
  ].join('\n')
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

/** What the editor of a form asks of an action. */
function slimAction({ types, form, schema: { required, properties } }: ActionDefinition) {
  const fields = form.map(({ field }) => {
    const { type, enum: choices, maxLength } = properties[field] as Record<string, unknown>
    return [field, { type, enum: choices, maxLength }]
  })
  return { types, form, schema: { required, properties: Object.fromEntries(fields) } }
}

/** For people, or for servers; whatever else an operation has, also what it will have one day, is a client's. */
const left_out = new Set(['tag', 'summary', 'description', 'access', 'narrowed', 'errors', 'params', 'answer'])

function slimOperation(operation: Operation) {
  const { success, answer, query, headers, body } = operation
  return {
    ...Object.fromEntries(Object.entries(operation).filter(([field]) => !left_out.has(field))),
    ...(answer ? { answer: { kind: answer.kind } } : {}),
    success: { status: success.status },
    ...namesOf({ query, headers, body }),
  }
}

/** Of each part its fields, all that a client asks of it. */
function namesOf(parts: Pick<Operation, 'query' | 'headers' | 'body'>) {
  const known = Object.entries(parts).flatMap(([part, schema]) => (schema ? [[part, schema] as const] : []))
  return Object.fromEntries(
    known.map(([part, schema]) => [
      part,
      { properties: Object.fromEntries(Object.keys(schema.properties).map((name) => [name, 0])) },
    ]),
  )
}
