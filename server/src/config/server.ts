// The settings of the process: its address, database and data folder, its keys and its log.
import { dataFolder } from './data-folder.js'
import type { Reader, Setting, SettingsGroup } from './reader.ts'

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

const logFormats = ['auto', 'json', 'pretty'] as const
export type LogFormat = (typeof logFormats)[number]

export interface ServerConfig {
  host: string
  port: number
  /** Undefined: the server runs its own PostgreSQL in `data_dir`. */
  database_url: string | undefined
  database_connections: number
  data_dir: string
  bootstrap_key: string | undefined
  bootstrap_pat: string | undefined
  /** 32 bytes. Undefined: stored in a file in the data folder, which is created at the first start. */
  secret_key: Buffer | undefined
  /** The key after a rotation. Used as soon as the database is sealed with it. */
  secret_key_next: Buffer | undefined
  drain_seconds: number
  log_level: LogLevel
  log_format: LogFormat
  /** Undefined: there are no metrics. */
  metrics_port: number | undefined
  metrics_token: string | undefined
}

const settings: readonly Setting[] = [
  { name: 'PORT', default: '8080', meaning: 'TCP port, 0 to 65535. 0 uses a free port.' },
  { name: 'HOST', default: '127.0.0.1', meaning: 'Address to listen on. `0.0.0.0` listens on every interface.' },
  {
    name: 'DATABASE_URL',
    default: 'none',
    meaning:
      'Your own PostgreSQL (15 to 18), as `postgresql://…`. By default the server runs a private one in its data folder.',
    secret: true,
  },
  {
    name: 'PARLEY_DATABASE_CONNECTIONS',
    default: '20',
    meaning: 'Size of the connection pool, 2 to 1000. One organization uses at most a share of it.',
  },
  {
    name: 'PARLEY_DATA_DIR',
    default: '`data` beside package.json',
    meaning: 'Folder for the private PostgreSQL, the secret key and the first admin key.',
  },
  {
    name: 'PARLEY_BOOTSTRAP_KEY',
    default: 'none',
    meaning:
      'A full key to install in the first organization if it is missing there: `ak_<id>.<secret>`, or `ak_` and at least 32 other characters.',
    secret: true,
  },
  {
    name: 'PARLEY_BOOTSTRAP_PAT',
    default: 'none',
    meaning:
      'A full token to install for the first admin user of the first organization if it is missing there: `pat_<id>.<secret>`, or `pat_` and at least 32 other characters.',
    secret: true,
  },
  {
    name: 'PARLEY_SECRET_KEY',
    default: 'a file in the data folder',
    meaning:
      '32 bytes as 64 hexadecimal digits or Base64. Signs conversation tokens and encrypts secrets. All nodes of one database need the same key.',
    secret: true,
  },
  {
    name: 'PARLEY_SECRET_KEY_NEXT',
    default: 'none',
    meaning:
      'The key that `parley secret-key rotate` changes to. A server starts with whichever of the two keys the database uses.',
    secret: true,
  },
  {
    name: 'PARLEY_DRAIN_SECONDS',
    default: '10',
    meaning:
      'Seconds that running turns have to finish after the server is told to stop, 0 to 3600. Another node continues the remaining ones.',
  },
  { name: 'PARLEY_LOG_LEVEL', default: '`info`', meaning: logLevels.join(', ') + '.' },
  {
    name: 'PARLEY_LOG_FORMAT',
    default: '`auto`',
    meaning:
      '`json`: one object a line. `pretty`: one line of text, with colours unless `NO_COLOR` is set. `auto`: pretty on a terminal, else JSON.',
  },
  {
    name: 'PARLEY_METRICS_PORT',
    default: 'none',
    meaning:
      'TCP port on 127.0.0.1 whose `/metrics` has figures in the text format of Prometheus, 0 to 65535. 0 uses a free port, which the log names.',
  },
  {
    name: 'PARLEY_METRICS_TOKEN',
    default: 'none',
    meaning:
      'What readers of `/metrics` send as `Authorization: Bearer …`. Without it, every program on the machine can read.',
    secret: true,
  },
]

export const serverSettings: SettingsGroup<ServerConfig> = {
  settings,
  read: (read) => ({
    host: read.text('HOST') ?? '127.0.0.1',
    port: read.integer('PORT', 0, 65_535),
    database_url: read.url('DATABASE_URL', /^postgres(ql)?:\/\/./, 'postgresql://user@host/database'),
    database_connections: read.integer('PARLEY_DATABASE_CONNECTIONS', 2, 1000),
    data_dir: dataFolder(read.text('PARLEY_DATA_DIR')),
    bootstrap_key: read.matching(
      'PARLEY_BOOTSTRAP_KEY',
      /^ak_[\x21-\x7e]{18,321}$/,
      'ak_<id>.<secret>, with a secret of at least 16 characters, or ak_ and at least 32 other characters',
    ),
    bootstrap_pat: read.matching(
      'PARLEY_BOOTSTRAP_PAT',
      /^pat_[\x21-\x7e]{18,321}$/,
      'pat_<id>.<secret>, with a secret of at least 16 characters, or pat_ and at least 32 other characters',
    ),
    secret_key: readSecretKey(read, 'PARLEY_SECRET_KEY'),
    secret_key_next: readSecretKey(read, 'PARLEY_SECRET_KEY_NEXT'),
    drain_seconds: read.integer('PARLEY_DRAIN_SECONDS', 0, 3600),
    log_level: readLogLevel(read),
    log_format: readLogFormat(read),
    ...readMetrics(read),
  }),
}

function readMetrics(read: Reader): Pick<ServerConfig, 'metrics_port' | 'metrics_token'> {
  const metrics_token = read.text('PARLEY_METRICS_TOKEN')
  if (read.text('PARLEY_METRICS_PORT') === undefined) {
    if (metrics_token !== undefined) read.fault('PARLEY_METRICS_TOKEN requires PARLEY_METRICS_PORT')
    return { metrics_port: undefined, metrics_token }
  }
  return { metrics_port: read.integer('PARLEY_METRICS_PORT', 0, 65_535), metrics_token }
}

function readLogLevel(read: Reader): LogLevel {
  const value = read.text('PARLEY_LOG_LEVEL') ?? 'info'
  const level = logLevels.find((known) => known === value)
  if (!level) read.fault(`PARLEY_LOG_LEVEL must be one of ${logLevels.join(', ')}`)
  return level ?? 'info'
}

function readLogFormat(read: Reader): LogFormat {
  const value = read.text('PARLEY_LOG_FORMAT') ?? 'auto'
  const format = logFormats.find((known) => known === value)
  if (!format) read.fault(`PARLEY_LOG_FORMAT must be one of ${logFormats.join(', ')}`)
  return format ?? 'auto'
}

function readSecretKey(read: Reader, name: string): Buffer | undefined {
  const value = read.text(name)
  if (value === undefined) return undefined
  const key = /^[0-9a-f]{64}$/i.test(value) ? Buffer.from(value, 'hex') : Buffer.from(value, 'base64')
  if (key.length !== 32) read.fault(`${name} must be 32 bytes, as 64 hexadecimal digits or Base64`)
  return key
}
