import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { limits, readKnowledgeFolder } from './folder.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'parley-knowledge-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

async function newFolder(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(home, 'folder-'))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const faultsOf = (faults: readonly { file: string; message: string }[], folder: string) =>
  faults.map(({ file, message }) => `${file.replace(`${folder}/`, '')} ${message}`)

test('files are named by their paths and known by their content; hidden ones are left out', async () => {
  const folder = await newFolder({ 'b.md': 'two', 'a/deep/c.txt': '', '.env': 'KEY=1', '.git/HEAD': 'x' })
  const { files, faults } = await readKnowledgeFolder(folder)
  expect(faults).toEqual([])
  expect(files.map(({ path, hash, bytes }) => [path, hash, bytes])).toEqual([
    ['a/deep/c.txt', sha256(''), 0],
    ['b.md', sha256('two'), 3],
  ])
})

test('one name has one form, however the file system writes it', async () => {
  const folder = await newFolder({ 'U\u0308ber.md': 'x' })
  expect((await readKnowledgeFolder(folder)).files.map(({ path }) => path)).toEqual(['\u00dcber.md'])
})

test.runIf(process.platform === 'linux')('a name that is not UTF-8 is reported, and the rest is read', async () => {
  const folder = await newFolder({ 'a.md': 'x', 'c.md': 'y' })
  await writeFile(Buffer.concat([Buffer.from(`${folder}/b`), Buffer.from([0xff])]), 'z')
  await mkdir(Buffer.concat([Buffer.from(`${folder}/d`), Buffer.from([0xc3])]))
  const { files, unnamed, faults } = await readKnowledgeFolder(folder)
  expect(files.map(({ path }) => path)).toEqual(['a.md', 'c.md'])
  expect([unnamed, faults]).toEqual([['b\uFFFD', 'd\uFFFD'], []])
})

test('a link within the folder is followed, one out of it or to nothing is a fault', async () => {
  const outside = await newFolder({ 'secret.txt': 'secret' })
  const folder = await newFolder({ 'a/one.md': 'one' })
  await symlink(join(folder, 'a/one.md'), join(folder, 'link.md'))
  await symlink(join(folder, 'a'), join(folder, 'again'))
  await symlink(join(outside, 'secret.txt'), join(folder, 'out.txt'))
  await symlink(outside, join(folder, 'outside'))
  await symlink(join(folder, 'nothing'), join(folder, 'broken'))
  const { files, faults } = await readKnowledgeFolder(folder)
  expect(files.map(({ path }) => path)).toEqual(['a/one.md', 'link.md'])
  expect(faultsOf(faults, folder)).toEqual([
    'broken links to nothing',
    'out.txt links out of the folder',
    'outside links out of the folder',
  ])
})

test('a folder that is too deep is a fault, and one that is not there an error', async () => {
  const deep = Array.from({ length: limits.depth + 1 }, () => 'd').join('/')
  const folder = await newFolder({ [`${deep}/x.md`]: 'x' })
  const { files, faults } = await readKnowledgeFolder(folder)
  expect(files).toEqual([])
  expect(faultsOf(faults, folder)).toEqual([`${deep} is more than 32 folders deep`])
  await expect(readKnowledgeFolder(join(home, 'nothing'))).rejects.toThrow('does not exist')
  await expect(readKnowledgeFolder(join(folder, deep, 'x.md'))).rejects.toThrow('does not exist')
})
