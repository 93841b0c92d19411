// Reads a definition as clients write it into its one form: `nodes` as a list, with `next` in each step. Pure.
import { isObject } from '../../agents/rules/config-faults.ts'
import { cutSegment, joinPath } from '../../base/faults.ts'
import { type Problem, type Segment, problemAt } from './problems.ts'
import { parallel, readStep } from './read-step.ts'

type Values = Record<string, unknown>

export interface ReadDefinition {
  /** In the one form, as far as it could be read. */
  definition: Values
  problems: Problem[]
  warnings: string[]
  /** Where a path of the one form was in what was sent. */
  findSent(path: string): string
}

export function readDefinition(sent: Values): ReadDefinition {
  const reading = new Reading()
  const { schema_version, settings, ...rest } = sent
  const { list, key, others } = takeSteps(rest)
  const nodes = reading.readSteps(list, key)
  const { kept, edges } = takeEdges(others)
  if (Array.isArray(nodes)) for (const [name, entries] of edges) reading.readEdges(nodes, entries, name)
  const definition = {
    schema_version: schema_version ?? 1,
    ...(settings === undefined ? {} : { settings }),
    nodes,
    ...kept,
  }
  const { problems, warnings } = reading
  return { definition, problems, warnings, findSent: (path) => reading.findSent(path) }
}

const max_named = 10

function listNames(names: ReadonlySet<string>): string {
  const first = [...names].slice(0, max_named).map(cutSegment)
  return names.size > max_named ? `${first.join(', ')} …` : first.join(', ')
}

/** More are never told. */
const max_problems = 1000

const isGiven = (value: unknown) => value !== undefined && value !== null

function takeSteps(sent: Values): { list: unknown; key: string; others: Values } {
  const { nodes, steps, ...others } = sent
  if (isGiven(nodes) || !isGiven(steps)) {
    return { list: nodes ?? [], key: 'nodes', others: isGiven(steps) ? { ...others, steps } : others }
  }
  return { list: steps, key: 'steps', others }
}

/** Only lists: other products keep something else as `connections`, which stays as an unknown key. */
function takeEdges(sent: Values): { kept: Values; edges: [string, unknown[]][] } {
  const edges: [string, unknown[]][] = []
  const kept = { ...sent }
  for (const key of ['edges', 'connections']) {
    const list = kept[key]
    if (!Array.isArray(list) && list !== null) continue
    delete kept[key]
    edges.push([key, list ?? []])
  }
  return { kept, edges }
}

/** The first key with a value is meant. */
const sourceKeys = ['source', 'from']
const targetKeys = ['target', 'to']
const portKeys = ['sourceHandle', 'source_handle', 'label']

class Reading {
  readonly problems: Problem[] = []
  readonly warnings: string[] = []
  private readonly moved = new Map<string, string>()

  readSteps(list: unknown, key: string): unknown {
    if (key !== 'nodes') this.move(['nodes'], [key])
    if (Array.isArray(list)) return list.map((step, index) => this.read(step, index, [key, index]))
    if (!isObject(list)) return list
    return Object.entries(list).map(([id, step], index) => {
      this.move(['nodes', index], [key, id])
      if (!isObject(step)) return step
      if (isGiven(step['id']) && step['id'] !== id) {
        const message = `must be "${id}", the key of the step, or absent`
        this.problems.push(problemAt(['nodes', index, 'id'], 'invalid', message))
      }
      return this.read({ ...step, id }, index, [key, id])
    })
  }

  private read(sent: unknown, index: number, sentAt: Segment[]): unknown {
    const at = ['nodes', index]
    const { step, problems, warnings, moved } = readStep(sent, at)
    this.problems.push(...problems)
    this.warnings.push(...warnings.map((warning) => `${joinPath(at)} ${warning}`))
    for (const [form, from] of moved) this.move([...at, ...form], [...sentAt, ...from])
    return step
  }

