// Prints what is wrong with an installation, and what to do. The exit code is 1 if something fails, and 2 if settings are wrong.
import {
  type Config,
  type Finding,
  ConfigError,
  examineDatabase,
  examineMachine,
  examineOutside,
  readConfig,
} from '@parley/server'
import { exit_codes, print, printJson } from '../client/output.ts'
import { showControls } from '../client/terminal.ts'
import { withDatabase } from '../database.ts'
import { describeFailure } from '../failures.ts'
import type { Surroundings } from '../surroundings.ts'

export async function runDoctor(options: { calls_model: boolean }, around: Surroundings): Promise<void> {
  const failed = new Set<string>()
  const show = async (finding: Finding) => {
    if (finding.status === 'fail') failed.add(finding.name)
    await (around.json ? printJson(around, finding) : print(around, render(finding)))
  }
  for await (const finding of examineAll(options)) await show(finding)
  if (failed.size > 0) around.exit_code = failed.has('settings') ? exit_codes.usage : exit_codes.failed
}

async function* examineAll(options: { calls_model: boolean }): AsyncGenerator<Finding> {
  let config: Config
  try {
    config = readConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const advice = 'Correct it; docs/settings.md has every setting.'
    for (const message of error.faults) yield { name: 'settings', status: 'fail', message, advice }
    return
  }
  yield { name: 'settings', status: 'ok', message: 'all are valid', advice: null }
  for (const message of config.warnings)
    yield { name: 'settings', status: 'warn', message, advice: 'Correct its name, or remove it.' }
  yield* examineMachine(config)
  yield* await examineStored(config)
  yield* examineOutside(config, options)
}

async function examineStored(config: Config): Promise<Finding[]> {
  try {
    return await withDatabase((database, connection_string) =>
      Array.fromAsync(examineDatabase(database, connection_string, config)),
    )
  } catch (error) {
    const advice = 'Start PostgreSQL, or correct DATABASE_URL.'
    return [{ name: 'database', status: 'fail', message: describeFailure(error) ?? 'unknown', advice }]
  }
}

function render({ name, status, message, advice }: Finding): string {
  const first = `${status.padEnd(4)}  ${name.padEnd(14)} ${message}\n`
  return showControls(advice === null ? first : `${first}${' '.repeat(21)}${advice}\n`)
}
