// The settings of the process: where it listens, its database and data folder, its keys, its log.
import { join, resolve } from 'node:path'
import type { Reader, Setting, SettingsGroup } from './reader.ts'

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface ServerConfig {
  host: string
  port: number
  /** Absent: the server runs its own PostgreSQL in `data_dir`. */
  database_url: string | undefined
  database_connections: number
  data_dir: string
  bootstrap_key: string | undefined
  bootstrap_pat: string | undefined
  /** 32 bytes; absent: kept in a file of the data folder that is made at first start. */
  secret_key: Buffer | undefined
  /** The key after a rotation: taken as soon as the database knows it. */
  secret_key_next: Buffer | undefined
  drain_seconds: number
  log_level: LogLevel
}

const settings: readonly Setting[] = [
  { name: 'PORT', default: '8080', meaning: 'TCP port, 0 to 65535; 0 takes a free one.' },
  { name: 'HOST', default: '127.0.0.1', meaning: 'Address to listen on; `0.0.0.0` for every interface.' },
  {
    name: 'DATABASE_URL',
    default: 'none',
    meaning:
      'A PostgreSQL (15 to 18) of your own, as `postgresql://…`. Without it the server runs a private one in its data folder.',
    secret: true,
  },
  {
    name: 'PARLEY_DATABASE_CONNECTIONS',
    default: '20',
    meaning: 'Size of the connection pool, 2 to 1000; one organization uses at most a share of it.',
  },
  {
    name: 'PARLEY_DATA_DIR',
    default: '`data` beside package.json',
    meaning: 'Folder of the private PostgreSQL, the secret key and the first admin key.',
  },
  {
    name: 'PARLEY_BOOTSTRAP_KEY',
    default: 'none',
    meaning: 'A full `ak_<id>.<secret>`: installed in the first organization, if absent.',
    secret: true,
  },
  {
    name: 'PARLEY_BOOTSTRAP_PAT',
    default: 'none',
    meaning: 'A full `pat_<id>.<secret>`: installed for the first admin user of the first organization, if absent.',
    secret: true,
  },
  {
    name: 'PARLEY_SECRET_KEY',
    default: 'a file in the data folder',
    meaning:
      '32 bytes as 64 hexadecimal digits or Base64. Signs conversation tokens and encrypts secrets. Every node of one database needs the same.',
    secret: true,
  },
  {
    name: 'PARLEY_SECRET_KEY_NEXT',
    default: 'none',
    meaning: 'The key that `parley secret-key rotate` changes to. A start takes whichever of both the database knows.',
    secret: true,
  },
  {
    name: 'PARLEY_DRAIN_SECONDS',
    default: '10',
    meaning:
      'How long running turns may go on once the server is told to stop, 0 to 3600; what is left is given to the next.',
  },
  { name: 'PARLEY_LOG_LEVEL', default: '`info`', meaning: logLevels.join(', ') + '.' },
]

export const serverSettings: SettingsGroup<ServerConfig> = {
  settings,
  read: (read) => ({
    host: read.text('HOST') ?? '127.0.0.1',
    port: read.integer('PORT', 0, 65_535),
    database_url: read.url('DATABASE_URL', /^postgres(ql)?:\/\/./, 'postgresql://user@host/database'),
    database_connections: read.integer('PARLEY_DATABASE_CONNECTIONS', 2, 1000),
    data_dir: resolve(read.text('PARLEY_DATA_DIR') ?? join(import.meta.dirname, '..', '..', '..', 'data')),
    bootstrap_key: read.matching(
      'PARLEY_BOOTSTRAP_KEY',
      /^ak_[A-Za-z0-9_-]{1,64}\.[\x21-\x7e]{16,256}$/,
      'ak_<id>.<secret>, the secret of at least 16 characters',
    ),
    bootstrap_pat: read.matching(
      'PARLEY_BOOTSTRAP_PAT',
      /^pat_[A-Za-z0-9_-]{1,64}\.[\x21-\x7e]{16,256}$/,
      'pat_<id>.<secret>, the secret of at least 16 characters',
    ),
    secret_key: readSecretKey(read, 'PARLEY_SECRET_KEY'),
    secret_key_next: readSecretKey(read, 'PARLEY_SECRET_KEY_NEXT'),
    drain_seconds: read.integer('PARLEY_DRAIN_SECONDS', 0, 3600),
    log_level: readLogLevel(read),
  }),
}

function readLogLevel(read: Reader): LogLevel {
  const value = read.text('PARLEY_LOG_LEVEL') ?? 'info'
  const level = logLevels.find((known) => known === value)
  if (!level) read.fault(`PARLEY_LOG_LEVEL must be one of ${logLevels.join(', ')}`)
  return level ?? 'info'
}

function readSecretKey(read: Reader, name: string): Buffer | undefined {
  const value = read.text(name)
  if (value === undefined) return undefined
  const key = /^[0-9a-f]{64}$/i.test(value) ? Buffer.from(value, 'hex') : Buffer.from(value, 'base64')
  if (key.length !== 32) read.fault(`${name} must be 32 bytes, as 64 hexadecimal digits or Base64`)
  return key
}
