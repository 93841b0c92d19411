// The file of a backup: a tar archive of small entries, which is written and read from its beginning to its end. Each entry changes the
// chain of hashes, whose end is in the last one.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import tar from 'tar-stream'
import { BackupTorn, contents_entry } from './rules/manifest.ts'

const block_bytes = 512
const end_bytes = 2 * block_bytes
/** More than any has. */
const max_entry_bytes = 16 * 1024 * 1024

export interface Entry {
  name: string
  content: Buffer
}

/** There is no such file, or the user may not read it. */
export class BackupUnreadable extends Error {
  constructor(path: string, cause: unknown) {
    super(`${path} cannot be read: ${String((cause as Error).message)}. Name a file that \`parley backup\` wrote.`, {
      cause,
    })
  }
}

/** Each hash is also of the one before. */
class Chain {
  #value = ''

  add({ name, content }: Entry): void {
    this.#value = hashOf(`${this.#value}\n${name}\n${content.length}\n${hashOf(content)}`)
  }

  /** The hash of everything. */
  end(contents: string): string {
    return hashOf(`${this.#value}\n${contents}`)
  }
}

const hashOf = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

export interface ArchiveWriter extends AsyncDisposable {
  /** Bytes of the file so far. */
  readonly bytes: number
  /** Waits until the file has taken it. */
  add(name: string, content: Buffer): Promise<void>
  /** Adds the last entry. The file is then complete, and safe from a loss of power. */
  finish(contents: string): Promise<void>
}

/** Only its owner can read the file. It must not exist. */
export async function createArchive(path: string): Promise<ArchiveWriter> {
  const pack = tar.pack()
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })
  await once(file, 'open')
  const written = pipeline(pack, file)
  written.catch(() => {}) // reported by `add` and `finish`
  const chain = new Chain()
  const mtime = new Date()
  const write = async (name: string, content: Buffer) => {
    const added = new Promise<void>((resolve, reject) => {
      const header = { name, size: content.length, mode: 0o600, mtime }
      pack.entry(header, content, (error) => (error ? reject(error) : resolve()))
    })
    try {
      await Promise.race([added, written])
    } catch (error) {
      // The file's own failure, which the archive learns of first as one of another kind.
      pack.destroy()
      await written
      throw error
    }
  }
  return {
    get bytes() {
      return file.bytesWritten
    },
    async add(name, content) {
      chain.add({ name, content })
      await write(name, content)
    },
    async finish(contents) {
      await write(contents_entry, Buffer.from(`${contents}\n${chain.end(contents)}\n`))
      pack.finalize()
      await written
    },
    async [Symbol.asyncDispose]() {
      pack.destroy()
      await written.catch(() => {})
    },
  }
}

/** The first entry, without a look at the rest. */
export async function readFirstEntry(path: string): Promise<Entry> {
  for await (const entry of readEntries(path)) return entry
  throw new BackupTorn('it is empty')
}

/** Every entry but the last, whose text is returned. Throws if one was changed or is missing. */
export async function* readArchive(path: string): AsyncGenerator<Entry, string> {
  const chain = new Chain()
  let bytes = 0
  let last: Entry | null = null
  for await (const entry of readEntries(path)) {
    if (last) throw new BackupTorn('something follows its end')
    bytes += block_bytes + Math.ceil(entry.content.length / block_bytes) * block_bytes
    if (entry.name === contents_entry) last = entry
    else {
      chain.add(entry)
      yield entry
    }
  }
  if (!last) throw new BackupTorn('its end is missing')
  const [, contents, hash] = /^([^]*)\n([0-9a-f]{64})\n$/.exec(last.content.toString()) ?? []
  if (contents === undefined || hash !== chain.end(contents)) throw new BackupTorn('a part of it was changed')
  if ((await stat(path)).size !== bytes + end_bytes) throw new BackupTorn('its end is missing')
  return contents
}

async function* readEntries(path: string): AsyncGenerator<Entry> {
  const extract = tar.extract()
  const file = createReadStream(path)
  // The error arrives through the other stream.
  const read = pipeline(file, extract)
  read.catch(() => {})
  try {
    for await (const entry of extract) {
      if ((entry.header.size ?? 0) > max_entry_bytes) throw new BackupTorn('a part of it is larger than parts are')
      const pieces: Buffer[] = []
      for await (const piece of entry) pieces.push(piece as Buffer)
      yield { name: entry.header.name, content: Buffer.concat(pieces) }
    }
    await read
  } catch (error) {
    if (error instanceof BackupTorn) throw error
    throw isTorn(error) ? new BackupTorn('a part of it is missing or was changed') : new BackupUnreadable(path, error)
  } finally {
    file.destroy()
    extract.destroy()
  }
}

/** As the reader of archives says it; others are those of the file system. */
function isTorn(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return error instanceof Error && (code === undefined || code === 'ERR_STREAM_PREMATURE_CLOSE')
}

/** A folder that can be written to and not read, and file systems that do it by themselves or not at all. */
const cannot_sync = new Set(['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'ENOSYS'])

/** After this, the file's name survives a loss of power, where the system can see to it. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await using folder = await open(path, 'r')
    await folder.sync()
  } catch (error) {
    if (!cannot_sync.has(String((error as NodeJS.ErrnoException).code))) throw error
  }
}
