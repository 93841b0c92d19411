// The arguments and the environment for creating and running PostgreSQL. Pure.

export const SUPERUSER = 'postgres'
/** The application's own role. It is no superuser, so Parley behaves the same on a PostgreSQL it does not own. */
export const APPLICATION_ROLE = 'parley'
export const APPLICATION_DATABASE = 'parley'

/** PostgreSQL inherits no environment: a stray PGDATA or LD_LIBRARY_PATH would change what runs. */
export const CHILD_ENVIRONMENT: Readonly<Record<string, string>> = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/**
 * The collation is part of PostgreSQL, not of the system, so that machines without locales work and an upgrade of the system's C
 * library cannot corrupt an index.
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
    // A container can advertise huge pages and kill a process that uses one.
    ['--set', 'huge_pages=off'],
    ['--no-instructions'],
  ].flat()
}

/** On the command line, these override every file in the cluster folder. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  // Relative to the cluster folder, because a socket address is limited to about a hundred bytes and a path is not.
  unix_socket_directories: '.',
  unix_socket_permissions: '0700',
  port: '5432',
  cluster_name: 'parley',
  // Allows tests with many nodes, and pools larger than the default.
  max_connections: '200',
  huge_pages: 'off',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  jit: 'off',
  // Parallel workers share memory in /dev/shm, which in containers is often only 64 MB.
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Parley keeps the file small itself; a collector would be an additional process.
  logging_collector: 'off',
  log_destination: 'stderr',
  log_checkpoints: 'off',
  // Statements and failing rows contain what people said, which must not reach a log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

/** For temporary databases. */
const NOT_DURABLE: Readonly<Record<string, string>> = {
  shared_buffers: '128MB',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
}

const MEBIBYTE = 1_048_576

/**
 * An eighth of the memory, within bounds: searches of large knowledge bases read hundreds of pages, and one that PostgreSQL does not keep
 * itself is copied from the system's cache. What is not used is not taken.
 */
export function sharedBuffers(memory_bytes: number): string {
  return `${Math.min(512, Math.max(128, Math.floor(memory_bytes / 8 / MEBIBYTE)))}MB`
}

export function serverArguments(cluster_dir: string, durable: boolean, memory_bytes: number): string[] {
  const own = durable ? { shared_buffers: sharedBuffers(memory_bytes) } : NOT_DURABLE
  const settings = Object.entries({ ...SETTINGS, ...own }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return ['-D', cluster_dir, ...settings]
}
