// The installation's secret key: loads it from the settings or a file in the data folder, the same on every node, and replaces it.
import { join } from 'node:path'
import { type Config, ConfigError } from '../config/config.ts'
import { type Database, type Executor, acrossOrganizations } from '../database/database.ts'
import { AppError } from '../base/errors.ts'
import type { Clock, Ports } from '../base/ports.ts'
import type { Sealer } from '../base/sealer.ts'
import { fingerprintOfKey } from './seal.ts'
import { lockInstallation, readPrivateFile, renamePrivateFile, writePrivateFile } from './installation.ts'

export interface SecretKeyServices {
  database: Database
  config: Pick<Config, 'secret_key' | 'secret_key_next' | 'data_dir'>
  ports: Pick<Ports, 'randomBytes'>
}

const file_name = 'secret-key'
/** Holds the new key of a rotation until its commit is known. */
const next_file_name = 'secret-key.next'

const whole = 'it concerns the whole installation'

const recordStatement = acrossOrganizations(
  whole,
  'record_secret_key',
  'insert into installation (secret_key_fingerprint) values ($1)',
)

export interface LoadedKey {
  secret_key: Buffer
  /** Of a copy that was restored to contact nobody: since when. */
  paused_at: string | null
}

/**
 * The first start records the key's fingerprint in the database, and every later one compares it. The file is written before that,
 * so that the next start can continue one that was killed in between.
 */
export async function loadSecretKey({ database, config, ports }: SecretKeyServices): Promise<LoadedKey> {
  return database.transaction(async (tx) => {
    await lockInstallation(tx)
    const installation = await readInstallation(tx)
    if (installation) {
      const { fingerprint, paused_at } = installation
      return { secret_key: await findKey(config, fingerprint), paused_at }
    }
    const first_key = config.secret_key ?? (await readKeyFile(config.data_dir, file_name))
    const key = first_key ?? (await writeKeyFile(config.data_dir, file_name, ports))
    await tx.query(recordStatement, [fingerprintOfKey(key)])
    return { secret_key: key, paused_at: null }
  })
}

const installationStatement = acrossOrganizations(
  whole,
  'read_installation',
  'select secret_key_fingerprint as fingerprint, paused_at from installation',
)

async function readInstallation(tx: Executor): Promise<{ fingerprint: string; paused_at: string | null } | undefined> {
  const [row] = await tx.query<{ fingerprint: string; paused_at: string | null }>(installationStatement, [])
  return row
}

interface Search {
  found: Buffer | null
  /** It is in the file of a rotation that was killed. */
  is_left: boolean
  /** The one that would be used if it were the right one; null without any. */
  used: Buffer | null
}

/** The key in the data folder counts only if the settings have none. */
async function searchKey(config: SecretKeyServices['config'], fingerprint: string): Promise<Search> {
  const { secret_key, secret_key_next, data_dir } = config
  const isIt = (key: Buffer | null | undefined): key is Buffer =>
    key !== null && key !== undefined && fingerprintOfKey(key) === fingerprint
  const set = [secret_key, secret_key_next].find(isIt)
  if (set) return { found: set, is_left: false, used: set }
  const used = secret_key ?? (await readKeyFile(data_dir, file_name))
  if (isIt(used)) return { found: used, is_left: false, used }
  const next = await readKeyFile(data_dir, next_file_name)
  return { found: isIt(next) ? next : null, is_left: true, used }
}

/** If a rotation left it in its own file, that file replaces the old one. */
async function findKey(config: SecretKeyServices['config'], fingerprint: string): Promise<Buffer> {
  const { found, is_left, used } = await searchKey(config, fingerprint)
  if (!found) throw new ConfigError([describeMismatch(config, used)])
  if (is_left) await renamePrivateFile(config.data_dir, next_file_name, file_name)
  return found
}

/** For a backup: throws if a server with these settings would not find the key with this fingerprint. */
export async function requireKeyOf(fingerprint: string, config: SecretKeyServices['config']): Promise<void> {
  const { found, used } = await searchKey(config, fingerprint)
  if (found) return
  const path = join(config.data_dir, file_name)
  throw new ConfigError([
    `${describeUsed(config, used, 'the backup')}. Set PARLEY_SECRET_KEY to it, or copy it to ${path}; without it the backup is of no use`,
  ])
}

async function readKeyFile(data_dir: string, name: string): Promise<Buffer | null> {
  const text = await readPrivateFile(data_dir, name)
  if (text === null) return null
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new ConfigError([`${join(data_dir, name)} must contain 32 bytes as 64 hexadecimal digits`])
  return Buffer.from(text, 'hex')
}

async function writeKeyFile(data_dir: string, name: string, { randomBytes }: Pick<Ports, 'randomBytes'>) {
  const key = randomBytes(32)
  await writePrivateFile(data_dir, name, key.toString('hex'))
  return key
}

