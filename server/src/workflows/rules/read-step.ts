// Reads a step as clients write it into its one form. What it cannot read stays as it is, for the schema to judge. Pure.
import type { StepType } from '@parley/contract'
import { isObject } from '../../agents/rules/config-faults.ts'
import { type Problem, type Segment, problemAt } from './problems.ts'

type Values = Record<string, unknown>

export interface ReadStep {
  step: unknown
  problems: Problem[]
  warnings: string[]
  /** From paths within the step in its one form to those in what was sent, where they differ. */
  moved: [form: Segment[], sent: Segment[]][]
}

const typeNames: ReadonlyMap<unknown, StepType> = new Map<unknown, StepType>([
  ['start', 'trigger'],
  ['action', 'app'],
  ['http_api', 'http'],
  ['http_request', 'http'],
  ['delay', 'wait'],
  ['end', 'output'],
  ['branch', 'condition'],
  ['if', 'condition'],
])

/** Where the configuration may be; the first one that is there is meant. */
const configKeys = ['config', 'data', 'parameters'] as const

/** `at` is the step's path in the one form. */
export function readStep(sent: unknown, at: Segment[]): ReadStep {
  if (!isObject(sent)) return { step: sent, problems: [], warnings: [], moved: [] }
  const moved: ReadStep['moved'] = []
  const problems: Problem[] = []
  const key = configKeys.find((name) => isGiven(sent[name])) ?? 'config'
  const { id, type: sentType, name: sentName, label, description, next: sentNext, [key]: sentConfig, ...others } = sent
  const type = typeNames.get(sentType) ?? sentType
  if (key !== 'config') moved.push([['config'], [key]])
  const named = readName(sentName, label, key === 'data' ? sentConfig : undefined)
  if (named.from.length > 0) moved.push([['name'], named.from])
  const next = readNext(sentNext, [...at, 'next'], problems)
  if (typeof sentNext === 'string' || Array.isArray(sentNext)) moved.push([['next', 'default'], ['next']])
  const config = readConfig(sentType, type, named.config ?? sentConfig ?? {})
  moved.push(
    ...config.moved.map(([form, from]): [Segment[], Segment[]] => [
      ['config', ...form],
      [key, ...from],
    ]),
  )
  problems.push(...config.problems.map(([form, message]) => problemAt([...at, 'config', ...form], 'invalid', message)))
  const step = {
    ...(id === undefined ? {} : { id }),
    ...(type === undefined ? {} : { type }),
    ...(named.name === undefined ? {} : { name: named.name }),
    ...(description === undefined ? {} : { description }),
    config: config.value,
    next,
    ...(named.isLabelUsed || label === undefined ? {} : { label }),
    ...others,
  }
  return { step, problems, warnings: config.warnings, moved }
}

const isGiven = (value: unknown) => value !== undefined && value !== null

interface Named {
  name: unknown
  isLabelUsed: boolean
  /** Where the name was; empty: in its own place. */
  from: Segment[]
  /** Without the label that was in it. */
  config?: unknown
}

/** Editors of graphs keep the name as `label`, in the step or in its `data`. */
function readName(name: unknown, label: unknown, data: unknown): Named {
  if (isGiven(name)) return { name, isLabelUsed: false, from: [] }
  if (isGiven(label)) return { name: label, isLabelUsed: true, from: ['label'] }
  if (isObject(data) && typeof data['label'] === 'string') {
    const { label: inner, ...config } = data
    return { name: inner, isLabelUsed: false, from: ['data', 'label'], config }
  }
  return { name, isLabelUsed: false, from: [] }
}

/** A text or a list of one is the way out of `default`. Anything else that is no map stays, for the schema to judge. */
function readNext(sent: unknown, at: Segment[], problems: Problem[]): unknown {
  if (!isGiven(sent)) return {}
  if (typeof sent === 'string' || Array.isArray(sent)) return readNext({ default: sent }, at, problems)
  if (!isObject(sent)) return sent
  const ports = Object.entries(sent).flatMap(([port, target]): [string, unknown][] => {
    if (!Array.isArray(target)) return isGiven(target) ? [[port, target]] : []
    if (target.length > 1) problems.push(problemAt([...at, port], 'invalid', parallel))
    return target.length > 0 ? [[port, target[0]]] : []
  })
  return Object.fromEntries(ports)
}

export const parallel =
  'leads to several steps; an execution goes one way at a time, so name one step and let that one lead to the next'

interface ReadConfig {
  value: unknown
  moved: [form: Segment[], sent: Segment[]][]
  problems: [form: Segment[], message: string][]
  warnings: string[]
}

function readConfig(sentType: unknown, type: unknown, sent: unknown): ReadConfig {
  const read: ReadConfig = { value: sent, moved: [], problems: [], warnings: [] }
  if (!isObject(sent)) return read
  if (type === 'trigger' && !isGiven(sent['type'])) {
    read.value = { ...sent, type: 'manual' }
    if (sentType !== 'start') read.warnings.push('has no type of trigger, so it is read as `manual`')
  }
  if (type === 'http') read.value = readRequest(sent, read)
  if (type === 'output') read.value = readOutput(sent, read)
  if (type === 'wait') read.value = readWait(sent)
  return read
}

function readRequest(sent: Values, read: ReadConfig): Values {
  const { method } = sent
  const value: Values = typeof method === 'string' ? { ...sent, method: method.toUpperCase() } : { ...sent }
  for (const name of ['headers', 'query_params']) {
    if (Array.isArray(value[name])) value[name] = readPairs(value[name], name, read)
  }
  return value
}

/** `[{key, value}]` as a map. An entry without a key is an empty row of a form. */
function readPairs(list: unknown[], name: string, read: ReadConfig): unknown {
  if (!list.every((entry) => isObject(entry) && isText(entry['key']))) return list
  const pairs = new Map<string, unknown>()
  for (const [index, entry] of (list as Values[]).entries()) {
    const key = String(entry['key'] ?? '').trim()
    if (key === '') continue
    if (pairs.has(key)) read.problems.push([[name, key], 'is given twice; combine the two'])
    pairs.set(key, entry['value'] ?? '')
    read.moved.push([
      [name, key],
      [name, index],
    ])
  }
  return Object.fromEntries(pairs)
}

const isText = (value: unknown) => typeof value === 'string' || !isGiven(value)

/** `{name: value}` as a list. */
function readOutput(sent: Values, read: ReadConfig): Values {
  const { output_data: map } = sent
  if (!isObject(map)) return sent
  const fields = Object.entries(map).map(([name, value], index) => {
    for (const key of [[], ['name'], ['value']]) {
      read.moved.push([
        ['output_data', index, ...key],
        ['output_data', name],
      ])
    }
    return { name, type: 'any', value }
  })
  return { ...sent, output_data: fields }
}

/** Forms keep a number as a text, and the unit as it is shown. */
function readWait(sent: Values): Values {
  const { duration, unit } = sent
  const isNumber = typeof duration === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(duration)
  return {
    ...sent,
    ...(isNumber ? { duration: Number(duration) } : {}),
    ...(typeof unit === 'string' ? { unit: unit.toLowerCase() } : {}),
  }
}
