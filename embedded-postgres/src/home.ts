// Finds or makes the folder that holds the cluster, and the account that owns it.
import { chmod, link, lstat, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbeddedPostgresError, isErrno, WAY_OUT } from './faults.ts'
import { canonicalPath, existingFolders, giveTree, makeFolders } from './folders.ts'
import { canSearch, chooseAccount, shortHash, type Account, type Entry } from './placement.ts'
import type { Host } from './host.ts'

export interface Home {
  /** Holds the cluster folder and the server's log. */
  dir: string
  cluster_dir: string
  /** Whom PostgreSQL runs as; null: as the user that Parley runs as. */
  account: Account | null
}

type HomePlan = Home & {
  data_dir: string
  /** The account cannot reach the data folder, so a new home is to be made in the system folder. */
  relocate: boolean
  cluster_exists: boolean
  cluster_owner_uid: number | null
  /** Who is to own new folders; null: who makes them. */
  folder_owner: Account | null
}

/** Left in a data folder whose cluster lives elsewhere. It alone decides: who deletes the data folder starts afresh. */
const POINTER = 'moved-to'

function clusterDir(home_dir: string): string {
  return join(home_dir, 'cluster')
}

/** Reads only, so that a refused start leaves the folder as it was. */
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
      const what = `The database in ${cluster_dir} belongs to the user with id ${choice.uid}, Parley runs as ${effective_uid}.`
      throw unusable(`${what} Run Parley as that user or as root, or choose another data folder.`)
    }
    case 'no_account': {
      const what = 'PostgreSQL does not run as root, and there is no user here to run it as.'
      throw unusable(`${what} Add a user "parley", or run Parley as an ordinary user.`)
    }
  }
}

function unusable(message: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError('folder_unusable', `${message} ${WAY_OUT}`)
}

function lostHome(data_dir: string, pointed: string): EmbeddedPostgresError {
  const what = `The database of ${data_dir} was kept in ${pointed}, and that folder is gone.`
  return unusable(`${what} Bring it back, or delete ${join(data_dir, POINTER)} to start with an empty database.`)
}

function unreachable(cluster_dir: string, account: Account): EmbeddedPostgresError {
  const what = `The database in ${cluster_dir} belongs to the user ${account.name}, who may not enter a folder above it.`
  return unusable(`${what} Permit it (chmod o+x), or move the data folder.`)
}

/** Makes what the plan lacks: folders, the pointer to a home elsewhere, an owner that is not root. */
export async function settleHome(plan: HomePlan, system_dir: string): Promise<Home> {
  const { account, cluster_exists, cluster_owner_uid } = plan
  if (cluster_exists) {
    if (account !== null && cluster_owner_uid !== account.uid) await giveTree(plan.cluster_dir, account)
    const { mode } = await lstat(plan.cluster_dir)
    if ((mode & 0o077) !== 0) await chmod(plan.cluster_dir, 0o700)
    return plan
  }
  // Others may pass through root's folders to what is theirs, and list nothing.
  await makeFolders(plan.data_dir, account === null ? 0o700 : 0o711, plan.folder_owner)
  if (!plan.relocate) return plan
  const dir = await relocate(plan.data_dir, system_dir)
  return { dir, cluster_dir: clusterDir(dir), account }
}

/** Two first starts at the same time agree on one home: a hard link is made once. */
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
