// A folder of agents or workflows: one file for each, such as `agent.yaml` or `agent.json`, and the files with its long texts.
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { BoundedFolder, Refusal } from '../client/bounded-folder.ts'
import type { FileFault } from '../client/faults.ts'
import { key_entry } from './key.ts'
import type { Described, Fault, Kind } from './kind.ts'
import { Reference } from './references.ts'
import { type Format, parseText, textOfFile } from './text.ts'
import { isObject } from './values.ts'

export interface FoundFile<D> {
  /** For display: the path below the folder as it was given. */
  file: string
  /** Of the file, with links resolved. */
  directory: string
  format: Format
  /** Can still contain references to agents and workflows. */
  definition: D
  /** From a path within the definition to the file that contains its text. */
  text_files: ReadonlyMap<string, string>
}

export interface Folder<D> {
  /** With links resolved; null if the folder does not exist yet. */
  root: string | null
  files: FoundFile<D>[]
  faults: FileFault[]
}

const formats: readonly Format[] = ['yaml', 'json']

type FileRules<D extends Described> = Pick<Kind<D>, 'noun' | 'named' | 'fields' | 'defaults' | 'judge'>

export async function readFolder<D extends Described>(kind: FileRules<D>, path: string): Promise<Folder<D>> {
  const faults: FileFault[] = []
  const files: FoundFile<D>[] = []
  const folder = await BoundedFolder.open(path)
  if (folder === null) return { root: null, files, faults }
  const shown = (found: string) => join(path, relative(folder.root, found))
  const names = formats.map((format) => `${kind.noun}.${format}`)
  try {
    const refuse = (found: string, message: string) => faults.push({ file: shown(found), path: '', message })
    for (const found of await folder.find(names, `${kind.noun} files`, refuse)) {
      const file = await readFile(kind, folder, found, shown, faults)
      if (file) files.push(file)
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    faults.push({ file: path, path: '', message: error.message })
  }
  faults.push(...findClashes(kind.noun, files))
  return { root: folder.root, files, faults }
}

async function readFile<D extends Described>(
  kind: FileRules<D>,
  folder: BoundedFolder,
  path: string,
  shown: (path: string) => string,
  faults: FileFault[],
): Promise<FoundFile<D> | null> {
  const file = shown(path)
  const format = formats.find((name) => basename(path).endsWith(`.${name}`))!
  const parsed = await parseFile(kind, folder, path, format)
  if ('faults' in parsed) {
    faults.push(...parsed.faults.map((message) => ({ file, path: '', message })))
    return null
  }
  const text_files = new Map<string, string>()
  const known_faults = faults.length
  const fill = createFiller(folder, dirname(path), (place, target, fault) => {
    if (fault === null) text_files.set(place, shown(target))
    else faults.push({ file, path: place, message: fault })
  })
  const content = await fill(parsed.value, '')
  const { definition, faults: found } = readDefinition(kind, content)
  faults.push(...found.map((fault) => ({ file, ...fault })))
  if (definition === null || faults.length > known_faults) return null
  return { file, directory: dirname(path), format, definition, text_files }
}

async function parseFile(
  { named }: { named: Kind<Described>['named'] },
  folder: BoundedFolder,
  path: string,
  format: Format,
) {
  try {
    return parseText(await folder.read(path), format, named)
  } catch (error) {
    if (error instanceof Refusal) return { faults: [error.message] }
    throw error
  }
}

/** Replaces references to files with the texts of those files. */
function createFiller(
  folder: BoundedFolder,
  directory: string,
  tell: (path: string, target: string, fault: string | null) => void,
) {
  const readReference = async ({ name }: Reference, path: string): Promise<string> => {
    const target = resolve(directory, name)
    try {
      if (name === '' || isAbsolute(name)) throw new Refusal('must be a relative path to another file')
      const text = textOfFile(await folder.read(target))
      tell(path, target, null)
      return text
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      tell(path, target, `!file ${name} ${error.message}`)
      return ''
    }
  }
  const fill = async (value: unknown, path: string): Promise<unknown> => {
    const at = (key: string) => (path === '' ? key : `${path}.${key}`)
    if (value instanceof Reference) return value.to === 'file' ? readReference(value, path) : value
    if (Array.isArray(value)) {
      const entries: unknown[] = []
      for (const [index, entry] of value.entries()) entries.push(await fill(entry, at(String(index))))
      return entries
    }
    if (!isObject(value)) return value
    const entries: [string, unknown][] = []
    for (const [key, entry] of Object.entries(value)) entries.push([key, await fill(entry, at(key))])
    return Object.fromEntries(entries)
  }
  return fill
}

/** The types of fields. The server checks lengths and limits. */
function readDefinition<D extends Described>(
  { fields, defaults, judge }: FileRules<D>,
  content: unknown,
): { definition: D | null; faults: Fault[] } {
  if (!isObject(content) || content instanceof Reference)
    return { definition: null, faults: [{ path: '', message: 'must be an object' }] }
  const given = new Map(Object.entries(content))
  const faults: Fault[] = []
  for (const [path, [isRight, message]] of Object.entries(fields)) {
    const isNeeded = path === 'key' || path === 'name'
    if (isNeeded && !given.has(path)) faults.push({ path, message: 'is required' })
    else if (!isRight(given.get(path))) faults.push({ path, message })
  }
  for (const path of given.keys()) {
    if (!Object.hasOwn(fields, path))
      faults.push({ path, message: `is not a known field; use one of: ${Object.keys(fields).join(', ')}` })
  }
  const { metadata } = content
  if (isObject(metadata) && Object.hasOwn(metadata, key_entry))
    faults.push({ path: `metadata.${key_entry}`, message: 'is reserved; put the key in the field `key`' })
  faults.push(...judge(content))
  if (faults.length > 0) return { definition: null, faults }
  return { definition: { ...defaults, ...content } as unknown as D, faults }
}

/** Finds duplicate keys, and files in the same folder whose text files would have the same names. */
function findClashes<D extends Described>(noun: string, found: readonly FoundFile<D>[]): FileFault[] {
  const faults: FileFault[] = []
  const files = new Map<string, string>()
  const directories = new Map<string, string>()
  for (const { file, directory, definition } of found) {
    const same = files.get(definition.key)
    if (same !== undefined) faults.push({ file, path: 'key', message: `is already used by ${same}` })
    else files.set(definition.key, file)
    const beside = directories.get(directory)
    if (beside !== undefined)
      faults.push({ file, path: '', message: `is in the same folder as ${beside}; give each ${noun} its own folder` })
    else directories.set(directory, file)
  }
  return faults
}
