// The installation's secret key: from the settings or a file of the data folder, and the same on every node.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type Config, ConfigError } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { Ports } from '../ports.ts'
import { lockInstallation, readPrivateFile, writePrivateFile } from './installation.ts'

export interface SecretKeyServices {
  database: Database
  config: Pick<Config, 'secret_key' | 'data_dir'>
  ports: Pick<Ports, 'randomBytes'>
}

const file_name = 'secret-key'

/**
 * The first start records the key's fingerprint in the database, and every other one compares. The file is written before
 * that: a start that is killed in between is continued by the next.
 */
export async function loadSecretKey({ database, config, ports }: SecretKeyServices): Promise<Buffer> {
  return database.transaction(async (tx) => {
    await lockInstallation(tx)
    const installation = await tx.kysely.selectFrom('installation').select('secret_key_fingerprint').executeTakeFirst()
    const key = config.secret_key ?? (await readKeyFile(config.data_dir))
    if (installation) {
      if (key && fingerprintOf(key) === installation.secret_key_fingerprint) return key
      throw new ConfigError([describeMismatch(config, key)])
    }
    const first_key = key ?? (await writeKeyFile(config.data_dir, ports))
    await tx.kysely
      .insertInto('installation')
      .values({ secret_key_fingerprint: fingerprintOf(first_key) })
      .execute()
    return first_key
  })
}

async function readKeyFile(data_dir: string): Promise<Buffer | null> {
  const text = await readPrivateFile(data_dir, file_name)
  if (text === null) return null
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new ConfigError([`${join(data_dir, file_name)} must hold 32 bytes as 64 hexadecimal digits`])
  return Buffer.from(text, 'hex')
}

async function writeKeyFile(data_dir: string, { randomBytes }: Pick<Ports, 'randomBytes'>): Promise<Buffer> {
  const key = randomBytes(32)
  await writePrivateFile(data_dir, file_name, key.toString('hex'))
  return key
}

/** Tells keys apart without telling anything about them. */
function fingerprintOf(key: Buffer): string {
  return createHash('sha256').update('parley secret key fingerprint 1\n').update(key).digest('hex')
}

function describeMismatch(config: SecretKeyServices['config'], key: Buffer | null): string {
  const path = join(config.data_dir, file_name)
  const used = config.secret_key ? 'PARLEY_SECRET_KEY' : `the key in ${path}`
  const what = key
    ? `${used} is not the secret key that this database was first used with`
    : `this database was first used with a secret key that is not here: neither in PARLEY_SECRET_KEY nor in ${path}`
  const way_out = 'if it is lost, "delete from installation" on the database accepts another one'
  return `${what}. Set PARLEY_SECRET_KEY to the key of the other nodes; ${way_out} and ends the conversation tokens and webhook secrets given out so far`
}
