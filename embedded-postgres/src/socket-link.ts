// Maintains the short link to a socket whose own path is too long for a socket address.
import { lstat, mkdir, mkdtemp, readlink, rename, rm, rmdir, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { EmbeddedPostgresError, isErrno, ALTERNATIVE } from './faults.ts'
import type { SocketRoute } from './placement.ts'

/** The folder that clients use as the host. Recreates the link if a cleaner of temporary files removed it. */
export async function openRoute(route: SocketRoute, cluster_dir: string): Promise<string> {
  if (route.kind === 'direct') return route.host
  if (route.kind === 'none') {
    const what = `The path ${cluster_dir} is too long for a socket, and so is the path of the temporary folder.`
    const advice = 'Choose a data folder with a shorter path, or set TMPDIR to a short one.'
    throw new EmbeddedPostgresError('folder_unusable', `${what} ${advice} ${ALTERNATIVE}`)
  }
  // Another user can have created a folder with this name to intercept the connections.
  if (await isPrivate(route.folder)) {
    await keepLink(route.host, cluster_dir)
    return route.host
  }
  const folder = await mkdtemp(join(dirname(route.folder), 'parley-'))
  await keepLink(join(folder, basename(route.host)), cluster_dir)
  return join(folder, basename(route.host))
}

async function isPrivate(folder: string): Promise<boolean> {
  await mkdir(folder, { mode: 0o700 }).catch(ignoring('EEXIST'))
  const { uid, mode, isDirectory } = await lstatOf(folder)
  return isDirectory && uid === process.geteuid?.() && (mode & 0o077) === 0
}

async function lstatOf(path: string) {
  const stats = await lstat(path)
  return { uid: stats.uid, mode: stats.mode, isDirectory: stats.isDirectory() }
}

/** Points the link to the cluster. Concurrent calls are safe, whichever wins. */
export async function keepLink(host: string, cluster_dir: string): Promise<void> {
  const target = await readlink(host).catch(ignoring('ENOENT'))
  if (target === cluster_dir) return
  await mkdir(dirname(host), { mode: 0o700 }).catch(ignoring('EEXIST'))
  const draft = `${host}.${process.pid}`
  await rm(draft, { force: true })
  await symlink(cluster_dir, draft)
  await rename(draft, host)
}

export async function removeLink(host: string): Promise<void> {
  await rm(host, { force: true })
  await rmdir(dirname(host)).catch(ignoring('ENOTEMPTY', 'EEXIST', 'ENOENT'))
}

function ignoring(...codes: string[]): (error: unknown) => void {
  return (error) => {
    if (!isErrno(error, ...codes)) throw error
  }
}
