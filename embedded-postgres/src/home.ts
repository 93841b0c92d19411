// Finds or creates the folder that contains the cluster, and the account that owns it.
import { chmod, link, lstat, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbeddedPostgresError, isErrno, ALTERNATIVE } from './faults.ts'
import { canonicalPath, existingFolders, giveTree, makeFolders } from './folders.ts'
import { canSearch, chooseAccount, shortHash, type Account, type Entry } from './placement.ts'
import type { Host } from './host.ts'

export interface Home {
  /** Contains the cluster folder and the server's log. */
  dir: string
  cluster_dir: string
  /** The user that PostgreSQL runs as; null: the user that Parley runs as. */
  account: Account | null
}

type HomePlan = Home & {
  data_dir: string
  /** The account cannot reach the data folder, so a new home must be created in the system folder. */
  relocate: boolean
  cluster_exists: boolean
  cluster_owner_uid: number | null
  /** The owner of new folders; null: the current user. */
  folder_owner: Account | null
}

/** A file in a data folder whose cluster is elsewhere. Only this file decides, so deleting the data folder starts afresh. */
const POINTER = 'moved-to'

function clusterDir(home_dir: string): string {
  return join(home_dir, 'cluster')
}

/** Only reads, so that a refused start leaves the folder unchanged. */
export async function planHome(requested_dir: string, host: Host): Promise<HomePlan> {
  const data_dir = await canonicalPath(requested_dir)
  const pointed = await readPointer(data_dir)
  const dir = pointed ?? data_dir
  const cluster_dir = clusterDir(dir)
  const folders = await existingFolders(cluster_dir)
  const cluster = folders.at(-1)?.path === cluster_dir ? (folders.pop() ?? null) : null
  if (pointed !== null && folders.at(-1)?.path !== dir) throw lostHome(data_dir, pointed)
  const account = accountFor(cluster_dir, cluster, folders.at(-1), host)
  const reached = account === null || canSearch(folders, account)
  if (!reached && (cluster !== null || pointed !== null)) throw unreachable(cluster_dir, account)
  return {
    data_dir,
    dir,
    cluster_dir,
    account,
    relocate: !reached,
    cluster_exists: cluster !== null,
    cluster_owner_uid: cluster?.uid ?? null,
    folder_owner: account !== null && folders.at(-1)?.uid === account.uid ? account : null,
  }
}

async function readPointer(data_dir: string): Promise<string | null> {
  try {
    return (await readFile(join(data_dir, POINTER), 'utf8')).split('\n')[0] ?? null
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

function accountFor(cluster_dir: string, cluster: Entry | null, folder: Entry | undefined, host: Host) {
  const { effective_uid, accounts } = host
  const folder_owner = folder ?? { uid: 0, gid: 0 }
  const choice = chooseAccount({
    effective_uid,
    accounts,
    folder_owner,
    cluster_owner: cluster === null ? null : { uid: cluster.uid, gid: cluster.gid },
  })
  switch (choice.kind) {
    case 'self':
      return null
    case 'account':
      return choice.account
    case 'belongs_to_another': {
      const what = `The database in ${cluster_dir} belongs to the user with id ${choice.uid}, but Parley runs as ${effective_uid}.`
      throw unusable(`${what} Run Parley as that user or as root, or choose another data folder.`)
    }
    case 'no_account': {
      const what = 'PostgreSQL does not run as root, and this system has no other user to run it.'
      throw unusable(`${what} Add a user "parley", or run Parley as an ordinary user.`)
    }
  }
}

function unusable(message: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError('folder_unusable', `${message} ${ALTERNATIVE}`)
}

function lostHome(data_dir: string, pointed: string): EmbeddedPostgresError {
  const what = `The database of ${data_dir} was stored in ${pointed}, and that folder no longer exists.`
  return unusable(`${what} Restore it, or delete ${join(data_dir, POINTER)} to start with an empty database.`)
}

function unreachable(cluster_dir: string, account: Account): EmbeddedPostgresError {
  const what = `The database in ${cluster_dir} belongs to the user ${account.name}, which has no access to a folder above it.`
  return unusable(`${what} Grant access (chmod o+x), or move the data folder.`)
}

/** Creates what the plan lacks: folders, the pointer to a home elsewhere, an owner other than root. */
export async function settleHome(plan: HomePlan, system_dir: string): Promise<Home> {
  const { account, cluster_exists, cluster_owner_uid } = plan
  if (cluster_exists) {
    if (account !== null && cluster_owner_uid !== account.uid) await giveTree(plan.cluster_dir, account)
    const { mode } = await lstat(plan.cluster_dir)
    if ((mode & 0o077) !== 0) await chmod(plan.cluster_dir, 0o700)
    return plan
  }
  // Other users can pass through root's folders to their own, but cannot list them.
  await makeFolders(plan.data_dir, account === null ? 0o700 : 0o711, plan.folder_owner)
  if (!plan.relocate) return plan
  const dir = await relocate(plan.data_dir, system_dir)
  return { dir, cluster_dir: clusterDir(dir), account }
}

/** Two concurrent first starts agree on one home, because a hard link can only be created once. */
async function relocate(data_dir: string, system_dir: string): Promise<string> {
  await makeFolders(system_dir, 0o755, null)
  const dir = await mkdtemp(join(system_dir, `${shortHash(data_dir)}-`))
  await chmod(dir, 0o711)
  const pointer = join(data_dir, POINTER)
  const draft = `${pointer}.new-${process.pid}`
  const origin = join(dir, 'origin')
  await writeFile(origin, `${data_dir}\n`)
  await writeFile(
    draft,
    `${dir}\nThe database is in that folder: the user that runs PostgreSQL cannot enter this one.\n`,
  )
  try {
    await link(draft, pointer)
    return dir
  } catch (error) {
    await rm(origin)
    await rmdir(dir)
    const other = isErrno(error, 'EEXIST') ? await readPointer(data_dir) : null
    if (other === null) throw error
    return other
  } finally {
    await rm(draft, { force: true })
  }
}
