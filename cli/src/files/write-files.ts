// Writes files into a folder: each is replaced as a whole, and only what may be overwritten.
import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../client/bounded-folder.ts'
import type { FileFault } from '../client/faults.ts'

export interface Output {
  path: string
  text: string
}

/** The files to write: skips those that are up to date, and refuses to overwrite others without `force`. */
export async function judgeOutputs(outputs: readonly Output[], force: boolean, faults: FileFault[]): Promise<Output[]> {
  const writes: Output[] = []
  for (const output of outputs) {
    const present = await readPresent(output.path)
    if (present?.text === output.text) continue
    if (present?.text === null)
      faults.push({ file: output.path, path: '', message: 'is not a file, so it cannot be overwritten' })
    else if (present !== null && !force)
      faults.push({ file: output.path, path: '', message: 'has other content; pass --force to overwrite it' })
    else writes.push(output)
  }
  return writes
}

/** Null if nothing is there; `text` is null if it is not a file. */
async function readPresent(path: string): Promise<{ text: string | null } | null> {
  try {
    return { text: (await lstat(path)).isFile() ? await readFile(path, 'utf8') : null }
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Atomic: a concurrent reader sees the old file or the new one. */
export async function writeOutput({ path, text }: Output): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true })
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await writeFile(temporary, text, { flag: 'wx' })
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}
