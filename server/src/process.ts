// The process: reads the settings and runs the app until a signal ends it.
import type { Logger } from 'pino'
import type { App } from './app.ts'
import { renderBanner } from './banner.ts'
import { type Config, ConfigError } from './config/config.ts'
import { writeCompiledCode } from './compile-cache.js'
import { letNewObjectsGrow } from './new-objects.js'
import { provideDatabase } from './provide-database.ts'
import { explainStartFault } from './start-faults.ts'
import { untilSignal } from './stop-signals.ts'
import { readConfig } from './settings.ts'
import { createLog, openLogOutput } from './telemetry/log.ts'

/** From `ready` until compiled code is written. That takes a while, and by then the first requests have been answered. */
const write_ms = 5000

/** Exit codes: 0 after a signal, 1 if the server cannot start or continue, 2 for invalid settings. */
export async function main(): Promise<number> {
  const stopped = untilSignal({ signals: process, monotonic: () => performance.now(), exit: process.exit })
  const stop = new AbortController()
  void stopped.then((signal) => stop.abort(new StoppedEarly(signal)))
  let config: Config
  try {
    config = readConfig()
  } catch (error) {
    return explain(error, null)
  }
  const log = createLog(config.log_level, await openLogOutput(config.log_format, process.stdout))
  for (const warning of config.warnings) log.warn(warning)
  let app: App
  try {
    const { launched, ready: provided } = provideDatabase(config, log)
    await launched
    // Only now, so that signals and faults in the settings are answered without waiting for all code.
    const { startApp } = await import('./app.ts')
    app = await startApp(config, log, undefined, { provided, has_samples: true, stop: stop.signal })
  } catch (error) {
    if (error instanceof StoppedEarly) return stopEarly(error, log)
    return explain(error, config)
  }
  process.stdout.write(renderBanner(app, config))
  letNewObjectsGrow()
  const write = () =>
    writeCompiledCode().catch((error: unknown) => log.debug({ err: error }, 'compiled code is not kept'))
  setTimeout(() => void write(), write_ms).unref()
  const reason = await Promise.race([stopped, app.failed])
  if (reason instanceof Error) log.fatal({ err: reason }, 'the server cannot continue')
  else log.info({ signal: reason }, 'stopping')
  await app[Symbol.asyncDispose]()
  return reason instanceof Error ? 1 : 0
}

/** A signal while the database was migrated. What is not done yet goes on at the next start. */
class StoppedEarly extends Error {
  readonly signal: NodeJS.Signals

  constructor(signal: NodeJS.Signals) {
    super('stopped')
    this.signal = signal
  }
}

function stopEarly({ signal }: StoppedEarly, log: Pick<Logger, 'info'>): number {
  log.info({ signal }, 'stopped while the database was brought up to date; the next start goes on')
  return 0
}

function explain(error: unknown, config: Config | null): number {
  process.stderr.write(`${explainStartFault(error, config)}\n`)
  return error instanceof ConfigError ? 2 : 1
}
