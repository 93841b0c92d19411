// Which texts of a step hold expressions, and what may be in them. Pure.
import { isObject } from '../../agents/rules/config-faults.ts'
import { joinPath } from '../../base/faults.ts'
import type { ViewedStep } from './graph-view.ts'
import type { Segment } from './problems.ts'

export interface ExpressionPlace {
  path: string
  /** `text`: a text in which there may be any number. `whole`: one expression and nothing else, with or without braces. */
  form: 'text' | 'whole'
  /** Whether it may name `secrets`. */
  secrets: boolean
  /** Whether it may be, or contain, a prompt. Not before an execution begins, where nobody pays for a model. */
  prompts: boolean
}

export interface ListedExpression {
  text: string
  place: ExpressionPlace
}

type Kind = Omit<ExpressionPlace, 'path'>

const text: Kind = { form: 'text', secrets: false, prompts: true }
const withSecrets: Kind = { ...text, secrets: true }
const condition: Kind = { form: 'whole', secrets: false, prompts: true }
const ofTrigger: Kind = { form: 'whole', secrets: false, prompts: false }

/** A header's name has only such characters, and no expression of any use has no others. */
const headerName = /^[A-Za-z0-9_-]+$/

/** What tells a repeated request of a webhook apart: a header, or an expression. */
export function readDedupe(dedupe: string): { header: string } | { expression: string } {
  return headerName.test(dedupe) ? { header: dedupe.toLowerCase() } : { expression: dedupe }
}

/** Malformed parts have none: the schema tells of them. */
export function listExpressions({ index, type, config }: ViewedStep): ListedExpression[] {
  const at = ['nodes', index, 'config']
  switch (type) {
    case 'trigger':
      return listOfTrigger(config, at)
    case 'condition':
      return listOfEach(config['conditions'], [...at, 'conditions'], 'condition', condition)
    case 'http':
      return ['url', 'headers', 'query_params', 'body'].flatMap((key) => walk(config[key], [...at, key], withSecrets))
    case 'app':
      return walk(config['arguments'], [...at, 'arguments'], text)
    case 'output':
      return listOfEach(config['output_data'], [...at, 'output_data'], 'value', text)
    case 'wait':
      return ['duration', 'until'].flatMap((key) => walk(config[key], [...at, key], text))
    default:
      return []
  }
}

function listOfTrigger({ type, filter, dedupe }: Record<string, unknown>, at: Segment[]): ListedExpression[] {
  if (type === 'event' && typeof filter === 'string') return walk(filter, [...at, 'filter'], ofTrigger)
  const isExpression = type === 'webhook' && typeof dedupe === 'string' && 'expression' in readDedupe(dedupe)
  return isExpression ? walk(dedupe, [...at, 'dedupe'], ofTrigger) : []
}

function listOfEach(list: unknown, at: Segment[], key: string, kind: Kind): ListedExpression[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((each: unknown, index) => (isObject(each) ? walk(each[key], [...at, index, key], kind) : []))
}

/** Every text in a value; keys are literal. As deep as the value is, which is bounded. */
function walk(value: unknown, at: Segment[], kind: Kind): ListedExpression[] {
  if (typeof value === 'string') {
    return kind.form === 'whole' || hasExpression(value)
      ? [{ text: value, place: { ...kind, path: joinPath(at) } }]
      : []
  }
  if (Array.isArray(value)) return value.flatMap((entry, index) => walk(entry, [...at, index], kind))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, entry]) => walk(entry, [...at, key], kind))
}

/** Whether a text may hold an expression; one without is literal. */
export const hasExpression = (value: string) => value.includes('{{') || value.includes('${')

const opening = /(?<!\\)(?:\{\{|\$\{)/g

/** How many expressions a text holds, by what opens them. */
export function countExpressions({ text: written, place }: ListedExpression): number {
  const count = written.match(opening)?.length ?? 0
  return place.form === 'whole' ? Math.max(1, count) : count
}
