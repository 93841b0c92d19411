// Reads and creates folders so that root, working in another user's folder, cannot be misled by a link there.
import { chmod, lchown, lstat, mkdir, open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, parse, resolve, sep } from 'node:path'
import { isErrno } from './faults.ts'
import type { Account, Entry } from './placement.ts'

async function statEntry(path: string): Promise<Entry | null> {
  try {
    const { uid, gid, mode } = await stat(path)
    return { path, uid, gid, mode }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

/** The absolute path without links, even if only the beginning of the path exists. */
export async function canonicalPath(path: string): Promise<string> {
  const absolute = resolve(path)
  try {
    return await realpath(absolute)
  } catch (error) {
    if (!isErrno(error, 'ENOENT') || dirname(absolute) === absolute) throw error
    return join(await canonicalPath(dirname(absolute)), basename(absolute))
  }
}

/** The existing folders on the way to a canonical path, and the path itself if it exists, from the root down. */
export async function existingFolders(path: string): Promise<Entry[]> {
  const { root } = parse(path)
  const found: Entry[] = []
  let current = root
  for (const part of ['', ...path.slice(root.length).split(sep)]) {
    current = join(current, part)
    const entry = await statEntry(current)
    if (entry === null) break
    if (found.at(-1)?.path !== current) found.push(entry)
  }
  return found
}

/** Creates the missing folders of a path so that they survive a power failure. `owner` null: the current user owns them. */
export async function makeFolders(path: string, mode: number, owner: Account | null): Promise<void> {
  if ((await statEntry(path)) !== null) return
  await makeFolders(dirname(path), mode, owner)
  try {
    await mkdir(path)
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return
    throw error
  }
  await chmod(path, mode)
  if (owner !== null) await lchown(path, owner.uid, owner.gid)
  await syncFolder(dirname(path))
}

export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Gives a folder and everything in it to an account, without following links. */
export async function giveTree(path: string, account: Account): Promise<void> {
  await lchown(path, account.uid, account.gid)
  if (!(await lstat(path)).isDirectory()) return
  for (const name of await readdir(path)) await giveTree(join(path, name), account)
}
