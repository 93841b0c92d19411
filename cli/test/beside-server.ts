// `parley` called in this process with the database of a running server, as its operator calls it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { type Outcome, runHere } from './run-here.ts'

export interface BesideServer extends AsyncDisposable {
  server: TestServer
  /** For files, empty. */
  folder: string
  run: (...args: string[]) => Promise<Outcome>
}

export async function startBesideServer(): Promise<BesideServer> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startTestServer())
  const folder = await mkdtemp(join(tmpdir(), 'parley-beside-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const kept = stack.move()
  return {
    server,
    folder,
    run: (...args) => runInDatabase(server.connection_string, args),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

export function runInDatabase(connection_string: string, args: string[]): Promise<Outcome> {
  const { PATH = '', HOME = '' } = process.env
  // The setting must parse as a URL, which has a host. A Unix socket in the query overrides it.
  return runHere(args, { PATH, HOME, DATABASE_URL: connection_string.replace('@/', '@localhost/') })
}
