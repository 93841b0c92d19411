// The errors of the embedded PostgreSQL: each says what failed, what to do, and what the alternative is.
type EmbeddedFault =
  | 'binaries_unusable'
  | 'folder_unusable'
  | 'in_use'
  | 'other_version'
  | 'start_failed'
  | 'stop_failed'
  | 'died'

export class EmbeddedPostgresError extends Error {
  readonly fault: EmbeddedFault

  constructor(fault: EmbeddedFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EmbeddedPostgresError'
    this.fault = fault
  }
}

export const ALTERNATIVE = 'Alternatively, set DATABASE_URL to your own PostgreSQL (15 to 18).'

const KNOWN_CAUSES: ReadonlyArray<{ pattern: RegExp; advice: string }> = [
  { pattern: /No space left on device/, advice: 'The disk is full. Free some space and start again.' },
  { pattern: /Disk quota exceeded/, advice: 'The disk quota is exhausted. Free some space and start again.' },
  {
    pattern: /could not look up effective user ID/,
    advice: 'The user that runs PostgreSQL has no name. Add it to /etc/passwd, or run Parley as a user with a name.',
  },
  {
    pattern: /Cannot allocate memory|could not map anonymous shared memory/,
    advice: 'PostgreSQL could not allocate memory; it needs about 200 MB.',
  },
  {
    pattern: /could not bind Unix address/,
    advice:
      'The file system of the data folder does not support sockets. Choose a data folder on a local disk or a volume.',
  },
  {
    pattern: /has wrong ownership|has invalid permissions/,
    advice:
      'The file system of the data folder does not store owners. Choose a data folder on a local disk or a volume.',
  },
  {
    pattern: /pre-existing shared memory block/,
    advice: 'A PostgreSQL process is still using this data folder. Stop it, then start again.',
  },
  {
    pattern: /error while loading shared libraries|version `GLIBC/,
    advice: 'The PostgreSQL binaries are not compatible with this system.',
  },
]

/** The advice for a known cause in PostgreSQL's output, or an empty string. */
function adviseOn(output: string): string {
  return KNOWN_CAUSES.find((cause) => cause.pattern.test(output))?.advice ?? ''
}

/** An error that includes the last lines of PostgreSQL's output. */
export function faultWithOutput(fault: EmbeddedFault, what: string, output: string, source: string) {
  const lines = output.trimEnd().split('\n').slice(-12)
  const quoted = output.trim() === '' ? `(${source} is empty)` : `The end of ${source}:\n  ${lines.join('\n  ')}`
  const advice = [adviseOn(output), ALTERNATIVE].filter((part) => part !== '').join(' ')
  return new EmbeddedPostgresError(fault, `${what} ${advice}\n${quoted}`)
}

const FILE_SYSTEM_CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied. Give the user that runs Parley write access, or choose another data folder.',
  EPERM: 'the operation is not permitted. Run Parley as an ordinary user, or choose another data folder.',
  EROFS: 'the file system is read-only. Choose another data folder.',
  ENOSPC: 'the disk is full. Free some space and start again.',
  EDQUOT: 'the disk quota is exhausted. Free some space and start again.',
  ENOTDIR: 'part of the path is a file, not a folder. Choose another data folder.',
}

/** Turns file system errors into advice; returns every other error unchanged. */
export function explainFileError(error: unknown): unknown {
  if (error instanceof EmbeddedPostgresError || !isErrno(error)) return error
  const cause = FILE_SYSTEM_CAUSES[error.code ?? '']
  if (cause === undefined) return error
  const what = `Parley cannot prepare its PostgreSQL at ${error.path ?? 'the data folder'}: ${cause}`
  return new EmbeddedPostgresError('folder_unusable', `${what} ${ALTERNATIVE}`, { cause: error })
}

export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('code' in error)) return false
  return codes.length === 0 || codes.includes(String(error.code))
}
