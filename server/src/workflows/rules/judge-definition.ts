// Judges a definition: reads it into its one form, and finds all that is wrong with it and all that has no effect. Pure.
// Sizes are checked first, which bounds the time of everything else.
import {
  type StepType,
  type WorkflowDefinition as Definition,
  WorkflowDefinition,
  stepSchemas,
  stepTypes,
  workflowBounds,
} from '@parley/contract'
import { type Schema, describeLength, isObject, tellingOf } from '../../agents/rules/config-faults.ts'
import { emptyLongLists } from '../../agents/rules/config-sizes.ts'
import { listWarnings } from '../../agents/rules/config-warnings.ts'
import { describeFaults, joinPath } from '../../base/faults.ts'
import { faultsOfSize } from '../../base/json-size.ts'
import { findUnstorable } from '../../base/text.ts'
import { createErrorFinders } from '../../base/validation.ts'
import { findGraphProblems, listOpenEnds, listWaysBehindOutputs } from './graph-problems.ts'
import { type ViewedStep, viewGraph } from './graph-view.ts'
import { type ExpressionPlace, countExpressions, listExpressions } from './listed-expressions.ts'
import { type Problem, limitProblems, problemAt } from './problems.ts'
import { type ReadDefinition, readDefinition } from './read-definition.ts'
import { type CheckCode, findStepProblems, isPipedream } from './step-problems.ts'

/** Finds what is wrong with the expressions of a text, those that are too long included. Its problems have the path of the place. */
export type CheckExpression = (text: string, where: ExpressionPlace) => Problem[]

export interface DefinitionChecks {
  checkExpression: CheckExpression
  checkCode: CheckCode
}

export interface DefinitionVerdict {
  /** In the one form, with its unknown keys. Null: it breaks the schema, and can be stored in no way. */
  definition: Definition | null
  /** Empty if it can be executed. If `definition` is set, it can be stored as an incomplete draft with them. */
  problems: Problem[]
  /** What keeps it from being published and executed, though it can be saved. */
  obstacles: Problem[]
  /** What has no effect, or other effects than it seems. */
  warnings: string[]
}

type Values = Record<string, unknown>

const max_warnings = 100
const max_errors = 1000
const createFinder = createErrorFinders({ verbose: true, strict: true, allowUnionTypes: true }, max_errors)

const { nodes: _nodes, ...ofWhole } = (WorkflowDefinition as unknown as Schema).properties!
/** All but the steps, which are judged one by one: only errors of the meant type are of use. */
const wholeSchema = { ...WorkflowDefinition, required: ['schema_version'], properties: ofWhole } as unknown as Schema
const findErrors = createFinder(wholeSchema)
const stepFinders = Object.fromEntries(
  stepTypes.map((type) => [
    type,
    { schema: stepSchemas[type] as unknown as Schema, find: createFinder(stepSchemas[type]) },
  ]),
) as Record<StepType, { schema: Schema; find: ReturnType<typeof createFinder> }>

/** `prefix` is the field of the request that has the definition. */
export function judgeDefinition(value: unknown, checks: DefinitionChecks, prefix = 'definition'): DefinitionVerdict {
  const refused = refuseWhole(value)
  if (refused.length > 0) return answer({ definition: null, problems: refused, obstacles: [], warnings: [] }, prefix)
  const read = readDefinition(value as Values)
  return answer(judge(read, checks), prefix, read)
}

function refuseWhole(value: unknown): Problem[] {
  if (!isObject(value)) return [problemAt([], 'invalid', 'must be an object')]
  const unstorable = findUnstorable(value)
  // What is nested too deep has no size, either.
  const faults = unstorable.length > 0 ? unstorable : faultsOfSize('', value, workflowBounds.definition_bytes)
  return faults.map(({ path, message }) => ({ path, code: 'invalid', message }))
}

function judge(read: ReadDefinition, checks: DefinitionChecks): DefinitionVerdict {
  const { definition } = read
  const { nodes: list, ...whole } = definition
  const nodes = readList(list)
  if (!Array.isArray(nodes)) return { definition: null, problems: [nodes], obstacles: [], warnings: [] }
  const ofWholeErrors = findErrors(whole)
  const breaches = [...toProblems(describeFaults(ofWholeErrors, tellingOf(ofWholeErrors, ''))), ...breachesOf(nodes)]
  const broken = new Set(breaches.map(({ path }) => path.split('.').slice(0, 2).join('.')))
  const graph = viewGraph(nodes)
  const sound = graph.steps.filter(({ index }) => !broken.has(joinPath(['nodes', index])))
  const problems = [
    ...breaches,
    ...read.problems,
    ...findGraphProblems(graph),
    ...sound.flatMap((step) => findStepProblems(step, checks.checkCode)),
    ...expressionProblems(sound, checks.checkExpression),
  ]
  const isRead = breaches.length === 0
  return {
    definition: isRead ? (definition as unknown as Definition) : null,
    problems,
    obstacles: sound.flatMap(obstacleOf),
    warnings: [
      ...read.warnings,
      ...unknownKeys(whole, nodes),
      ...sound.flatMap(listStepWarnings),
      ...listWaysBehindOutputs(graph),
      ...(problems.length === 0 ? listOpenEnds(graph) : []),
    ],
  }
}

