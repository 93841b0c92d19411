// Turns an error into a message for a person and an exit code: 1 if the command failed, 2 if it was used incorrectly.
import { AppError, ConfigError, EmbeddedPostgresError } from '@parley/server'
import { CommanderError } from 'commander'
import { ClientError } from './client/faults.ts'

/** Null if the message was already printed. */
export function describeFailure(error: unknown): string | null {
  if (error instanceof CommanderError) return null
  if (error instanceof ClientError) return error.message
  if (error instanceof AppError) return describeRefusal(error)
  if (error instanceof ConfigError) return error.faults.join('; ')
  if (error instanceof EmbeddedPostgresError) return firstLine(error.message)
  return describeDatabaseFailure(error) ?? firstLine(error instanceof Error ? error.message : String(error))
}

/** Help and version also arrive as errors, with exit code 0. */
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
  // A host with several addresses fails with an AggregateError, which has no message.
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code !== 'string' || typeof message !== 'string') return null
  if (code === undefined_table) return 'the database has no tables yet; run `parley migrate` or start the server once'
  const what = code.startsWith('E') ? 'could not be reached' : 'refused the request'
  return `the database ${what}: ${firstLine(message)}`
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