  /** Puts each edge into the `next` of its source. */
  readEdges(nodes: unknown[], edges: unknown[], key: string): void {
    const ids = new Set(nodes.map((step) => (isObject(step) ? step['id'] : undefined)))
    const byId = viewSources(nodes)
    const dropped = new Set<string>()
    for (const [index, edge] of edges.entries()) {
      const at = [key, index]
      if (!isObject(edge)) {
        this.add(problemAt(at, 'invalid', 'must be an object with source and target'))
        continue
      }
      const [source, target] = [firstOf(edge, sourceKeys), firstOf(edge, targetKeys)]
      for (const name of Object.keys(edge)) if (!edgeKeys.has(name)) dropped.add(name)
      if (source === null || target === null) {
        const missing = source === null ? sourceKeys : targetKeys
        this.add(problemAt([...at, missing[0]!], 'required', 'is required: the id of a step'))
        continue
      }
      const step = byId.get(source.value)
      if (step !== undefined) this.connect(step, portOf(edge, step.known), target, at)
      // Of a step whose `next` cannot be read, the schema tells.
      else if (!ids.has(source.value))
        this.add(problemAt([...at, source.key], 'unknown_step', unknownStep(source.value)))
    }
    for (const { index, ports } of byId.values()) {
      nodes[index] = { ...(nodes[index] as Values), next: Object.fromEntries(ports) }
    }
    if (dropped.size > 0)
      this.warnings.push(`${key} are stored as \`next\` of their steps, without ${listNames(dropped)}`)
  }

  private connect({ index, ports }: Source, port: string, target: { key: string; value: string }, at: Segment[]): void {
    const known = ports.get(port)
    if (known !== undefined && known !== target.value) this.add(problemAt(at, 'invalid', parallel))
    if (known !== undefined) return
    ports.set(port, target.value)
    this.move(['nodes', index, 'next', port], [...at, target.key])
  }

  private add(problem: Problem): void {
    if (this.problems.length < max_problems) this.problems.push(problem)
  }

  private move(form: Segment[], sent: Segment[]): void {
    this.moved.set(joinPath(form), joinPath(sent))
  }

  /** By the longest part of the path that is known to have moved. */
  findSent(path: string): string {
    for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
      const sent = this.moved.get(path.slice(0, end))
      if (sent !== undefined) return sent + path.slice(end)
    }
    return path
  }
}

const edgeKeys: ReadonlySet<string> = new Set([...sourceKeys, ...targetKeys, ...portKeys, 'id'])

export const unknownStep = (id: string) => `names "${id}", which is no step; use the id of a step`

function firstOf(edge: Values, keys: readonly string[]): { key: string; value: string } | null {
  for (const key of keys) if (typeof edge[key] === 'string') return { key, value: edge[key] }
  return null
}

/** A step that edges can begin at, with the ports that it has. */
interface Source {
  index: number
  ports: Map<string, unknown>
  known: ReadonlySet<unknown>
}

/** The first step of each id. */
function viewSources(nodes: readonly unknown[]): Map<unknown, Source> {
  const byId = new Map<unknown, Source>()
  for (const [index, step] of nodes.entries()) {
    if (!isObject(step) || !isObject(step['next']) || byId.has(step['id'])) continue
    const ports = new Map(Object.entries(step['next']))
    byId.set(step['id'], { index, ports, known: portsOf(step) })
  }
  return byId
}

function portsOf({ config }: Values): Set<unknown> {
  const conditions: unknown = isObject(config) ? config['conditions'] : null
  const branches = Array.isArray(conditions) ? conditions.map((each) => (isObject(each) ? each['name'] : null)) : []
  return new Set(['default', 'error', ...branches])
}

/** Editors may have a handle of their own beside the label: what names a port of the step is meant, else the first. */
function portOf(edge: Values, known: ReadonlySet<unknown>): string {
  const named = portKeys.map((key) => edge[key]).filter((port) => typeof port === 'string' && port !== '') as string[]
  return named.find((port) => known.has(port)) ?? named[0] ?? 'default'
}
