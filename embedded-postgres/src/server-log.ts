// The server's log file: opened for it, read after a failure, and kept small.
import { constants } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from './faults.ts'
import type { Home } from './home.ts'

const LIMIT_BYTES = 5 * 1024 * 1024
const TAIL_BYTES = 8 * 1024

export interface ServerLog {
  path: string
  handle: FileHandle
}

/** The file can be in another user's folder while root writes to it, so links are never followed. */
export async function openServerLog(home: Home): Promise<ServerLog> {
  const path = join(home.dir, 'postgresql.log')
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW
  try {
    return { path, handle: await open(path, flags) }
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
  const handle = await open(path, flags | constants.O_CREAT, 0o600)
  if (home.account !== null) await handle.chown(home.account.uid, home.account.gid)
  return { path, handle }
}

export async function logSize(log: ServerLog): Promise<number> {
  return (await log.handle.stat()).size
}

/** The last part of the text written after `offset`. */
export async function readLogTail(log: ServerLog, offset: number): Promise<string> {
  const size = await logSize(log)
  return readPart(log, Math.max(offset <= size ? offset : 0, size - TAIL_BYTES), size)
}

async function readPart(log: ServerLog, from: number, to: number): Promise<string> {
  const { buffer, bytesRead } = await log.handle.read(Buffer.alloc(to - from), 0, to - from, from)
  return buffer.toString('utf8', 0, bytesRead)
}

/**
 * Moves the text of a long log to one older file and empties it in place, because the server keeps appending to the file that
 * it was started with, even after another process takes it over. Lines written meanwhile can be lost.
 */
export async function rotateLog(log: ServerLog): Promise<void> {
  const size = await logSize(log)
  if (size <= LIMIT_BYTES) return
  const draft = `${log.path}.new`
  await rm(draft, { force: true })
  const older = await open(draft, 'wx', 0o600)
  try {
    await older.writeFile(await readPart(log, size - LIMIT_BYTES, size))
  } finally {
    await older.close()
  }
  await rename(draft, `${log.path}.1`)
  await log.handle.truncate(0)
}
