// The contract as a browser needs it: its words and rules, without the schemas, which only the server judges by and which would be a third
// of what a browser loads. The SDK has its own table of operations.
import { fileURLToPath } from 'node:url'
import { type ActionDefinition, actions } from '@parley/contract'
import * as contract from '@parley/contract'
import * as agents from '../contract/src/agent-words.ts'
import * as audit from '../contract/src/audit/words.ts'
import * as handOff from '../contract/src/hand-off/words.ts'
import * as knowledge from '../contract/src/knowledge/words.ts'
import * as organizations from '../contract/src/organizations/words.ts'
import * as vocabulary from '../contract/src/vocabulary.ts'
import * as widgets from '../contract/src/web-widgets/words.ts'
import * as workflows from '../contract/src/workflows/words.ts'
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
const plain: readonly object[] = [agents, audit, vocabulary, handOff, knowledge, organizations, widgets, workflows]

function renderModule(): string {
  const lists = Object.entries(contract).filter(
    ([name, value]) => !plain.some((words) => name in words) && isListOfTexts(value),
  )
  const fileOf = (name: string) => JSON.stringify(fileURLToPath(new URL(`../contract/src/${name}`, import.meta.url)))
  return [
    `export { readOwnPath } from ${fileOf('own-path.ts')}`,
    `export * from ${fileOf('agent-words.ts')}`,
    `export * from ${fileOf('audit/words.ts')}`,
    `export * from ${fileOf('form-values.ts')}`,
    `export { fencePassages } from ${fileOf('knowledge/fence.ts')}`,
    `export * from ${fileOf('hand-off/words.ts')}`,
    `export * from ${fileOf('knowledge/words.ts')}`,
    `export * from ${fileOf('organizations/words.ts')}`,
    `export * from ${fileOf('vocabulary.ts')}`,
    `export * from ${fileOf('web-widgets/contrast.ts')}`,
    `export * from ${fileOf('web-widgets/words.ts')}`,
    `export * from ${fileOf('workflows/read-cron.ts')}`,
    `export * from ${fileOf('workflows/words.ts')}`,
    ...lists.map(([name, values]) => `export const ${name} = ${JSON.stringify(values)}`),
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
