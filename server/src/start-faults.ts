// Why the server could not start, for the operator: what happened, why, and what to do. A defect of the server shows no stack either,
// unless the log level is `debug`.
import pg from 'pg'
import { EmbeddedPostgresError } from '@parley/embedded-postgres'
import { StoreNotConfigured } from './blobs/require-stores.ts'
import type { ServerConfig } from './config/server.ts'
import { ConfigError } from './config/config.ts'
import { MigrationBlocked } from './database/migration-blocked.ts'
import { SchemaNewer } from './database/schema.ts'

export type StartConfig = Pick<ServerConfig, 'database_url' | 'host' | 'port' | 'log_level' | 'metrics_port'>

/** The PostgreSQL at DATABASE_URL is too old. */
export class DatabaseTooOld extends Error {
  constructor(version: string) {
    super(`the database is PostgreSQL ${version}, but Parley needs version 15 to 18`)
  }
}

/** Something between drops what Parley asks for with each connection: times would be wrong by hours. */
export class SettingsDropped extends Error {
  constructor(time_zone: string, date_style: string) {
    super(`its connections have the time zone ${time_zone} and the DateStyle ${date_style}, not UTC and ISO`)
  }
}

/** Null: the settings could not be read. */
export function explainStartFault(error: unknown, config: StartConfig | null): string {
  if (error instanceof ConfigError || error instanceof EmbeddedPostgresError) return `parley: ${error.message}`
  if (error instanceof SchemaNewer || error instanceof MigrationBlocked) return error.message
  if (error instanceof StoreNotConfigured) {
    return `parley could not start: ${error.message}. Set them, or move the files first with \`parley blobs move --to postgres\`.`
  }
  const known = config && (explainListening(error, config) ?? explainDatabase(error, config))
  if (!known) return describeUnknown(error, config)
  const details = showsDetails(config) ? `\n${stackOf(error)}` : ''
  return `parley could not start: ${known}${details}`
}

const showsDetails = (config: StartConfig | null) => config?.log_level === 'debug' || config?.log_level === 'trace'

function describeUnknown(error: unknown, config: StartConfig | null): string {
  if (showsDetails(config)) return `parley could not start: ${stackOf(error)}`
  const what = error instanceof Error ? error.message : String(error)
  return `parley could not start: ${what}. Set PARLEY_LOG_LEVEL=debug and start again to see where this comes from.`
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

interface Fault {
  code?: unknown
  syscall?: unknown
  hostname?: unknown
  /** Where it cannot listen. */
  port?: unknown
  message?: unknown
}

function explainListening(error: unknown, { host, port, metrics_port }: StartConfig): string | null {
  const { code, syscall, hostname, port: refused } = (error ?? {}) as Fault
  if (syscall === 'getaddrinfo' && hostname === host) {
    return `the address HOST=${host} is unknown here (${String(code)}). Use an address of this machine, or 0.0.0.0 for all.`
  }
  if (syscall !== 'listen') return null
  if (metrics_port !== undefined && refused === metrics_port && metrics_port !== port) {
    return `it cannot listen on port ${metrics_port} of 127.0.0.1 (${String(code)}). Set PARLEY_METRICS_PORT to another port.`
  }
  const at = `port ${port} of ${host}`
  switch (code) {
    case 'EADDRINUSE':
      return `${at} is already used by another program (EADDRINUSE). Stop it, or set PORT to another port.`
    case 'EACCES':
      return `this user may not listen on ${at} (EACCES). Set PORT to a port above 1023.`
    case 'EADDRNOTAVAIL':
      return `this machine has no address ${host} (EADDRNOTAVAIL). Set HOST to one that it has, or to 0.0.0.0 for all.`
    default:
      return `it cannot listen on ${at} (${String(code)}). Check PORT and HOST.`
  }
}

const unreachable: Record<string, string> = {
  ECONNREFUSED: 'nothing accepts connections there. Start PostgreSQL, or correct the host and port in DATABASE_URL.',
  ENOENT: 'there is no socket there. Start PostgreSQL, or correct the folder in DATABASE_URL.',
  ENOTFOUND: 'the host name is unknown. Correct it in DATABASE_URL.',
  EAI_AGAIN: 'the host name could not be looked up. Check the network and the host in DATABASE_URL.',
  ETIMEDOUT: 'it does not answer. Check the network, its firewall, and the host and port in DATABASE_URL.',
  EHOSTUNREACH: 'there is no way to that host. Check the network and the host in DATABASE_URL.',
  ENETUNREACH: 'there is no way to that host. Check the network and the host in DATABASE_URL.',
  ECONNRESET: 'it closed the connection. Check that the host and port in DATABASE_URL belong to a PostgreSQL.',
  '28P01': 'the user or the password is wrong. Correct them in DATABASE_URL.',
  '28000': 'it does not let this user in. Check the user in DATABASE_URL, and pg_hba.conf there.',
  '3D000': 'the database does not exist. Create it, or correct its name in DATABASE_URL.',
  '42501': 'the user lacks a right. Let them create tables and schemas in this database, for example as its owner.',
  '53300': 'it has no connection left. Raise max_connections there, or lower PARLEY_DATABASE_CONNECTIONS here.',
  '57P03': 'it is starting or stopping. Start Parley again in a moment.',
}

function explainDatabase(error: unknown, { database_url }: StartConfig): string | null {
  if (error instanceof DatabaseTooOld) return `${error.message}. Update it, or set DATABASE_URL to another one.`
  const { place, fault } = locateDatabase(database_url)
  if (fault) return fault
  const { code, syscall, message } = (error ?? {}) as Fault
  const text = typeof message === 'string' ? message : ''
  if (database_url === undefined) return null
  if (error instanceof SettingsDropped) {
    const changes = `alter role … set timezone = 'UTC' and alter role … set datestyle = 'ISO'`
    return `it cannot use ${place}: ${error.message}. A pooler drops what Parley asks for, or \`options\` in DATABASE_URL replace it. Set it for the role (${changes}), and let the pooler connect again.`
  }
  // Any other file can be missing too.
  if (code === 'ENOENT' && syscall !== 'connect') return null
  const why = unreachable[String(code)] ?? whyByText(text)
  return why && `it cannot use ${place}: ${why}${typeof code === 'string' ? ` (${code})` : ''}`
}

type Located = { place: string; fault?: undefined } | { place?: undefined; fault: string }

/** Reading the address can itself be what failed. The driver's messages about it name a file or nothing of it, so no password. */
function locateDatabase(database_url: string | undefined): Located {
  if (database_url === undefined) return { place: 'the private database in PARLEY_DATA_DIR' }
  try {
    const { user, host, port, database } = new pg.Client({ connectionString: database_url })
    return { place: `the database ${database} at ${host}:${port}, as user ${user}` }
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    const form = 'postgresql://user:password@host:port/database'
    return {
      fault: `DATABASE_URL cannot be used: ${what}. Correct it: ${form}, and the files that it names must exist.`,
    }
  }
}

function whyByText(text: string): string | null {
  if (/timeout exceeded when trying to connect|timeout expired/.test(text)) return unreachable['ETIMEDOUT']!
  if (/does not support SSL/.test(text)) return 'it does not support TLS. Remove sslmode from DATABASE_URL.'
  if (/certificate/.test(text))
    return `its certificate is not trusted: ${text}. Check sslmode and sslrootcert in DATABASE_URL.`
  return null
}