function describeMismatch(config: SecretKeyServices['config'], key: Buffer | null): string {
  const what = describeUsed(config, key, 'this database')
  const way_out = 'if it is lost, run "delete from installation" in the database to accept a new key'
  return `${what}. Set PARLEY_SECRET_KEY to the key of the other nodes; ${way_out}, which invalidates all existing secrets, conversation tokens and webhook secrets`
}

function describeUsed({ secret_key, data_dir }: SecretKeyServices['config'], key: Buffer | null, of: string): string {
  const path = join(data_dir, file_name)
  if (!key) return `the secret key of ${of} is neither in PARLEY_SECRET_KEY nor in ${path}`
  return `${secret_key ? 'PARLEY_SECRET_KEY' : `the key in ${path}`} is not the secret key of ${of}`
}

// --- replacing it ---

export interface KeyReplacement {
  old_key: Buffer
  new_key: Buffer
}

const replaceStatement = acrossOrganizations(whole, 'replace_secret_key', 'select replace_secret_key($1)')

/**
 * Replaces the installation's key in one transaction with `work`, which must seal everything again that the old key sealed. The new
 * key is PARLEY_SECRET_KEY_NEXT or, if the old one is in the data folder, created there.
 */
export async function replaceSecretKey<T>(
  { database, config, ports }: SecretKeyServices,
  work: (tx: Database, keys: KeyReplacement) => Promise<T>,
): Promise<T> {
  const outcome = await database.transaction(async (tx) => {
    await lockInstallation(tx)
    const fingerprint = (await readInstallation(tx))?.fingerprint
    if (fingerprint === undefined) throw new ConfigError(['the database has no secret key yet; start the server once'])
    const old_key = await findKey(config, fingerprint)
    const new_key = await provideNextKey({ config, ports }, old_key)
    // From here to the commit, transactions that store sealed data wait, and are then refused.
    await tx.query(replaceStatement, [fingerprintOfKey(new_key)])
    return work(tx, { old_key, new_key })
  })
  if (isKeptInFile(config)) await renamePrivateFile(config.data_dir, next_file_name, file_name)
  return outcome
}

function isKeptInFile({ secret_key, secret_key_next }: SecretKeyServices['config']): boolean {
  return secret_key === undefined && secret_key_next === undefined
}

/** A file preserves the key if the command is killed during the commit; the next start looks for it there. */
async function provideNextKey({ config, ports }: Omit<SecretKeyServices, 'database'>, old_key: Buffer) {
  const { secret_key_next } = config
  if (isKeptInFile(config)) return writeKeyFile(config.data_dir, next_file_name, ports)
  if (secret_key_next === undefined) {
    throw new ConfigError([
      'set PARLEY_SECRET_KEY_NEXT to the new key, here and preferably on every server first; `openssl rand -hex 32` creates one',
    ])
  }
  if (secret_key_next.equals(old_key))
    throw new ConfigError(['the key in PARLEY_SECRET_KEY_NEXT is already in use; choose a new one'])
  return secret_key_next
}

const holdStatement = acrossOrganizations(whole, 'hold_secret_key', 'select hold_secret_key($1) as held')

/**
 * Call it in the transaction that writes sealed data: it blocks a rotation until the commit, or comes after it and is refused. So
 * nothing is ever stored under a replaced key.
 */
export async function requireCurrentKey(tx: Executor, { key_fingerprint }: Sealer): Promise<void> {
  const [answer] = await tx.query<{ held: boolean }>(holdStatement, [key_fingerprint])
  if (!answer!.held)
    throw new AppError('unavailable', 'The secret key was replaced. Start this server again with the new key.')
}

const watch_ms = 5000
const watchStatement = acrossOrganizations(
  whole,
  'watch_secret_key',
  'select secret_key_fingerprint = $1 as is_current from installation',
)

export interface SecretKeyWatch extends Disposable {
  /** Resolves when this node's key is no longer that of the installation. */
  readonly replaced: Promise<Error>
}

/** A node whose key was replaced cannot open any sealed data, so it must be started again. */
export function watchSecretKey(database: Database, clock: Pick<Clock, 'after'>, secret_key: Buffer): SecretKeyWatch {
  const { promise: replaced, resolve } = Promise.withResolvers<Error>()
  const own = fingerprintOfKey(secret_key)
  let isStopped = false
  let stopTimer = () => {}
  const look = async () => {
    // An unreachable database proves nothing about the key.
    const rows = await database
      .query<{ is_current: boolean }>(watchStatement, [own])
      .catch(() => [{ is_current: true }])
    if (!rows[0]?.is_current) resolve(new Error('the secret key was replaced; start the server with the new one'))
    else if (!isStopped) wait()
  }
  const wait = () => void (stopTimer = clock.after(watch_ms, () => void look()))
  wait()
  return {
    replaced,
    [Symbol.dispose]() {
      isStopped = true
      stopTimer()
    },
  }
}
