// What a file names instead of writing it out: the text of another file, or an agent or a workflow by its key. Pure.
import { isObject } from './values.ts'

/** What can be kept as files. */
export type Noun = 'agent' | 'workflow'

/** `!file prompt.md` in YAML is replaced with the text of that file, `!workflow refunds` with the id of that workflow. */
export class Reference {
  readonly to: 'file' | Noun
  readonly name: string

  constructor(to: 'file' | Noun, name: string) {
    this.to = to
    this.name = name
  }
}

/** Calls `replace` for each reference, with its path; of objects and lists it makes copies. */
export function mapReferences(
  value: unknown,
  replace: (reference: Reference, path: string) => unknown,
  path = '',
): unknown {
  const at = (key: string | number) => (path === '' ? String(key) : `${path}.${key}`)
  if (value instanceof Reference) return replace(value, path)
  if (Array.isArray(value)) return value.map((entry, index) => mapReferences(entry, replace, at(index)))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, mapReferences(entry, replace, at(key))]))
}

/** The properties whose values are ids of a server, with what they name. */
const idProperties: ReadonlyMap<string, Noun> = new Map([
  ['workflow_id', 'workflow'],
  ['agent_id', 'agent'],
  ['agent_ids', 'agent'],
])

/** Calls `replace` for each id of an agent or a workflow; of objects and lists it makes copies. */
export function mapIds(value: unknown, replace: (id: string, noun: Noun) => unknown, noun?: Noun): unknown {
  if (typeof value === 'string') return noun === undefined ? value : replace(value, noun)
  if (value instanceof Reference) return value
  if (Array.isArray(value)) return value.map((entry) => mapIds(entry, replace, noun))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => {
      const named = idProperties.get(key)
      const isId = named !== undefined && (typeof entry === 'string' || Array.isArray(entry))
      return [key, mapIds(entry, replace, isId ? named : undefined)]
    }),
  )
}
