import { expect, test } from 'vitest'
import { version } from './base/version.ts'
import { ConfigError } from './config/config.ts'
import { MigrationBlocked } from './database/migration-blocked.ts'
import { SchemaNewer } from './database/schema.ts'
import { DatabaseTooOld, SettingsDropped, type StartConfig, explainStartFault } from './start-faults.ts'

const config: StartConfig = {
  database_url: 'postgresql://me:hunter2@db.example:5433/mine',
  host: '127.0.0.1',
  port: 80,
  log_level: 'info',
  metrics_port: 9464,
}
const fault = (fields: object, message = 'it failed') => Object.assign(new Error(message), fields)

test.each([
  [{ code: 'ECONNREFUSED' }, '', 'nothing accepts connections there. Start PostgreSQL'],
  [{ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'db.example' }, '', 'the host name is unknown'],
  [{ code: '28P01' }, '', 'the user or the password is wrong'],
  [{ code: '28000' }, '', 'pg_hba.conf'],
  [{ code: '3D000' }, '', 'the database does not exist. Create it'],
  [{ code: '42501' }, '', 'the user lacks a right'],
  [{ code: '53300' }, '', 'PARLEY_DATABASE_CONNECTIONS'],
  [{}, 'timeout exceeded when trying to connect', 'it does not answer'],
  [{}, 'The server does not support SSL connections', 'Remove sslmode'],
  [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'self-signed certificate in certificate chain', 'sslrootcert'],
])('the database: %j %s', (fields, message, says) => {
  const text = explainStartFault(fault(fields, message), config)
  expect(text).toContain('it cannot use the database mine at db.example:5433, as user me: ')
  expect(text).toContain(says)
  expect(text).not.toMatch(/hunter2|\n/)
})

test.each([
  ['EADDRINUSE', 'port 80 of 127.0.0.1 is already used'],
  ['EACCES', 'this user may not listen on port 80'],
  ['EADDRNOTAVAIL', 'this machine has no address 127.0.0.1'],
  ['EINVAL', 'it cannot listen on port 80 of 127.0.0.1 (EINVAL)'],
])('listening: %s', (code, says) => {
  const text = explainStartFault(fault({ code, syscall: 'listen' }), config)
  expect(text).toContain(says)
  expect(text).not.toContain('\n')
})

test('the port of the metrics', () => {
  const taken = fault({ code: 'EADDRINUSE', syscall: 'listen', port: 9464 })
  expect(explainStartFault(taken, config)).toContain('port 9464 of 127.0.0.1 (EADDRINUSE). Set PARLEY_METRICS_PORT')
  const own = fault({ code: 'EADDRINUSE', syscall: 'listen', port: 80 })
  expect(explainStartFault(own, config)).toContain('set PORT to another port')
})

test('a host that is unknown, an old PostgreSQL, a database of a newer version', () => {
  const unknown = fault({ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'nowhere' })
  expect(explainStartFault(unknown, { ...config, host: 'nowhere' })).toContain('HOST=nowhere is unknown')
  expect(explainStartFault(new DatabaseTooOld('14.9'), config)).toContain(
    'PostgreSQL 14.9, but Parley needs version 15',
  )
  expect(explainStartFault(new SettingsDropped('Asia/Tokyo', 'ISO, MDY'), config)).toContain(
    'as user me: its connections have the time zone Asia/Tokyo and the DateStyle ISO, MDY, not UTC and ISO. A pooler drops',
  )
  expect(explainStartFault(new SchemaNewer('9.0.0'), config)).toBe(
    `The database was changed by Parley 9.0.0; this is ${version}. Start 9.0.0 or newer, or restore a backup.`,
  )
  expect(explainStartFault(new SchemaNewer(null), config)).toBe(
    `The database was changed by a newer Parley; this is ${version}. Start that version or newer, or restore a backup.`,
  )
  const blocked = explainStartFault(new MigrationBlocked('060-a', 'pid 7 (psql, idle in transaction)'), config)
  expect(blocked).toContain('It waited for pid 7 (psql, idle in transaction). End what holds the lock')
})

test.each([
  [
    'postgres://me:hunter2@localhost/x?sslrootcert=/nope/ca.pem',
    "ENOENT: no such file or directory, open '/nope/ca.pem'",
  ],
  ['postgres://me:hunter2@localhost:99999/x', 'Invalid URL'],
  ['postgres://me:hunter2@localhost/x%FF', 'URI malformed'],
])('a DATABASE_URL that cannot be used: %s', (database_url, says) => {
  for (const error of [fault({}), fault({ code: 'ERR_INVALID_URL' }), fault({ code: 'ENOENT', syscall: 'open' })]) {
    const text = explainStartFault(error, { ...config, database_url })
    expect(text).toContain(`parley could not start: DATABASE_URL cannot be used: ${says}`)
    expect(text).toContain('Correct it')
    expect(text).not.toMatch(/hunter2|\n/)
  }
})

test('a missing file is a socket of the database only if the server connected to it', () => {
  const socket = fault({ code: 'ENOENT', syscall: 'connect' }, 'connect ENOENT /run/.s.PGSQL.5432')
  expect(explainStartFault(socket, config)).toContain('there is no socket there')
  const file = fault({ code: 'ENOENT', syscall: 'open' }, "ENOENT: no such file or directory, open '/nope'")
  expect(explainStartFault(file, config)).toBe(
    "parley could not start: ENOENT: no such file or directory, open '/nope'. Set PARLEY_LOG_LEVEL=debug and start again to see where this comes from.",
  )
})

test('anything else: what happened and how to learn more; the stack only with debug', () => {
  const text = explainStartFault(fault({}), config)
  expect(text).toBe(
    'parley could not start: it failed. Set PARLEY_LOG_LEVEL=debug and start again to see where this comes from.',
  )
  for (const error of [fault({}), fault({ code: '28P01' })]) {
    expect(explainStartFault(error, { ...config, log_level: 'debug' })).toContain('    at ')
  }
  expect(explainStartFault(new ConfigError(['PORT must']), null)).toBe('parley: Invalid settings:\n  - PORT must')
  expect(explainStartFault(fault({ code: '28P01' }), { ...config, database_url: undefined })).toContain('it failed')
})
