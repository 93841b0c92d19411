// The arguments and the environment that PostgreSQL is made and run with; pure.

export const SUPERUSER = 'postgres'
/** The application's own role: no superuser, so that Parley runs the same on a PostgreSQL it does not own. */
export const APPLICATION_ROLE = 'parley'
export const APPLICATION_DATABASE = 'parley'

/** Nothing of the caller's environment reaches PostgreSQL: a stray PGDATA or LD_LIBRARY_PATH would change what runs. */
export const CHILD_ENVIRONMENT: Readonly<Record<string, string>> = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/**
 * The collation comes with PostgreSQL, not with the system, so that machines without locales work and an upgrade of the
 * system's C library cannot corrupt an index.
 */
export function initdbArguments(cluster_dir: string): string[] {
  return [
    ['--pgdata', cluster_dir],
    ['--username', SUPERUSER],
    ['--encoding', 'UTF8'],
    ['--locale-provider', 'builtin'],
    ['--builtin-locale', 'C.UTF-8'],
    ['--locale', 'C'],
    ['--auth-local', 'trust'],
    ['--auth-host', 'reject'],
    // A container may advertise huge pages and kill who touches one.
    ['--set', 'huge_pages=off'],
    ['--no-instructions'],
  ].flat()
}

/** Given on the command line, these win over every file in the cluster folder. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  // Relative to the cluster folder: a socket address is limited to about a hundred bytes, a data folder's path is not.
  unix_socket_directories: '.',
  unix_socket_permissions: '0700',
  port: '5432',
  cluster_name: 'parley',
  // Of use to tests of many nodes, and to a pool that is set larger than it comes.
  max_connections: '200',
  shared_buffers: '128MB',
  huge_pages: 'off',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  jit: 'off',
  // Parallel workers share memory in /dev/shm, of which a container often has 64 MB only.
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Parley itself keeps the file small; a collector would be one more process.
  logging_collector: 'off',
  log_destination: 'stderr',
  log_checkpoints: 'off',
  // Statements and failing rows hold what people said, and do not belong into a log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

/** For databases that are thrown away. */
const NOT_DURABLE: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
}

export function serverArguments(cluster_dir: string, durable: boolean): string[] {
  const settings = Object.entries({ ...SETTINGS, ...(durable ? {} : NOT_DURABLE) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  return ['-D', cluster_dir, ...settings]
}
