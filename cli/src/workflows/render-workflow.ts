// The files of a workflow: its graph, and beside it the code and the long texts of its steps. Pure.
import { WorkflowDefinition } from '@parley/contract/workflow-definition'
import { type Schema, orderKeys } from '../files/order-keys.ts'
import { Reference } from '../files/references.ts'
import { type Format, type RenderedFile, isFileText, renderText } from '../files/text.ts'
import { type JsonObject, isObject } from '../files/values.ts'
import { normalize } from './normalize.ts'
import type { WorkflowFile } from './workflow.ts'

const schema = WorkflowDefinition as unknown as Schema

export function renderWorkflow(workflow: WorkflowFile, format: Format): RenderedFile[] {
  const { key, name, description, metadata } = workflow
  const ordered = workflow.definition && orderDefinition(workflow.definition)
  const { definition, texts } = ordered && format === 'yaml' ? takeTexts(ordered) : { definition: ordered, texts: [] }
  const content = {
    key,
    name,
    ...(description === null ? {} : { description }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata: orderKeys(metadata) }),
    ...(definition === null ? {} : { definition }),
  }
  return [...texts, { name: `workflow.${format}`, text: renderText(content, format) }]
}

function orderDefinition(definition: JsonObject): JsonObject {
  const ordered = orderKeys(normalize(definition), schema) as JsonObject
  const { nodes } = ordered
  return Array.isArray(nodes) ? { ...ordered, nodes: nodes.map(orderStep) } : ordered
}

/** What people look for first comes first, and what is empty is left out. */
function orderStep(step: unknown): unknown {
  if (!isObject(step) || step instanceof Reference) return step
  const { id, type, name, description, config, next, ...rest } = step
  const first = Object.entries({ id, type, name, description, config, next })
  const isGiven = ([key, value]: [string, unknown]) => value !== undefined && !(isEmptyByDefault(key) && isEmpty(value))
  return { ...Object.fromEntries(first.filter(isGiven)), ...rest }
}

const isEmptyByDefault = (key: string) => key === 'config' || key === 'next'
const isEmpty = (value: unknown) => isObject(value) && Object.keys(value).length === 0

/** Of texts within a step; its code always has a file of its own. */
const long_text = { characters: 400, lines: 8 }

/** Moves texts of steps into files of their own. */
function takeTexts(whole: JsonObject): { definition: JsonObject; texts: RenderedFile[] } {
  const texts: RenderedFile[] = []
  const names = new FileNames()
  const take = (value: unknown, place: readonly string[]): unknown => {
    if (value instanceof Reference) return value
    if (typeof value === 'string') {
      const extension = extensionOf(value, place)
      if (extension === null) return value
      const name = names.choose(place, extension)
      texts.push({ name, text: `${value}\n` })
      return new Reference('file', name)
    }
    if (Array.isArray(value)) return value.map((entry, index) => take(entry, [...place, String(index)]))
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, take(entry, [...place, key])]))
  }
  const { nodes } = whole
  if (!Array.isArray(nodes)) return { definition: whole, texts }
  const steps = nodes.map((step: unknown) =>
    isObject(step) && typeof step['id'] === 'string' && isObject(step['config'])
      ? { ...step, config: take(step['config'], [step['id']]) }
      : step,
  )
  return { definition: { ...whole, nodes: steps }, texts }
}

/** Null: it stays where it is. `place` begins with the id of the step. */
function extensionOf(text: string, place: readonly string[]): string | null {
  if (!isFileText(text)) return null
  if (place.length === 2 && place[1] === 'code') return 'js'
  const isLong = text.length > long_text.characters || text.split('\n').length > long_text.lines
  return isLong ? 'txt' : null
}

const max_name_characters = 100

/** Names that are unique where the case of letters does not matter, too. */
class FileNames {
  readonly #taken = new Set<string>()

  /** As in `n1.js`, `n2.body.txt`. */
  choose(place: readonly string[], extension: string): string {
    const [id = '', ...rest] = place
    const parts = extension === 'js' ? [id] : [id, ...rest.map((part) => part.replaceAll(/[^A-Za-z0-9_-]+/g, '-'))]
    const base = parts.join('.').slice(0, max_name_characters)
    let name = `${base}.${extension}`
    for (let count = 2; this.#taken.has(name.toLowerCase()); count += 1) name = `${base}-${count}.${extension}`
    this.#taken.add(name.toLowerCase())
    return name
  }
}
