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

interface Lines extends DestinationStream {
  /** Of the line that is written next; the logger sets it. */
  lastLevel: number
  /** Writes what waits. */
  flushSync(): void
}

/** Lines of this level are written at once. */
const urgent_level = 50

/**
 * Lines that follow another one in the same round of the event loop are written together at its end: a busy server has a line for each request,
 * and to write one costs as much as to make ten.
 */
export function gatherLines(output: DestinationStream): Lines {
  let waiting = ''
  let hasWritten = false
  const flushSync = () => {
    const lines = waiting
    waiting = ''
    if (lines !== '') output.write(lines)
  }
  const endRound = () => {
    hasWritten = false
    flushSync()
  }
  const lines = {
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    flushSync,
    write(line: string) {
      waiting += line
      if (!hasWritten || lines.lastLevel >= urgent_level) flushSync()
      if (!hasWritten) setImmediate(endRound)
      hasWritten = true
    },
  }
  return lines
}

/** JSON on standard output, or pretty lines. What makes them pretty is loaded only for that. */
export async function openLogOutput(
  format: LogFormat,
  terminal: { isTTY?: boolean },
  destination: NodeJS.WritableStream | number = 1,
): Promise<DestinationStream> {
  const isPretty = format === 'pretty' || (format === 'auto' && terminal.isTTY === true)
  if (!isPretty) {
    const output = typeof destination === 'number' ? pino.destination({ dest: destination, sync: true }) : destination
    const lines = gatherLines(output)
    process.on('exit', lines.flushSync)
    return lines
  }
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
