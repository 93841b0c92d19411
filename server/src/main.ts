// The process: reads the settings and runs the app until a signal ends it.
import { type App, startApp } from './app.ts'
import { renderBanner } from './banner.ts'
import { type Config, ConfigError } from './config/config.ts'
import { readConfig } from './settings.ts'
import { EmbeddedPostgresError } from '@parley/embedded-postgres'
import { createLog } from './telemetry/log.ts'

/** Exit codes: 0 after a signal, 1 if the server cannot start or continue, 2 for invalid settings. */
export async function main(): Promise<number> {
  const stopped = untilSignal()
  let config: Config
  try {
    config = readConfig()
  } catch (error) {
    return explain(error)
  }
  const log = createLog(config.log_level)
  for (const warning of config.warnings) log.warn(warning)
  let app: App
  try {
    app = await startApp(config, log)
  } catch (error) {
    return explain(error)
  }
  process.stdout.write(renderBanner(app, config))
  const reason = await Promise.race([stopped, app.failed])
  if (reason instanceof Error) log.fatal({ err: reason }, 'the server cannot continue')
  else log.info({ signal: reason }, 'stopping')
  await app[Symbol.asyncDispose]()
  return reason instanceof Error ? 1 : 0
}

function explain(error: unknown): number {
  const isExpected = error instanceof ConfigError || error instanceof EmbeddedPostgresError || isListenError(error)
  process.stderr.write(
    `${isExpected ? `parley: ${(error as Error).message}` : `parley could not start: ${describe(error)}`}\n`,
  )
  return error instanceof ConfigError ? 2 : 1
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function isListenError(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.syscall === 'listen'
}

/** The first signal starts an orderly shutdown; a second one ends the process immediately. */
function untilSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    let isRepeated = false
    process.on(signal, () => {
      if (isRepeated) process.exit(1)
      isRepeated = true
      resolve(signal)
    })
  }
  return promise
}

if (import.meta.main) process.exitCode = await main()
