// What is wrong with the configuration of a step that its schema cannot say. Pure.
import { valueTypes, waitUnits, workflowBounds as bounds } from '@parley/contract'
import { isObject } from '../../agents/rules/config-faults.ts'
import { joinPath } from '../../base/faults.ts'
import { isTimestamp } from '../../base/validation.ts'
import { convertValue } from './convert-values.ts'
import type { ViewedStep } from './graph-view.ts'
import { hasExpression } from './listed-expressions.ts'
import { type Problem, type Segment, problemAt } from './problems.ts'
import { findTriggerProblems } from './trigger-problems.ts'

type Config = Record<string, unknown>

/** Finds what is wrong with JavaScript. */
export type CheckCode = (code: string, where: { path: string }) => Problem[]

/** Of a step that meets its schema. */
export function findStepProblems(step: ViewedStep, checkCode: CheckCode): Problem[] {
  return [...reservedNames(step), ...configProblems(step, checkCode)]
}

function configProblems({ index, type, config }: ViewedStep, checkCode: CheckCode): Problem[] {
  const at = ['nodes', index, 'config']
  switch (type) {
    case 'trigger':
      return findTriggerProblems(config, at)
    case 'input':
      return inputProblems(config, at)
    case 'code':
      return codeProblems(config, at, checkCode)
    case 'condition':
      return conditionProblems(config, at)
    case 'http':
      return httpProblems(config, at)
    case 'app':
      return appProblems(config, at)
    case 'output':
      return outputProblems(config, at)
    case 'wait':
      return waitProblems(config, at)
    case 'note':
      return []
  }
}

// --- names ---

/** Names that expressions use for something else. */
const taken: ReadonlySet<string> = new Set(['ctx', 'execution', 'error', 'secrets'])
/** Names that every object has in JavaScript, so a step with such a name could not be told from it. */
const ofObjects: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype).concat('prototype'))
const reservedPorts: ReadonlySet<string> = new Set(['default', 'error'])

function reservedNames({ index, type, id, step }: ViewedStep): Problem[] {
  const isReserved = (name: unknown) =>
    typeof name === 'string' &&
    (taken.has(name) || ofObjects.has(name) || ((name === 'input' || name === 'trigger') && name !== type))
  return Object.entries({ id, name: step['name'] })
    .filter(([, name]) => isReserved(name))
    .map(([key]) =>
      problemAt(['nodes', index, key], 'reserved_name', 'already means something else in expressions; choose another'),
    )
}

/** The objects of a list, with their indexes. */
function objectsOf(list: unknown): [number, Config][] {
  if (!Array.isArray(list)) return []
  return list.flatMap((each: unknown, index): [number, Config][] => (isObject(each) ? [[index, each]] : []))
}

function repeatedNames(list: unknown, at: Segment[], what: string): Problem[] {
  const seen = new Set<unknown>()
  return objectsOf(list).flatMap(([index, { name }]) => {
    const isRepeated = seen.has(name)
    seen.add(name)
    return isRepeated ? [problemAt([...at, index, 'name'], 'invalid', `is the name of another ${what}`)] : []
  })
}

/** As a key of what expressions and code see, this one is lost. */
function lostNames(list: unknown, at: Segment[]): Problem[] {
  return objectsOf(list)
    .filter(([, { name }]) => name === '__proto__')
    .map(([index]) =>
      problemAt([...at, index, 'name'], 'reserved_name', 'cannot be the name of a field; choose another'),
    )
}

const isBlank = (value: unknown) =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '')

/** A field that a draft may lack. */
function required(config: Config, key: string, at: Segment[], what: string): Problem[] {
  return isBlank(config[key]) ? [problemAt([...at, key], 'required', `is required: ${what}`)] : []
}

// --- types ---

function inputProblems({ fields }: Config, at: Segment[]): Problem[] {
  const path = [...at, 'fields']
  const defaults = objectsOf(fields).flatMap(([index, field]) => {
    if (isBlank(field['default'])) return []
    const converted = convertValue(field['default'], typeOf(field))
    return converted.fault === null ? [] : [problemAt([...path, index, 'default'], 'invalid', converted.fault)]
  })
  return [...repeatedNames(fields, path, 'field'), ...lostNames(fields, path), ...defaults]
}

const typeOf = ({ type }: Config) => valueTypes.find((each) => each === type) ?? 'any'

/** AnyReach runs Python. No script of JavaScript begins like this, since the sandbox has no modules. */
const python = /^(?:def\s+\w|async\s+def\s|import\s+[\w.]|from\s+[\w.]+\s+import\s)/
const noPython = 'Python is not supported; write JavaScript: function run(ctx) { … }.'

