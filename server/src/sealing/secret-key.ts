// The installation's secret key: from the settings or a file of the data folder, the same on every node, and its replacement by
// another one.
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
/** Of a rotation, until its commit is known. */
const next_file_name = 'secret-key.next'

const whole = 'of the whole installation'

const recordStatement = acrossOrganizations(
  whole,
  'record_secret_key',
  'insert into installation (secret_key_fingerprint) values ($1)',
)

/**
 * The first start records the key's fingerprint in the database, and every other one compares. The file is written before
 * that: a start that is killed in between is continued by the next.
 */
export async function loadSecretKey({ database, config, ports }: SecretKeyServices): Promise<Buffer> {
  return database.transaction(async (tx) => {
    await lockInstallation(tx)
    const fingerprint = await readFingerprint(tx)
    if (fingerprint !== null) return findKey(config, fingerprint)
    const first_key = config.secret_key ?? (await readKeyFile(config.data_dir, file_name))
    const key = first_key ?? (await writeKeyFile(config.data_dir, file_name, ports))
    await tx.query(recordStatement, [fingerprintOfKey(key)])
    return key
  })
}

const fingerprintStatement = acrossOrganizations(
  whole,
  'read_secret_key_fingerprint',
  'select secret_key_fingerprint from installation',
)

async function readFingerprint(tx: Executor): Promise<string | null> {
  const [row] = await tx.query<{ secret_key_fingerprint: string }>(fingerprintStatement, [])
  return row?.secret_key_fingerprint ?? null
}

/** The key that fits, out of all that are at hand; one that a rotation left in its file takes its place. */
async function findKey(config: SecretKeyServices['config'], fingerprint: string): Promise<Buffer> {
  const { secret_key, secret_key_next, data_dir } = config
  const isIt = (key: Buffer | null | undefined): key is Buffer =>
    key !== null && key !== undefined && fingerprintOfKey(key) === fingerprint
  if (isIt(secret_key)) return secret_key
  if (isIt(secret_key_next)) return secret_key_next
  const kept = secret_key ?? (await readKeyFile(data_dir, file_name))
  if (isIt(kept)) return kept
  const next = await readKeyFile(data_dir, next_file_name)
  if (!isIt(next)) throw new ConfigError([describeMismatch(config, kept)])
  await renamePrivateFile(data_dir, next_file_name, file_name)
  return next
}

async function readKeyFile(data_dir: string, name: string): Promise<Buffer | null> {
  const text = await readPrivateFile(data_dir, name)
  if (text === null) return null
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new ConfigError([`${join(data_dir, name)} must hold 32 bytes as 64 hexadecimal digits`])
  return Buffer.from(text, 'hex')
}

async function writeKeyFile(data_dir: string, name: string, { randomBytes }: Pick<Ports, 'randomBytes'>) {
  const key = randomBytes(32)
  await writePrivateFile(data_dir, name, key.toString('hex'))
  return key
}

function describeMismatch(config: SecretKeyServices['config'], key: Buffer | null): string {
  const path = join(config.data_dir, file_name)
  const used = config.secret_key ? 'PARLEY_SECRET_KEY' : `the key in ${path}`
  const what = key
    ? `${used} is not the secret key that this database is used with`
    : `this database is used with a secret key that is not here: neither in PARLEY_SECRET_KEY nor in ${path}`
  const way_out = 'if it is lost, "delete from installation" on the database accepts another one'
  return `${what}. Set PARLEY_SECRET_KEY to the key of the other nodes; ${way_out} and ends the secrets, conversation tokens and webhook secrets given out so far`
}

// --- replacing it ---

export interface KeyReplacement {
  old_key: Buffer
  new_key: Buffer
}

const replaceStatement = acrossOrganizations(whole, 'replace_secret_key', 'select replace_secret_key($1)')

/**
 * Makes another key the installation's, in one transaction with `work`, which is to seal anew whatever the old one sealed. The
 * new one is PARLEY_SECRET_KEY_NEXT or, where the old one is kept in the data folder, made there.
 */
export async function replaceSecretKey<T>(
  { database, config, ports }: SecretKeyServices,
  work: (tx: Database, keys: KeyReplacement) => Promise<T>,
): Promise<T> {
  const outcome = await database.transaction(async (tx) => {
    await lockInstallation(tx)
    const fingerprint = await readFingerprint(tx)
    if (fingerprint === null) throw new ConfigError(['the database has no secret key yet: start the server once'])
    const old_key = await findKey(config, fingerprint)
    const new_key = await provideNextKey({ config, ports }, old_key)
    // From here to the commit whoever is about to seal something waits, and is refused then.
    await tx.query(replaceStatement, [fingerprintOfKey(new_key)])
    return work(tx, { old_key, new_key })
  })
  if (isKeptInFile(config)) await renamePrivateFile(config.data_dir, next_file_name, file_name)
  return outcome
}

function isKeptInFile({ secret_key, secret_key_next }: SecretKeyServices['config']): boolean {
  return secret_key === undefined && secret_key_next === undefined
}

/** In a file it outlasts a command that is killed in the middle of the commit: the next start looks for it there. */
async function provideNextKey({ config, ports }: Omit<SecretKeyServices, 'database'>, old_key: Buffer) {
  const { secret_key_next } = config
  if (isKeptInFile(config)) return writeKeyFile(config.data_dir, next_file_name, ports)
  if (secret_key_next === undefined) {
    throw new ConfigError([
      'set PARLEY_SECRET_KEY_NEXT to the new key, here and best on every server before; `openssl rand -hex 32` makes one',
    ])
  }
  if (secret_key_next.equals(old_key)) throw new ConfigError(['the key in PARLEY_SECRET_KEY_NEXT is in use already'])
  return secret_key_next
}

const holdStatement = acrossOrganizations(whole, 'hold_secret_key', 'select hold_secret_key($1) as held')

/**
 * In the transaction that writes what was sealed: holds a rotation back until the commit, or comes after it and is refused. So
 * nothing is ever stored under a key that is gone.
 */
export async function requireCurrentKey(tx: Executor, { key_fingerprint }: Sealer): Promise<void> {
  const [answer] = await tx.query<{ held: boolean }>(holdStatement, [key_fingerprint])
  if (!answer!.held)
    throw new AppError('unavailable', 'The secret key was replaced; this server has to be started again.')
}

const watch_ms = 5000
const watchStatement = acrossOrganizations(
  whole,
  'watch_secret_key',
  'select secret_key_fingerprint = $1 as is_current from installation',
)

export interface SecretKeyWatch extends Disposable {
  /** Resolves when this node's key is no longer the installation's. */
  readonly replaced: Promise<Error>
}

/** A node whose key was replaced can open nothing any more: it has to be started again. */
export function watchSecretKey(database: Database, clock: Pick<Clock, 'after'>, secret_key: Buffer): SecretKeyWatch {
  const { promise: replaced, resolve } = Promise.withResolvers<Error>()
  const own = fingerprintOfKey(secret_key)
  let isStopped = false
  let stopTimer = () => {}
  const look = async () => {
    // A database that is away says nothing of the key.
    const rows = await database
      .query<{ is_current: boolean }>(watchStatement, [own])
      .catch(() => [{ is_current: true }])
    if (!rows[0]?.is_current) resolve(new Error('the secret key was replaced: start the server with the new one'))
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