/** The steps, or the problem that they are no list or too many. */
function readList(list: unknown): unknown[] | Problem {
  if (!Array.isArray(list)) return problemAt(['nodes'], 'invalid', 'must be a list of steps')
  return list.length <= workflowBounds.steps
    ? list
    : problemAt(['nodes'], 'invalid', describeLength(workflowBounds.steps))
}

const toProblems = (faults: { path: string; message: string }[]): Problem[] =>
  faults.map(({ path, message }) => ({ path: path.replace(/^\./, ''), code: 'invalid', message }))

/** Where the steps break their schemas. */
function breachesOf(nodes: readonly unknown[]): Problem[] {
  return nodes.flatMap((step, index) => {
    const at = ['nodes', index]
    if (!isObject(step)) return [problemAt(at, 'invalid', 'must be an object')]
    const finder = typeof step['type'] === 'string' && Object.hasOwn(stepFinders, step['type'])
    if (!finder) return [problemAt([...at, 'type'], 'invalid', `must be one of ${stepTypes.join(', ')}`)]
    const { schema, find } = stepFinders[step['type'] as StepType]
    const emptied = emptyLongLists(step, schema, joinPath(at))
    const errors = find(emptied.config)
    return toProblems([...emptied.faults, ...describeFaults(errors, tellingOf(errors, joinPath(at)))])
  })
}

function expressionProblems(steps: readonly ViewedStep[], check: CheckExpression): Problem[] {
  const listed = steps.flatMap(listExpressions)
  const count = listed.reduce((sum, each) => sum + countExpressions(each), 0)
  if (count > workflowBounds.expressions) {
    return [problemAt([], 'expression', `must have at most ${workflowBounds.expressions} expressions; it has ${count}`)]
  }
  return listed.filter(({ text }) => text.trim() !== '').flatMap(({ text, place }) => check(text, place))
}

function obstacleOf({ index, type, config }: ViewedStep): Problem[] {
  if (type !== 'app' || !isPipedream(config)) return []
  return [problemAt(['nodes', index, 'config'], 'not_available', 'Not available here; use a connection.')]
}

function unknownKeys(whole: Values, nodes: readonly unknown[]): string[] {
  return [
    ...listWarnings(whole, wholeSchema, '').map((warning) => warning.replace(/^\./, '')),
    ...nodes.flatMap((step, index) => {
      if (!isObject(step) || !Object.hasOwn(stepFinders, String(step['type']))) return []
      const { schema } = stepFinders[step['type'] as StepType]
      const isForeign = step['type'] === 'app' && isObject(step['config']) && isPipedream(step['config'])
      return listWarnings(isForeign ? { ...step, config: {} } : step, schema, joinPath(['nodes', index]))
    }),
  ]
}

const withoutBody: ReadonlySet<unknown> = new Set(['GET', 'HEAD', 'OPTIONS', undefined, null])

function listStepWarnings({ index, type, config }: ViewedStep): string[] {
  const path = joinPath(['nodes', index, 'config'])
  const isGiven = (key: string) => config[key] !== undefined && config[key] !== null
  if (type === 'app' && isPipedream(config)) {
    return [
      `${path} is of Pipedream, which is not available here: it is stored but cannot be published; use a connection`,
    ]
  }
  if (type === 'wait' && isGiven('until') && isGiven('duration')) {
    return [`${path}.duration has no effect, because \`until\` is given`]
  }
  if (type === 'http' && isGiven('body') && withoutBody.has(config['method'])) {
    return [`${path}.body is not sent with this method; use POST, PUT, PATCH or DELETE`]
  }
  return []
}

/** With the paths of what was sent, and as many as an answer can hold. */
function answer(verdict: DefinitionVerdict, prefix: string, read?: ReadDefinition): DefinitionVerdict {
  const placed = (path: string) => [prefix, read ? read.findSent(path) : path].filter((part) => part !== '').join('.')
  const place = (problems: Problem[]) => limitProblems(problems.map((each) => ({ ...each, path: placed(each.path) })))
  return {
    definition: verdict.definition,
    problems: place(verdict.problems),
    obstacles: place(verdict.obstacles),
    warnings: verdict.warnings.slice(0, max_warnings).map((warning) => `${prefix}.${warning}`),
  }
}
