// Turns an error into a message for a person and an exit code.
import { CommanderError } from 'commander'
import { ClientError } from './client/faults.ts'
import { exit_codes } from './client/output.ts'

/** Null if the message was already printed. */
export function describeFailure(error: unknown): string | null {
  if (error instanceof CommanderError) return null
  if (error instanceof ClientError) return error.message
  const { name, fields, faults } = Object(error) as { name?: string; fields?: Fields; faults?: string[] }
  const text = error instanceof Error ? error.message : String(error)
  // By their names: commands that need no server do not load its errors.
  if (name === 'AppError') return describeRefusal(text, fields)
  if (name === 'ConfigError') return faults!.join('; ')
  if (name === 'EmbeddedPostgresError') return firstLine(text)
  return describeDatabaseFailure(error) ?? firstLine(text)
}

/** Help and version also arrive as errors, with exit code 0. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ClientError) return error.exit_code
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit_codes.done : exit_codes.usage
  return (error as Error | null)?.name === 'ConfigError' ? exit_codes.usage : exit_codes.failed
}

type Fields = { errors?: { path: string; message: string }[] } | undefined

function describeRefusal(message: string, fields: Fields): string {
  const faults = fields?.errors?.map((fault) => `${fault.path} ${fault.message}`)
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
