// Decides which user runs PostgreSQL, where its data, binaries and socket are, and what a folder contains. Pure.
import { createHash } from 'node:crypto'
import { join } from 'node:path'

export interface Account {
  name: string
  uid: number
  gid: number
}

/** What `stat` reports about an existing file or folder. */
export interface Entry {
  path: string
  uid: number
  gid: number
  mode: number
}

export function parseAccounts(passwd: string): Account[] {
  return passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    if (name === undefined || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) return []
    return [{ name, uid: Number(uid), gid: Number(gid) }]
  })
}

type AccountChoice =
  | { kind: 'self' }
  | { kind: 'account'; account: Account }
  | { kind: 'belongs_to_another'; uid: number }
  | { kind: 'no_account' }

/** The users that can run PostgreSQL when root starts Parley in a folder of root, preferred first. */
const SERVICE_ACCOUNTS = ['parley', 'postgres', '_postgres', 'nobody']

/**
 * PostgreSQL refuses to run as root, so root runs it as another user: the owner of existing data; for new data the owner of the
 * surrounding folder, who could replace the data anyway; in root's own folders a service account.
 */
export function chooseAccount(facts: {
  effective_uid: number
  cluster_owner: { uid: number; gid: number } | null
  folder_owner: { uid: number; gid: number }
  accounts: readonly Account[]
}): AccountChoice {
  const { effective_uid, cluster_owner, folder_owner, accounts } = facts
  if (effective_uid !== 0) {
    if (cluster_owner === null || cluster_owner.uid === effective_uid) return { kind: 'self' }
    return { kind: 'belongs_to_another', uid: cluster_owner.uid }
  }
  if (cluster_owner !== null && cluster_owner.uid !== 0) {
    const name = accounts.find((account) => account.uid === cluster_owner.uid)?.name ?? String(cluster_owner.uid)
    return { kind: 'account', account: { name, ...cluster_owner } }
  }
  const owner = accounts.find((account) => account.uid !== 0 && account.uid === folder_owner.uid)
  const service = SERVICE_ACCOUNTS.map((name) => accounts.find((account) => account.name === name && account.uid !== 0))
  const account = owner ?? service.find((candidate) => candidate !== undefined)
  return account === undefined ? { kind: 'no_account' } : { kind: 'account', account }
}

const READ = 4
const SEARCH = 1

/** Whether the account can pass through each of the folders. Ignores access lists, which only grant more access. */
export function canSearch(folders: readonly Entry[], account: Account): boolean {
  return folders.every((folder) => grants(folder, account, SEARCH))
}

export function canRead(entry: Entry, account: Account): boolean {
  return grants(entry, account, READ)
}

export function canExecute(entry: Entry, account: Account): boolean {
  return grants(entry, account, READ | SEARCH)
}

function grants(entry: Entry, account: Account, wanted: number): boolean {
  const shift = entry.uid === account.uid ? 6 : entry.gid === account.gid ? 3 : 0
  return ((entry.mode >> shift) & wanted) === wanted
}

export type ClusterState =
  | { kind: 'absent' }
  | { kind: 'present' }
  | { kind: 'other_version'; version: string }
  | { kind: 'not_a_cluster' }

/** What the cluster folder contains, from its entries (null: no such folder) and the text of its PG_VERSION file. */
export function judgeCluster(entries: readonly string[] | null, version: string | null, major: string): ClusterState {
  if (entries === null || entries.length === 0) return { kind: 'absent' }
  if (version === null) return { kind: 'not_a_cluster' }
  return version.trim() === major ? { kind: 'present' } : { kind: 'other_version', version: version.trim() }
}

const SOCKET_NAME = '.s.PGSQL.5432'
/** The shortest limit of all supported systems (macOS: 104 bytes with the terminating zero; Linux: 108). */
const SOCKET_PATH_LIMIT_BYTES = 103

function fitsSocket(folder: string): boolean {
  return Buffer.byteLength(join(folder, SOCKET_NAME)) <= SOCKET_PATH_LIMIT_BYTES
}

export type SocketRoute =
  | { kind: 'direct'; host: string }
  /** `host` is a link to the cluster, in the private folder `folder`. */
  | { kind: 'link'; host: string; folder: string }
  | { kind: 'none' }

/**
 * How clients reach the socket, which is always in the cluster folder: by its own path or, if that is too long for a socket
 * address, through a short link. The link holds no state, so anyone who finds it missing can recreate it.
 */
export function chooseSocketRoute(cluster_dir: string, temporary_dirs: readonly string[], uid: number): SocketRoute {
  if (fitsSocket(cluster_dir)) return { kind: 'direct', host: cluster_dir }
  const routes = temporary_dirs.map((dir) => {
    const folder = join(dir, `parley-${uid}`)
    return { kind: 'link' as const, folder, host: join(folder, shortHash(cluster_dir)) }
  })
  return routes.find((route) => fitsSocket(route.host)) ?? { kind: 'none' }
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

/** A connection string for `pg` and libpq. Sets `sslmode` so that PGSSLMODE in the environment has no effect. */
export function connectionString(host: string, user: string, database: string): string {
  return `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}&port=5432&sslmode=disable`
}

/** The contents of a postmaster.pid file. A single-user backend writes its process id negated. */
export function parsePostmasterFile(text: string): { pid: number; is_ready: boolean } | null {
  const lines = text.split('\n')
  const pid = Math.abs(Number.parseInt(lines[0] ?? '', 10))
  return pid > 0 ? { pid, is_ready: lines[7]?.trim() === 'ready' } : null
}

/** The process id in the name of an unfinished cluster folder; null for every other name. */
export function parseUnfinishedName(name: string): number | null {
  const pid = /^cluster\.new-(\d+)-/.exec(name)?.[1]
  return pid === undefined ? null : Number(pid)
}
