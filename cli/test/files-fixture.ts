// A server, folders of files, and `apply` and `export` of agents and workflows, called as the commands' actions call them.
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Client } from '@parley/sdk'
import { expect } from 'vitest'
import { makeOrganization } from '../../server/test/support/actors.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { ClientError } from '../src/client/faults.ts'
import { type ApplyOptions, applyFolder } from '../src/files/apply.ts'
import { type ExportOptions, exportFolder } from '../src/files/export.ts'
import type { Described, Kind, Resource } from '../src/files/kind.ts'

export interface Fixture extends AsyncDisposable {
  server: TestServer
  newFolder(files?: Record<string, string>): Promise<string>
  /** An organization with nothing in it, which serves as another server. */
  newClient(): Promise<Client>
}

export async function createFixture(): Promise<Fixture> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startTestServer())
  const home = await mkdtemp(join(tmpdir(), 'parley-files-'))
  stack.defer(() => rm(home, { recursive: true, force: true }))
  const owned = stack.move()
  return {
    server,
    async newFolder(files = {}) {
      const folder = await mkdtemp(join(home, 'folder-'))
      await writeFiles(folder, files)
      return folder
    },
    newClient: async () => server.as({ token: (await makeOrganization(server)).key }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

/** Every file below a folder, by its path. */
export async function readFiles(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(
    paths.sort().map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')]),
  )
  return Object.fromEntries(texts) as Record<string, string>
}

interface Outcome {
  /** How many differed. */
  count: number
  printed: string
}

export async function applyKind<D extends Described, R extends Resource>(
  client: Client,
  kind: Kind<D, R>,
  folder: string,
  options: Partial<ApplyOptions>,
): Promise<Outcome> {
  let printed = ''
  const print = (text: string) => void (printed += text)
  const all = { publish: false, go_live: false, dry_run: false, ...options }
  const count = await applyFolder(client, kind, folder, all, print)
  return { count, printed }
}

export async function exportKind<D extends Described, R extends Resource>(
  client: Client,
  kind: Kind<D, R>,
  folder: string,
  options: Partial<ExportOptions>,
): Promise<string> {
  let printed = ''
  const print = (text: string) => void (printed += text)
  await exportFolder(client, kind, folder, { ids: [], format: 'yaml', force: false, ...options }, print)
  return printed
}

/** One line for each fault that is reported, without the folder's path. */
export async function faultsOf(work: Promise<unknown>, folder: string): Promise<string[]> {
  const error: unknown = await work.then(
    () => new Error('expected a fault'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ClientError)
  const [first, ...lines] = (error as Error).message.replaceAll(`${folder}/`, '').split('\n')
  return lines.length === 0 ? [first!] : lines.map((line) => line.trim())
}
