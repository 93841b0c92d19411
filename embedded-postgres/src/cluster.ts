// Inspects the cluster folder and creates a new cluster atomically.
import { randomBytes } from 'node:crypto'
import { chmod, lchown, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ProgramFailure, runToEnd, type Binaries } from './binaries.ts'
import { EmbeddedPostgresError, faultWithOutput, isErrno, ALTERNATIVE } from './faults.ts'
import { syncFolder } from './folders.ts'
import type { Home } from './home.ts'
import { judgeCluster, parseUnfinishedName, type ClusterState } from './placement.ts'
import { initdbArguments } from './settings.ts'

const INITDB_LIMIT_MS = 120_000

export async function inspectCluster(cluster_dir: string, major: string): Promise<ClusterState> {
  const entries = await orNull(readdir(cluster_dir))
  const version = entries === null ? null : await orNull(readFile(join(cluster_dir, 'PG_VERSION'), 'utf8'))
  return judgeCluster(entries, version, major)
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

/** Throws if the folder must not be touched by this PostgreSQL. */
export function refuseForeignCluster(cluster_dir: string, state: ClusterState, major: string): void {
  if (state.kind === 'other_version') {
    const what = `The database in ${cluster_dir} was created by PostgreSQL ${state.version}, but Parley includes version ${major}. Nothing was changed.`
    const advice = `Dump it with PostgreSQL ${state.version} and restore it, or choose another data folder.`
    throw new EmbeddedPostgresError('other_version', `${what} ${advice} ${ALTERNATIVE}`)
  }
  if (state.kind === 'not_a_cluster') {
    const what = `${cluster_dir} contains files, but no PostgreSQL database. Nothing was changed.`
    throw new EmbeddedPostgresError(
      'folder_unusable',
      `${what} Move the files away, or choose another data folder. ${ALTERNATIVE}`,
    )
  }
}

/** If two processes create the cluster at the same time, the first to finish wins and the other uses its cluster. */
export async function createCluster(home: Home, binaries: Binaries, onLaunch: () => void): Promise<void> {
  const { account } = home
  const fresh = join(home.dir, `cluster.new-${process.pid}-${randomBytes(4).toString('hex')}`)
  await mkdir(fresh)
  try {
    await chmod(fresh, 0o700)
    if (account !== null) await lchown(fresh, account.uid, account.gid)
    const created = runToEnd(binaries.initdb, initdbArguments(fresh), account, INITDB_LIMIT_MS)
    onLaunch()
    await created
    await rename(fresh, home.cluster_dir)
    await syncFolder(home.dir)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    if (isErrno(error, 'ENOTEMPTY', 'EEXIST')) return
    if (!(error instanceof ProgramFailure)) throw error
    const what = `PostgreSQL's initdb could not create a database in ${home.dir}.`
    throw faultWithOutput('start_failed', what, error.output, 'its output')
  }
}

/** Removes what a killed start left behind. If its creator is still alive, it belongs to another start. */
export async function removeUnfinished(home_dir: string): Promise<void> {
  for (const name of await readdir(home_dir)) {
    const maker = parseUnfinishedName(name)
    if (maker === null || isAlive(maker)) continue
    // An initdb that outlived its parent can still write there; a later start removes what cannot be removed now.
    await rm(join(home_dir, name), { recursive: true, force: true, maxRetries: 2 }).catch(() => {})
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !isErrno(error, 'ESRCH')
  }
}