function codeProblems({ code, language }: Config, at: Segment[], checkCode: CheckCode): Problem[] {
  const named = typeof language === 'string' ? language.trim().toLowerCase() : ''
  if (/^python\b|^python\d|^py$/.test(named)) return [problemAt([...at, 'language'], 'code', noPython)]
  if (named !== '' && named !== 'javascript' && named !== 'js') {
    return [problemAt([...at, 'language'], 'code', 'must be javascript')]
  }
  const path = [...at, 'code']
  if (isBlank(code)) return required({ code }, 'code', at, 'function run(ctx) { … }')
  const text = String(code)
  if (Buffer.byteLength(text) > bounds.code_bytes) {
    return [problemAt(path, 'code', `must have at most ${bounds.code_bytes} bytes`)]
  }
  if (python.test(text.replace(/^(?:\s+|#[^\n]*\n)+/, ''))) return [problemAt(path, 'code', noPython)]
  return checkCode(text, { path: joinPath(path) })
}

function conditionProblems({ conditions }: Config, at: Segment[]): Problem[] {
  const path = [...at, 'conditions']
  const list = objectsOf(conditions)
  if (list.length === 0) return [problemAt(path, 'required', 'must have at least one condition')]
  return [
    ...repeatedNames(conditions, path, 'branch'),
    ...list.flatMap(([index, each]) => [
      ...required(each, 'condition', [...path, index], 'an expression'),
      ...reservedBranch(each['name'], [...path, index, 'name']),
    ]),
  ]
}

function reservedBranch(name: unknown, path: Segment[]): Problem[] {
  if (typeof name !== 'string' || !(reservedPorts.has(name) || ofObjects.has(name))) return []
  const message = reservedPorts.has(name)
    ? 'is a port that the step has anyway; choose another name'
    : 'cannot be the name of a branch; choose another'
  return [problemAt(path, 'reserved_name', message)]
}

const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

function httpProblems(config: Config, at: Segment[]): Problem[] {
  const { url, headers } = config
  const unsendable = Object.keys(isObject(headers) ? headers : {})
    .filter((name) => !token.test(name))
    .map((name) => problemAt([...at, 'headers', name], 'invalid', 'is not the name of a header'))
  const missing = required(config, 'url', at, 'an http or https address')
  return [...(missing.length > 0 ? missing : addressProblems(String(url), [...at, 'url'])), ...unsendable]
}

/** An address with expressions is known when it runs. */
function addressProblems(text: string, path: Segment[]): Problem[] {
  if (hasExpression(text)) return []
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return [problemAt(path, 'invalid', 'must be an http or https address')]
  }
  if (url.username === '' && url.password === '') return []
  return [problemAt(path, 'invalid', 'must not contain a user name or password; send them in a header')]
}

function appProblems(config: Config, at: Segment[]): Problem[] {
  if (isPipedream(config)) return []
  return [
    ...required(config, 'connection', at, 'the id or name of a connection'),
    ...required(config, 'tool', at, 'a tool of the connection'),
  ]
}

const pipedreamKeys = ['app_slug', 'configured_props', 'component_key', 'component_id', 'auth_provision_id']

/** A step that AnyReach runs at Pipedream. It is stored, but cannot be published here. */
export function isPipedream(config: Config): boolean {
  return isBlank(config['connection']) && pipedreamKeys.some((key) => Object.hasOwn(config, key))
}

function outputProblems({ output_data: fields }: Config, at: Segment[]): Problem[] {
  const path = [...at, 'output_data']
  const literals = objectsOf(fields).flatMap(([index, field]) => {
    if (typeof field['value'] === 'string' && hasExpression(field['value'])) return []
    const { fault } = convertValue(field['value'] ?? null, typeOf(field))
    return fault === null ? [] : [problemAt([...path, index, 'value'], 'invalid', fault)]
  })
  return [...repeatedNames(fields, path, 'field'), ...lostNames(fields, path), ...literals]
}

const waitRange = 'must be between 1 second and 366 days'

function waitProblems({ duration, unit, until }: Config, at: Segment[]): Problem[] {
  if (!isBlank(until)) {
    const text = String(until).trim()
    if (hasExpression(text) || isTimestamp(text)) return []
    return [problemAt([...at, 'until'], 'invalid', 'must be a time such as 2026-01-31T09:30:00Z, or an expression')]
  }
  const path = [...at, 'duration']
  if (typeof duration === 'string') {
    if (hasExpression(duration)) return []
    return [problemAt(path, 'invalid', 'must be a number or an expression')]
  }
  if (typeof duration !== 'number') return []
  const seconds = duration * (Object.entries(waitUnits).find(([name]) => name === unit)?.[1] ?? waitUnits.minutes)
  const { least, most } = bounds.wait_seconds
  return seconds >= least && seconds <= most ? [] : [problemAt(path, 'invalid', waitRange)]
}
