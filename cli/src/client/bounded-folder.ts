// Reads files below one folder within limits on count and size, and never follows a link out of it.
import { type Dirent, constants } from 'node:fs'
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'

export const limits = {
  /** Of one kind, such as `agent.yaml`. */
  found: 1000,
  /** Files and folders visited. */
  entries: 20_000,
  depth: 8,
  file_bytes: 1024 * 1024,
  /** Of all files together. */
  total_bytes: 64 * 1024 * 1024,
}

/** The reason why a file was refused. */
export class Refusal extends Error {}

export class BoundedFolder {
  /** The real path, with links resolved. */
  readonly root: string
  #entries = 0
  #bytes = 0

  private constructor(root: string) {
    this.root = root
  }

  /** Null if the folder does not exist. */
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
   * The files that have one of these names, at any depth. Hidden folders are skipped, and so are links to folders inside, whose
   * files are found at their real path. `what`: their plural. `onRefusal` receives each path that is not searched.
   */
  async find(
    names: readonly string[],
    what: string,
    onRefusal: (path: string, message: string) => void,
  ): Promise<string[]> {
    const found: string[] = []
    const visit = async (directory: string, depth: number): Promise<void> => {
      if (depth > limits.depth) return onRefusal(directory, `is more than ${limits.depth} folders deep`)
      for (const entry of await this.#list(directory)) {
        const path = join(directory, entry.name)
        if (entry.name.startsWith('.')) continue
        if (names.includes(entry.name)) found.push(path)
        else if (entry.isDirectory()) await visit(path, depth + 1)
        else if (entry.isSymbolicLink() && (await this.#leadsAway(path)))
          onRefusal(path, 'links to a folder outside this folder')
      }
    }
    await visit(this.root, 0)
    if (found.length > limits.found) throw new Refusal(`contains more than ${limits.found} ${what}`)
    return found
  }

  /** The text of a file in this folder, which must be UTF-8. Throws a `Refusal`. */
  async read(path: string): Promise<string> {
    const target = await this.#resolve(path)
    // Opening a pipe would block until someone writes to it.
    await using file = await open(target, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!(await file.stat()).isFile()) throw new Refusal('is not a file')
    const bytes = await readAtMost(file, limits.file_bytes)
    if (bytes === null) throw new Refusal(`is larger than ${limits.file_bytes} bytes`)
    this.#bytes += bytes.length
    if (this.#bytes > limits.total_bytes)
      throw new Refusal(`exceeds the limit of ${limits.total_bytes} bytes for all files together`)
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      throw new Refusal('is not valid UTF-8')
    }
  }

  async #list(directory: string): Promise<Dirent[]> {
    const entries = await readdir(directory, { withFileTypes: true })
    this.#entries += entries.length
    if (this.#entries > limits.entries) throw new Refusal(`contains more than ${limits.entries} files and folders`)
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Whether a link leads to a folder outside, which must be reported because it is not searched. */
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
    if (!isInside(this.root, target)) throw new Refusal('leads out of the folder')
    return target
  }
}

export function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP'
}

/** Null if there are more bytes than the limit. */
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
