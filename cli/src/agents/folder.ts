// A folder of agents: one `agent.yaml` or `agent.json` for each, and the files that contain its long texts.
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { type AgentDefinition, isKey, isObject, key_entry } from './agent.ts'
import { FileReference, type Format, parseAgentText, textOfFile } from './agent-text.ts'
import { BoundedFolder, Refusal } from '../client/bounded-folder.ts'
import type { FileFault } from '../client/faults.ts'

export interface AgentFile {
  /** For display: the path below the folder as it was given. */
  file: string
  /** Of the file, with links resolved. */
  directory: string
  format: Format
  definition: AgentDefinition
  /** From a path within the definition to the file that contains its text. */
  text_files: ReadonlyMap<string, string>
}

export interface AgentFolder {
  /** With links resolved; null if the folder does not exist yet. */
  root: string | null
  agents: AgentFile[]
  faults: FileFault[]
}

const formats = new Map<string, Format>([
  ['agent.yaml', 'yaml'],
  ['agent.json', 'json'],
])

export async function readAgentFolder(path: string): Promise<AgentFolder> {
  const faults: FileFault[] = []
  const agents: AgentFile[] = []
  const folder = await BoundedFolder.open(path)
  if (folder === null) return { root: null, agents, faults }
  const shown = (found: string) => join(path, relative(folder.root, found))
  try {
    const refuse = (found: string, message: string) => faults.push({ file: shown(found), path: '', message })
    for (const found of await folder.find([...formats.keys()], refuse)) {
      const agent = await readAgentFile(folder, found, shown, faults)
      if (agent) agents.push(agent)
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    faults.push({ file: path, path: '', message: error.message })
  }
  faults.push(...findClashes(agents))
  return { root: folder.root, agents, faults }
}

async function readAgentFile(
  folder: BoundedFolder,
  path: string,
  shown: (path: string) => string,
  faults: FileFault[],
): Promise<AgentFile | null> {
  const file = shown(path)
  const format = formats.get(path.slice(dirname(path).length + 1))!
  const parsed = await parseFile(folder, path, format)
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
  const { definition, faults: found } = readDefinition(content)
  faults.push(...found.map((fault) => ({ file, ...fault })))
  if (definition === null || faults.length > known_faults) return null
  return { file, directory: dirname(path), format, definition, text_files }
}

async function parseFile(folder: BoundedFolder, path: string, format: Format) {
  try {
    return parseAgentText(await folder.read(path), format)
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
  const readReference = async ({ path: name }: FileReference, path: string): Promise<string> => {
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
    if (value instanceof FileReference) return readReference(value, path)
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

type Fault = Omit<FileFault, 'file'>

const optionalObject = (value: unknown) => value === undefined || isObject(value)
const optionalBoolean = (value: unknown) => value === undefined || typeof value === 'boolean'

/** The fields of a file with their types. The server checks lengths and limits. */
const fields: Record<keyof AgentDefinition, [isRight: (value: unknown) => boolean, message: string]> = {
  key: [isKey, 'must be 1 to 100 lower-case letters, digits, - or _, starting with a letter or digit'],
  name: [(value) => typeof value === 'string', 'must be a string'],
  description: [(value) => value === undefined || value === null || typeof value === 'string', 'must be a string'],
  active: [optionalBoolean, 'must be true or false'],
  is_demo: [optionalBoolean, 'must be true or false'],
  metadata: [optionalObject, 'must be an object'],
  config: [optionalObject, 'must be an object'],
  instruction_builder_inputs: [optionalObject, 'must be an object'],
}

function readDefinition(content: unknown): { definition: AgentDefinition | null; faults: Fault[] } {
  if (!isObject(content)) return { definition: null, faults: [{ path: '', message: 'must be an object' }] }
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
  const metadata = content['metadata']
  if (isObject(metadata) && Object.hasOwn(metadata, key_entry))
    faults.push({ path: `metadata.${key_entry}`, message: 'is reserved; put the key in the field `key`' })
  if (given.has('instruction_builder_inputs') && !given.has('config'))
    faults.push({ path: 'instruction_builder_inputs', message: 'belongs to a version, so it requires config' })
  if (faults.length > 0) return { definition: null, faults }
  const defaults = { description: null, active: true, is_demo: false, metadata: {}, config: null }
  const definition = { ...defaults, instruction_builder_inputs: null, ...content } as unknown as AgentDefinition
  return { definition, faults }
}

/** Finds duplicate keys, and agents in the same folder whose text files would have the same names. */
function findClashes(agents: readonly AgentFile[]): FileFault[] {
  const faults: FileFault[] = []
  const files = new Map<string, string>()
  const directories = new Map<string, string>()
  for (const { file, directory, definition } of agents) {
    const same = files.get(definition.key)
    if (same !== undefined) faults.push({ file, path: 'key', message: `is already used by ${same}` })
    else files.set(definition.key, file)
    const beside = directories.get(directory)
    if (beside !== undefined)
      faults.push({ file, path: '', message: `is in the same folder as ${beside}; give each agent its own folder` })
    else directories.set(directory, file)
  }
  return faults
}
