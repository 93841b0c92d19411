// `export`: writes what is on the server to the files that `apply` reads. Deletes nothing.
import { join, relative } from 'node:path'
import { type Client, ApiError } from '@parley/sdk'
import { ClientError, type FileFault, fileFaults } from '../client/faults.ts'
import { type Report, countOf } from '../client/output.ts'
import { readFolder } from './folder.ts'
import { keyOf } from './key.ts'
import type { Described, Kind, Resource } from './kind.ts'
import { Names, readAll } from './names.ts'
import { type Noun, mapIds } from './references.ts'
import type { Format } from './text.ts'
import { isSameJson } from './values.ts'
import { type Output, judgeOutputs, writeOutput } from './write-files.ts'

export interface ExportOptions {
  /** Empty: all. */
  ids: readonly string[]
  format: Format
  /** Overwrite files that have other content. */
  force: boolean
}

export async function exportFolder<D extends Described, R extends Resource>(
  client: Client,
  kind: Kind<D, R>,
  path: string,
  { ids, format, force }: ExportOptions,
  print: Report,
): Promise<void> {
  const folder = await readFolder(kind, path)
  if (folder.faults.length > 0) throw fileFaults(folder.faults)
  const resources = await findResources(client, kind, ids)
  const root = folder.root ?? path
  const existing = new Map(folder.files.map((file) => [file.definition.key, file]))
  const outputs: Output[] = []
  const directories = new Map(folder.files.map((file) => [file.directory, file.definition.key]))
  const names = new Names()
  const faults: FileFault[] = []
  for (const resource of resources) {
    const { definition } = await kind.readState(client, resource)
    await loadNames(client, kind, names, definition, print)
    const file = existing.get(definition.key)
    // Same content in the person's own formatting: keep it.
    if (file && isSame(kind, names.resolve(file.definition), definition)) continue
    const directory = file?.directory ?? join(root, folderNameOf(kind.noun, resource, definition.key))
    const other = directories.get(directory)
    if (other !== undefined && other !== definition.key)
      faults.push({
        file: directory,
        path: '',
        message: `already contains the ${kind.noun} ${other}, so ${definition.key} cannot be written here`,
      })
    directories.set(directory, definition.key)
    outputs.push(...placeFiles(kind, directory, definition, names, file?.format ?? format))
  }
  const writes = await judgeOutputs(outputs, force, faults)
  if (faults.length > 0) throw fileFaults(faults)
  for (const output of writes) {
    await writeOutput(output)
    const file = join(path, relative(root, output.path))
    print(`wrote ${file}\n`, { file })
  }
  const rest = writes.length === 0 ? 'every file is up to date' : `${countOf(writes.length, 'file')} written`
  print(`${countOf(resources.length, kind.noun)}: ${rest}\n`)
}

async function findResources<D extends Described, R extends Resource>(
  client: Client,
  kind: Kind<D, R>,
  ids: readonly string[],
): Promise<R[]> {
  const resources: R[] = []
  for (const id of new Set(ids)) resources.push(await kind.get(client, id))
  const found = ids.length === 0 ? await readAll(kind.noun, (page) => kind.list(client, page)) : resources
  for (const [key, twins] of Map.groupBy(found, keyOf)) {
    if (twins.length > 1)
      throw new ClientError(
        `${twins.length} ${kind.noun}s have the key ${key}: ${twins.map(({ id }) => id).join(', ')}`,
      )
  }
  return found
}

function isSame<D extends Described>(
  { contentOf, version_fields }: Pick<Kind<D>, 'contentOf' | 'version_fields'>,
  a: D,
  b: D,
): boolean {
  const plain = (definition: D) => ({
    ...definition,
    ...Object.fromEntries(version_fields.map((field) => [field, null])),
    content: contentOf(definition),
  })
  return isSameJson(plain(a), plain(b))
}

/** Of what the definition has ids of. Without the right to read them, the ids stay. */
async function loadNames<D extends Described>(
  client: Client,
  { named }: Pick<Kind<D>, 'named'>,
  names: Names,
  definition: D,
  print: Report,
): Promise<void> {
  const nouns = new Set<Noun>()
  mapIds(definition, (_id, noun) => void nouns.add(noun))
  for (const noun of named.filter((each) => nouns.has(each) && !names.isLoaded(each))) {
    try {
      await names.load(client, [noun])
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 403) throw error
      names.skip(noun)
      print(`the key may not read ${noun}s, so files name them by the ids of this server\n`)
    }
  }
}

function placeFiles<D extends Described>(
  { render }: Pick<Kind<D>, 'render'>,
  directory: string,
  definition: D,
  names: Names,
  format: Format,
): Output[] {
  // JSON has no tags.
  const rendered = render(format === 'json' ? definition : names.refer(definition), format)
  return rendered.map(({ name, text }) => ({ path: join(directory, name), text }))
}

/** The folder name: the key or, if the key is only the id, the name with part of the id. */
function folderNameOf(noun: Noun, { id, name }: Resource, key: string): string {
  if (key !== id) return key
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
  return `${words === '' ? noun : words}-${id.slice(-12)}`
}
