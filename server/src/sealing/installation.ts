// Used by a start of the server: the installation's lock and the private files of the data folder.
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../config/config.ts'
import { type Executor, acrossOrganizations } from '../database/database.ts'

/** The same in every version of the server, and used for nothing else. */
const installation_lock = 7_275_011

const lockStatement = acrossOrganizations(
  'it concerns the whole installation',
  'lock_installation',
  `select pg_advisory_xact_lock(${installation_lock})`,
)

/** Until the transaction ends, no other node can set up the same installation. */
export async function lockInstallation(tx: Executor): Promise<void> {
  await tx.query(lockStatement, [])
}

/** The file's text without the final line break; null if there is no file. */
export async function readPrivateFile(folder: string, name: string): Promise<string | null> {
  const path = join(folder, name)
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw cannot('read', path, error)
  }
}

/** Writes a file that only its owner can read. It appears completely or not at all, and survives a power failure. */
export async function writePrivateFile(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name)
  const draft = `${path}.new-${process.pid}`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    // Left by a start that was killed. Exclusive creation follows no link that someone may have placed there.
    await rm(draft, { force: true })
    await writeAndSync(draft, `${text}\n`)
    await rename(draft, path)
    await syncFolder(folder)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw cannot('write', path, error)
  }
}

/** Replaces another file, and survives a power failure. */
export async function renamePrivateFile(folder: string, from: string, to: string): Promise<void> {
  const path = join(folder, to)
  try {
    await rename(join(folder, from), path)
    await syncFolder(folder)
  } catch (error) {
    throw cannot('write', path, error)
  }
}

async function writeAndSync(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function cannot(verb: 'read' | 'write', path: string, error: unknown): unknown {
  const code = codeOf(error)
  if (code === undefined) return error
  return new ConfigError([`PARLEY_DATA_DIR must be a folder where the server can ${verb} ${path} (${code})`])
}

function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}
