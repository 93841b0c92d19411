// Systems on which PostgreSQL cannot run: each error explains why, and names the alternative.
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/embedded-postgres.ts'
import { openServerLog, rotateLog } from '../src/server-log.ts'
import { readdir, readFile } from 'node:fs/promises'
import { Workshop } from './support.ts'

let workshop: Workshop

beforeAll(async () => {
  workshop = await Workshop.open()
})
afterAll(() => workshop.close())

/** Starts with stubs for PostgreSQL's programs. */
async function startWith(name: string, programs: Record<string, string>) {
  const native_dir = workshop.folder(name)
  await mkdir(join(native_dir, 'bin'), { recursive: true })
  await mkdir(join(native_dir, 'lib', 'postgresql'), { recursive: true })
  await mkdir(join(native_dir, 'share', 'postgresql'), { recursive: true })
  await writeFile(join(native_dir, 'share', 'postgresql', 'postgres.bki'), '')
  await writeFile(join(native_dir, 'lib', 'postgresql', 'plpgsql.so'), '')
  for (const [program, text] of Object.entries(programs)) {
    await writeFile(join(native_dir, 'bin', program), text)
    await chmod(join(native_dir, 'bin', program), 0o755)
  }
  return startEmbeddedPostgres({ data_dir: workshop.folder(`${name} data`) }, { ...workshop.host, native_dir })
}

const VERSION = '#!/bin/sh\necho "postgres (PostgreSQL) 18.4"\n'

test('missing programs', async () => {
  const refused = startWith('absent', {})
  await expect(refused).rejects.toMatchObject({ fault: 'binaries_unusable' })
  await expect(refused).rejects.toThrow(/missing.*DATABASE_URL/)
})

test('programs for another C library', async () => {
  const refused = startWith('musl', { postgres: '#!/lib64/no-such-loader.so\n' })
  await expect(refused).rejects.toMatchObject({ fault: 'binaries_unusable' })
  await expect(refused).rejects.toThrow(/such as musl in Alpine.*DATABASE_URL/)
})

test('programs that lack a library', async () => {
  const message = 'postgres: error while loading shared libraries: libfoo.so.1: cannot open shared object file'
  const refused = startWith('library', { postgres: `#!/bin/sh\necho "${message}" >&2\nexit 127\n` })
  await expect(refused).rejects.toThrow(/are not compatible with this system.*DATABASE_URL[\s\S]*libfoo/)
})

test('a full disk', async () => {
  const message = 'initdb: error: could not write file: No space left on device'
  const refused = startWith('full', { postgres: VERSION, initdb: `#!/bin/sh\necho "${message}" >&2\nexit 1\n` })
  await expect(refused).rejects.toMatchObject({ fault: 'start_failed' })
  await expect(refused).rejects.toThrow(/disk is full.*DATABASE_URL[\s\S]*No space left/)
  expect(await readdir(workshop.folder('full data'))).toEqual([])
})

test('a data folder that is a file', async () => {
  await writeFile(workshop.folder('file'), '')
  const refused = startEmbeddedPostgres({ data_dir: workshop.folder('file') }, workshop.host)
  await expect(refused).rejects.toMatchObject({ fault: 'folder_unusable' })
  await expect(refused).rejects.toThrow(/is a file, not a folder/)
})

test('a large log is moved aside while its writer continues in the same file', async () => {
  const home = { dir: workshop.folder('log'), cluster_dir: '', account: null }
  await mkdir(home.dir)
  const writer = await openServerLog(home)
  const log = await openServerLog(home)
  await writer.handle.write('x'.repeat(5 * 1024 * 1024))
  await writer.handle.write('the last line\n')
  await rotateLog(log)
  await writer.handle.write('a new line\n')
  expect(await readFile(log.path, 'utf8')).toBe('a new line\n')
  expect((await readFile(`${log.path}.1`, 'utf8')).endsWith('the last line\n')).toBe(true)
  await Promise.all([writer.handle.close(), log.handle.close()])
})
