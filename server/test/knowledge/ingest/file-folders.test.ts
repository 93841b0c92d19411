// Folders of files that are being converted, and what a killed server has left of them.
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFileFolders } from '../../../src/knowledge/ingest/file-folders.ts'

const hour_ms = 3_600_000

test('a folder goes with its work, also when that fails; what was left two hours ago goes with the next', async () => {
  const root = await mkdtemp(join(tmpdir(), 'parley-folders-'))
  try {
    const now = Date.now()
    for (const [name, age_ms] of [
      ['parley-file-left', 2.1 * hour_ms],
      ['parley-file-young', 1.9 * hour_ms],
      ['other-file-old', 9 * hour_ms],
    ] as const) {
      await mkdir(join(root, name))
      await writeFile(join(root, name, 'file'), 'text')
      await utimes(join(root, name), (now - age_ms) / 1000, (now - age_ms) / 1000)
    }
    const time = { passed_ms: 0 }
    const withFolder = createFileFolders({ now: () => now + time.passed_ms, monotonic: () => time.passed_ms }, root)
    const there = await withFolder(async (folder) => {
      await writeFile(join(folder, 'file'), 'text')
      return readdir(root)
    })
    expect(there).toHaveLength(3)
    expect(there).toEqual(expect.arrayContaining(['other-file-old', 'parley-file-young']))
    const fails = withFolder(() => Promise.reject(new Error('broken')))
    await expect(fails).rejects.toThrow('broken')
    expect((await readdir(root)).toSorted()).toEqual(['other-file-old', 'parley-file-young'])

    time.passed_ms = 0.2 * hour_ms
    await withFolder(async () => {})
    expect(await readdir(root)).toEqual(['other-file-old'])
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})
