// Folders for files that a process of its own reads. What a killed server has left is removed: it is what people have uploaded.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../base/ports.ts'

const prefix = 'parley-file-'
/** Nothing reads a file for so long; another server of the same machine may read a younger one. */
const left_after_ms = 2 * 3_600_000
const looked_every_ms = 600_000

/** Lends a folder, which is removed at the end. */
export type WithFolder = <T>(work: (folder: string) => Promise<T>) => Promise<T>

export function createFileFolders(clock: Pick<Clock, 'now' | 'monotonic'>, root = tmpdir()): WithFolder {
  let looked_at = -Infinity
  return async (work) => {
    if (clock.monotonic() - looked_at > looked_every_ms) {
      looked_at = clock.monotonic()
      await removeLeft(root, clock.now() - left_after_ms)
    }
    const folder = await mkdtemp(join(root, prefix))
    try {
      return await work(folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

async function removeLeft(root: string, before_ms: number): Promise<void> {
  const names = (await readdir(root)).filter((name) => name.startsWith(prefix))
  for (const name of names) {
    const folder = join(root, name)
    // It may be gone meanwhile, or somebody else's.
    const isLeft = await stat(folder).then(
      ({ mtimeMs }) => mtimeMs < before_ms,
      () => false,
    )
    if (isLeft) await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}
