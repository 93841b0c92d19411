// Reading below one folder within bounds: how many files, how large, and never past a link that leaves it.
import { type Dirent, constants } from 'node:fs'
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'

export const limits = {
  agents: 1000,
  /** Files and folders that are looked at. */
  entries: 20_000,
  depth: 8,
  file_bytes: 1024 * 1024,
  /** Of all files together. */
  total_bytes: 64 * 1024 * 1024,
}

/** Says why a file cannot be taken. */
export class Refusal extends Error {}

export class BoundedFolder {
  /** Without links. */
  readonly root: string
  #entries = 0
  #bytes = 0

  private constructor(root: string) {
    this.root = root
  }

  /** Null where there is no such folder. */
  static async open(path: string): Promise<BoundedFolder | null> {
    try {
      const root = await realpath(path)
      return (await stat(root)).isDirectory() ? new BoundedFolder(root) : null
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  /**
   * What has one of these names, below the folder or in it. Hidden folders are passed over, and so are links to folders within,
   * whose files are found where they are. `onRefusal` is told of what is not looked at.
   */
  async find(names: readonly string[], onRefusal: (path: string, message: string) => void): Promise<string[]> {
    const found: string[] = []
    const visit = async (directory: string, depth: number): Promise<void> => {
      if (depth > limits.depth) return onRefusal(directory, `is more than ${limits.depth} folders deep`)
      for (const entry of await this.#list(directory)) {
        const path = join(directory, entry.name)
        if (entry.name.startsWith('.')) continue
        if (names.includes(entry.name)) found.push(path)
        else if (entry.isDirectory()) await visit(path, depth + 1)
        else if (entry.isSymbolicLink() && (await this.#leadsAway(path)))
          onRefusal(path, 'is a link to a folder outside')
      }
    }
    await visit(this.root, 0)
    if (found.length > limits.agents) throw new Refusal(`there are more than ${limits.agents} agent files`)
    return found
  }

  /** Valid UTF-8 of a file of this folder; throws a `Refusal`. */
  async read(path: string): Promise<string> {
    const target = await this.#resolve(path)
    // A pipe would keep its reader waiting.
    await using file = await open(target, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!(await file.stat()).isFile()) throw new Refusal('is not a file')
    const bytes = await readAtMost(file, limits.file_bytes)
    if (bytes === null) throw new Refusal(`has more than ${limits.file_bytes} bytes`)
    this.#bytes += bytes.length
    if (this.#bytes > limits.total_bytes)
      throw new Refusal(`is too much: all files together may have ${limits.total_bytes} bytes`)
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      throw new Refusal('is not UTF-8')
    }
  }

  async #list(directory: string): Promise<Dirent[]> {
    const entries = await readdir(directory, { withFileTypes: true })
    this.#entries += entries.length
    if (this.#entries > limits.entries) throw new Refusal(`there are more than ${limits.entries} files and folders`)
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Whether a link leads to a folder that is not looked into, without the person's knowing. */
  async #leadsAway(path: string): Promise<boolean> {
    try {
      const target = await realpath(path)
      return !isInside(this.root, target) && (await stat(target)).isDirectory()
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }

  async #resolve(path: string): Promise<string> {
    let target: string
    try {
      target = await realpath(path)
    } catch (error) {
      if (isMissing(error)) throw new Refusal('does not exist')
      throw error
    }
    if (!isInside(this.root, target)) throw new Refusal('is a path or a link that leaves the folder')
    return target
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP'
}

/** Null when there is more. */
async function readAtMost(file: FileHandle, max_bytes: number): Promise<Buffer | null> {
  const buffer = Buffer.alloc(max_bytes + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length)
    if (bytesRead === 0) return buffer.subarray(0, length)
    length += bytesRead
    if (length > max_bytes) return null
  }
}
