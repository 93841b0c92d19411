// From an error to a line for a person (of files: one for each fault) and an exit code: 1 when it could not be done, 2 when it was asked for wrongly.
import { AppError, ConfigError, EmbeddedPostgresError } from '@parley/server'
import { CommanderError } from 'commander'
import { AgentsError } from './agents/faults.ts'

/** Null: the person has been told already. */
export function describeFailure(error: unknown): string | null {
  if (error instanceof CommanderError) return null
  if (error instanceof AgentsError) return error.message
  if (error instanceof AppError) return describeRefusal(error)
  if (error instanceof ConfigError) return error.faults.join('; ')
  if (error instanceof EmbeddedPostgresError) return firstLine(error.message)
  return describeDatabaseFailure(error) ?? firstLine(error instanceof Error ? error.message : String(error))
}

/** Help and version come as errors too, with the exit code 0. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof CommanderError)) return 1
  return error.exitCode === 0 ? 0 : 2
}

function describeRefusal({ message, fields }: AppError): string {
  const faults = fields.errors?.map((fault) => `${fault.path} ${fault.message}`)
  return faults ? faults.join('; ') : message
}

const undefined_table = '42P01'

function describeDatabaseFailure(error: unknown): string | null {
  // Several addresses of one host fail as one error, without a message of its own.
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code !== 'string' || typeof message !== 'string') return null
  if (code === undefined_table) return 'the database has no tables yet: run `parley migrate`, or start the server once'
  const what = code.startsWith('E') ? 'cannot be reached' : 'refuses'
  return `the database ${what}: ${firstLine(message)}`
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
