// The files below a folder, each with its path and hash, within bounds. It never follows a link out of the folder.
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { ClientError, type FileFault } from '../client/faults.ts'
import { exit_codes } from '../client/output.ts'
import { isInside, isMissing } from '../client/bounded-folder.ts'
import type { LocalFile } from './plan.ts'

export const limits = {
  /** Files and folders visited. */
  entries: 100_000,
  depth: 32,
  path_characters: 2048,
}

export interface FoundFile extends LocalFile {
  /** Where to read it. */
  location: string
}

export interface KnowledgeFolder {
  files: FoundFile[]
  /** Files and folders whose names are not UTF-8, so that no source can have them; as far as they can be read. */
  unnamed: string[]
  faults: FileFault[]
}

export async function readKnowledgeFolder(path: string): Promise<KnowledgeFolder> {
  const root = await openFolder(path)
  const found: KnowledgeFolder = { files: [], unnamed: [], faults: [] }
  let entries = 0
  const refuse = (location: string, message: string) => void found.faults.push({ file: location, path: '', message })
  const visit = async (folder: string, depth: number): Promise<void> => {
    if (depth > limits.depth) return refuse(folder, `is more than ${limits.depth} folders deep`)
    const listed = await readdir(folder, { withFileTypes: true, encoding: 'buffer' })
    entries += listed.length
    if (entries > limits.entries)
      throw new ClientError(`${path} contains more than ${limits.entries} files and folders`)
    const named = listed.map((entry) => ({ entry, name: entry.name.toString() }))
    for (const { entry, name } of named.filter((one) => !one.name.startsWith('.')).toSorted(byName)) {
      const location = join(folder, name)
      if (!isUtf8(entry.name)) found.unnamed.push(relative(root, location))
      else if (entry.isDirectory()) await visit(location, depth + 1)
      else if (entry.isFile()) await add(location, location)
      else if (entry.isSymbolicLink()) await addLinked(location)
    }
  }
  /** A link to a file of the folder is a file; one to a folder of it is skipped, for that is visited at its own place. */
  const addLinked = async (location: string) => {
    const target = await resolve(location)
    if (target === null) return refuse(location, 'links to nothing')
    if (!isInside(root, target)) return refuse(location, 'links out of the folder')
    if ((await stat(target)).isFile()) await add(location, target)
  }
  const add = async (location: string, target: string) => {
    const name = relative(root, location).split(sep).join('/').normalize('NFC')
    if (name.length > limits.path_characters)
      return refuse(location, `has a path of more than ${limits.path_characters} characters`)
    found.files.push({ path: name, location: target, ...(await hashFile(target)) })
  }
  await visit(root, 0)
  return found
}

async function openFolder(path: string): Promise<string> {
  const root = await resolve(path)
  if (root === null || !(await stat(root)).isDirectory())
    throw new ClientError(`the folder ${path} does not exist`, exit_codes.usage)
  return root
}

async function resolve(path: string): Promise<string | null> {
  try {
    return await realpath(path)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

async function hashFile(location: string): Promise<{ hash: string; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(location) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { hash: hash.digest('hex'), bytes }
}
