// The database of the settings: the operator's, or the private one, which starts while this process loads its code.
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@parley/embedded-postgres'
import type { Logger } from 'pino'
import type { ServerConfig } from './config/server.ts'

export interface ProvidedDatabase extends AsyncDisposable {
  connection_string: string
  /** Resolves with the reason when the database is lost for good. */
  exited: Promise<Error>
}

interface Providing {
  /** Resolves when loading code no longer delays the database, or when it has failed. The data folder then exists. */
  launched: Promise<void>
  ready: Promise<ProvidedDatabase>
}

export function provideDatabase(
  { database_url, data_dir }: Pick<ServerConfig, 'database_url' | 'data_dir'>,
  log: Pick<Logger, 'debug'>,
): Providing {
  if (database_url !== undefined) {
    const given = { connection_string: database_url, exited: new Promise<Error>(() => {}) }
    return { launched: Promise.resolve(), ready: Promise.resolve({ ...given, async [Symbol.asyncDispose]() {} }) }
  }
  const launched = Promise.withResolvers<void>()
  const ready = startEmbeddedPostgres({
    data_dir: join(data_dir, 'postgres'),
    log: (line) => log.debug({ component: 'postgres' }, line),
    onLaunch: launched.resolve,
  })
  ready.then(
    () => launched.resolve(),
    () => launched.resolve(),
  )
  return { launched: launched.promise, ready }
}
