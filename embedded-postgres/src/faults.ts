// The errors of the embedded PostgreSQL: each says what failed, what to do, and names the way out.
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

export const WAY_OUT = 'Or set DATABASE_URL to a PostgreSQL (15 to 18) of your own; Parley then runs none itself.'

const KNOWN_CAUSES: ReadonlyArray<{ pattern: RegExp; advice: string }> = [
  { pattern: /No space left on device/, advice: 'The disk is full: free some space and start again.' },
  { pattern: /Disk quota exceeded/, advice: 'The disk quota is used up: free some space and start again.' },
  {
    pattern: /could not look up effective user ID/,
    advice:
      'PostgreSQL needs a name for the user it runs as: add that user to /etc/passwd, or run Parley as one that has a name.',
  },
  {
    pattern: /Cannot allocate memory|could not map anonymous shared memory/,
    advice: 'There is too little memory: PostgreSQL needs about 200 MB.',
  },
  {
    pattern: /could not bind Unix address/,
    advice: 'The file system of the data folder takes no sockets: choose a data folder on a local disk or a volume.',
  },
  {
    pattern: /has wrong ownership|has invalid permissions/,
    advice:
      'The file system of the data folder does not keep owners: choose a data folder on a local disk or a volume.',
  },
  {
    pattern: /pre-existing shared memory block/,
    advice: 'A PostgreSQL process still works on this data folder: end it, then start again.',
  },
  {
    pattern: /error while loading shared libraries|version `GLIBC/,
    advice: 'The PostgreSQL binaries do not fit this system.',
  },
]

/** The advice for a cause that PostgreSQL's own words give away; empty when they do not. */
function adviseOn(output: string): string {
  return KNOWN_CAUSES.find((cause) => cause.pattern.test(output))?.advice ?? ''
}

/** An error that carries the last words of PostgreSQL. */
export function faultWithOutput(fault: EmbeddedFault, what: string, output: string, source: string) {
  const lines = output.trimEnd().split('\n').slice(-12)
  const quoted = output.trim() === '' ? `(${source} is empty)` : `The end of ${source}:\n  ${lines.join('\n  ')}`
  const advice = [adviseOn(output), WAY_OUT].filter((part) => part !== '').join(' ')
  return new EmbeddedPostgresError(fault, `${what} ${advice}\n${quoted}`)
}

const FILE_SYSTEM_CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied: let the user who runs Parley write there, or choose another data folder.',
  EPERM: 'the system does not permit it: run Parley as an ordinary user, or choose another data folder.',
  EROFS: 'the file system is read-only: choose another data folder.',
  ENOSPC: 'the disk is full: free some space and start again.',
  EDQUOT: 'the disk quota is used up: free some space and start again.',
  ENOTDIR: 'a part of the path is a file, not a folder: choose another data folder.',
}

/** Puts a refused file operation into words; leaves every other error as it is. */
export function explainFileError(error: unknown): unknown {
  if (error instanceof EmbeddedPostgresError || !isErrno(error)) return error
  const cause = FILE_SYSTEM_CAUSES[error.code ?? '']
  if (cause === undefined) return error
  const what = `Parley cannot prepare its PostgreSQL at ${error.path ?? 'the data folder'}: ${cause}`
  return new EmbeddedPostgresError('folder_unusable', `${what} ${WAY_OUT}`, { cause: error })
}

export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('code' in error)) return false
  return codes.length === 0 || codes.includes(String(error.code))
}
