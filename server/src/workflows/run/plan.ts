// A definition as its executions run it: what the machine sees, the configuration of each step, and its texts as templates, each read
// once.
import type { WorkflowDefinition } from '@parley/contract'
import { LRUCache } from 'lru-cache'
import type { JsonObject } from '../../base/json.ts'
import type { Store } from '../../database/store.ts'
import type { Read } from '../../sandbox/rules/expression.ts'
import { mapTexts } from '../../sandbox/rules/fill.ts'
import { readPlain } from '../../sandbox/rules/plain-syntax.ts'
import { type Template, expressionsOf, readCondition, readTemplate } from '../../sandbox/rules/template.ts'
import { readDefinition } from '../commit/definitions.ts'
import type { Pinned } from '../commit/load.ts'
import type { GraphStep, Limits, Rules } from '../machine/graph.ts'
import { buildGraph } from '../rules/build-graph.ts'
import { hasExpression } from '../rules/listed-expressions.ts'
import { type ResolvedDefinition, type ResolvedStep, resolveDefinition } from '../rules/resolve-definition.ts'

/** Who published a version, in whose name it acts. */
export interface Publisher {
  type: 'credential' | 'user'
  id: string | null
  name: string | null
}

export interface Published {
  definition: WorkflowDefinition
  published_by: Publisher | null
}

export interface Plan extends Rules {
  definition: ResolvedDefinition
  /** Null: a copy, which acts in the name of who started the execution. */
  published_by: Publisher | null
  readTemplate(text: string): Read<Template>
  readCondition(text: string): Read<Template>
  /** Whether the step has no effect and takes no time, as far as its texts say. */
  isPlain(step: GraphStep): boolean
}

export function createPlan(definition: WorkflowDefinition, limits: Limits, published_by: Publisher | null): Plan {
  const resolved = resolveDefinition(definition)
  const [readTemplateOnce, readConditionOnce] = [readOnce(readTemplate), readOnce(readCondition)]
  const plain = new Set<string>()
  for (const step of resolved.steps.values()) {
    const texts = textsOf(step)
    const read = step.type === 'condition' ? readConditionOnce : readTemplateOnce
    if (texts?.every((text) => isPlainTemplate(read(text)))) plain.add(step.id)
  }
  return {
    // Of a tool, its server says when it is called.
    graph: buildGraph(resolved, () => true),
    limits,
    definition: resolved,
    published_by,
    readTemplate: readTemplateOnce,
    readCondition: readConditionOnce,
    isPlain: ({ id }) => plain.has(id),
  }
}

function readOnce(read: (text: string) => Read<Template>): (text: string) => Read<Template> {
  const known = new Map<string, Read<Template>>()
  return (text) => {
    const template = known.get(text) ?? read(text)
    known.set(text, template)
    return template
  }
}

/** What a step evaluates; null: it does more than that. */
function textsOf(step: ResolvedStep): string[] | null {
  switch (step.type) {
    case 'trigger':
    case 'input':
      return []
    case 'condition':
      return step.config.conditions.map(({ condition }) => condition)
    case 'output':
      return listTexts(step.config.output_data.map(({ value }) => value))
    case 'wait':
      return listTexts([step.config.duration, step.config.until])
    default:
      return null
  }
}

/** The texts in a value that hold expressions. */
export function listTexts(value: unknown): string[] {
  const texts: string[] = []
  mapTexts(value, (text) => {
    if (hasExpression(text)) texts.push(text)
  })
  return texts
}

function isPlainTemplate({ read }: Read<Template>): boolean {
  if (read === null || read.parts.some(({ kind }) => kind === 'prompt')) return false
  return expressionsOf(read).every(({ tokens }) => readPlain(tokens) !== null)
}

export interface PlanSource {
  /** Null: there is no such version, or it is not published. */
  readPublished(store: Store, workflow_id: string, version: number): Promise<Published | null>
}

const max_kept_characters = 32 * 1024 * 1024
const fixed_characters = 10_000

/** Published versions and copies never change, so a plan is good for ever (W11). */
export function createPlans(source: PlanSource, limits: Limits): (store: Store, pinned: Pinned) => Promise<Plan> {
  const kept = new LRUCache<string, Plan>({ maxSize: max_kept_characters })
  return async (store, pinned) => {
    const { workflow_id, version, definition_digest: digest } = pinned
    const key = digest ?? `${workflow_id}/${version}`
    const known = kept.get(key)
    if (known) return known
    const found: Published | null =
      digest === null
        ? await source.readPublished(store, workflow_id!, version!)
        : asCopy(await readDefinition(store, digest))
    if (!found) throw new Error(`the definition of an execution is missing: ${key}`)
    const plan = createPlan(found.definition, limits, found.published_by)
    kept.set(key, plan, { size: fixed_characters + JSON.stringify(found.definition).length * 4 })
    return plan
  }
}

/** It was stored as it was checked. */
const asCopy = (definition: JsonObject | null): Published | null =>
  definition && { definition: definition as unknown as WorkflowDefinition, published_by: null }
