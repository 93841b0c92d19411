// The log: one JSON object a line, with what may not be in a log left out.
import pino, { type DestinationStream, type Logger } from 'pino'
import type { LogLevel } from '../config/server.ts'

/**
 * Of an error only what tells what happened: a driver's error can carry its whole connection, credentials included, and a
 * statement's detail holds the values of the row.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code, constraint } = error as Error & { code?: unknown; constraint?: unknown }
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  }
}

export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  return pino({ level, base: { pid: process.pid }, serializers: { err: describeError } }, destination)
}
