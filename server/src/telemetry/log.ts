// The log: one JSON object per line, without secrets and personal data; on a terminal one line of text each.
import pino, { type DestinationStream, type Logger } from 'pino'
import type { LogFormat, LogLevel } from '../config/server.ts'

/**
 * Keeps only the fields of an error that explain it: a driver's error can contain its connection with credentials, and its
 * detail contains the values of a row.
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

/** Undefined: JSON on standard output. What makes lines pretty is loaded only for that. */
export async function openLogOutput(
  format: LogFormat,
  terminal: { isTTY?: boolean },
  destination: NodeJS.WritableStream | number = 1,
): Promise<DestinationStream | undefined> {
  const isPretty = format === 'pretty' || (format === 'auto' && terminal.isTTY === true)
  if (!isPretty) return undefined
  const { PinoPretty, isColorSupported } = await import('pino-pretty')
  return PinoPretty({
    destination,
    sync: true,
    singleLine: true,
    colorize: isColorSupported,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
  }) as DestinationStream
}
