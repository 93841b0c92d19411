// Looks at the database: version, rights, notifications, clock, connections, schema, secret key, and the work that is late.
import pg from 'pg'
import type { Config } from '../config/config.ts'
import { type PooledDatabase, acrossOrganizations } from '../database/database.ts'
import { SchemaNewer, readMigrationState } from '../database/schema.ts'
import { readPrivateFile } from '../sealing/installation.ts'
import { fingerprintOfKey } from '../sealing/seal.ts'
import { listBackfills } from '../work/backfills.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

const least_version = 150_000
const operator = 'for the operator of the server'

const versionStatement = acrossOrganizations(
  operator,
  'doctor_server',
  `select current_setting('server_version_num')::integer as number, current_setting('server_version') as version,
     has_database_privilege(current_database(), 'create') and has_schema_privilege(current_schema(), 'create') as may_create`,
)

export async function examineVersion(database: PooledDatabase): Promise<Finding> {
  const [row] = await database.query<{ number: number; version: string; may_create: boolean }>(versionStatement, [])
  const { number, version, may_create } = row!
  if (number < least_version) return fail('database', `PostgreSQL ${version}`, 'Use PostgreSQL 15 or newer.')
  if (!may_create)
    return fail('database', 'the user may not create tables', 'Grant it CREATE on the database and on its schema.')
  return ok('database', `PostgreSQL ${version}`)
}

const patience_ms = 10_000

/** A pooler in transaction mode takes LISTEN and delivers nothing. */
export async function examineNotifications(connection_string: string): Promise<Finding> {
  const client = new pg.Client({ connectionString: connection_string })
  await client.connect()
  try {
    const arrival = new Promise<boolean>((resolve, reject) => {
      client.on('notification', () => resolve(true))
      client.on('error', reject)
      setTimeout(() => resolve(false), patience_ms).unref()
    })
    const ask = async () => {
      await client.query('listen parley_doctor')
      await client.query('notify parley_doctor')
    }
    const [hasArrived] = await Promise.all([arrival, ask()])
    if (hasArrived) return ok('notifications', 'LISTEN and NOTIFY work')
    return fail(
      'notifications',
      'NOTIFY does not arrive',
      'Connect to PostgreSQL itself, or to a pooler in session mode; through one in transaction mode replies come late.',
    )
  } finally {
    await client.end()
  }
}

const clockStatement = acrossOrganizations(
  operator,
  'doctor_clock',
  'select extract(epoch from clock_timestamp())::float8 * 1000 as ms',
)

export async function examineClock(database: PooledDatabase): Promise<Finding> {
  const before = Date.now()
  const [row] = await database.query<{ ms: number }>(clockStatement, [])
  const after = Date.now()
  // Its time can be that of any moment in between, which are many if the database is slow to answer.
  const off = Math.max(before - row!.ms, row!.ms - after, 0)
  const message = `${(off / 1000).toFixed(2)} s from the database's`
  return off <= 1000 ? ok('clock', message) : warn('clock', message, 'Let both machines set their clocks by NTP.')
}

const connectionsStatement = acrossOrganizations(
  operator,
  'doctor_connections',
  `select current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer as allowed,
     (select count(*)::integer from nodes) as nodes`,
)

export async function examineConnections(database: PooledDatabase, config: Config): Promise<Finding> {
  const [row] = await database.query<{ allowed: number; nodes: number }>(connectionsStatement, [])
  const nodes = Math.max(1, row!.nodes)
  const needed = nodes * (config.database_connections + 2)
  const message = `${nodes === 1 ? '1 node needs' : `${nodes} nodes need`} up to ${needed} of ${row!.allowed}`
  if (needed <= row!.allowed) return ok('connections', message)
  return warn('connections', message, 'Lower PARLEY_DATABASE_CONNECTIONS, or raise max_connections of PostgreSQL.')
}

export async function examineSchema(database: PooledDatabase): Promise<Finding> {
  try {
    const { pending, contract } = await readMigrationState(database)
    if (pending.length > 0)
      return warn(
        'schema',
        `${pending.length === 1 ? '1 migration is' : `${pending.length} migrations are`} pending`,
        'Run `parley migrate`, or start the server.',
      )
    const filling = (await listBackfills(database)).filter(({ ended_at }) => ended_at === null)
    if (filling.length > 0)
      return ok(
        'schema',
        `it is that of this version; ${filling.length === 1 ? '1 backfill is' : `${filling.length} backfills are`} under way`,
      )
    const rest = contract.length === 0 ? '' : '; `parley migrate --contract` removes what only older servers use'
    return ok('schema', `it is that of this version${rest}`)
  } catch (error) {
    if (!(error instanceof SchemaNewer)) throw error
    const [what, advice] = error.message.split('. ')
    return fail('schema', what!, advice!)
  }
}

const fingerprintStatement = acrossOrganizations(
  operator,
  'doctor_secret_key',
  'select secret_key_fingerprint as fingerprint from installation',
)

export async function examineSecretKey(database: PooledDatabase, config: Config): Promise<Finding> {
  const [row] = await database.query<{ fingerprint: string }>(fingerprintStatement, [])
  const file = await readPrivateFile(config.data_dir, 'secret-key')
  const keys = [config.secret_key, config.secret_key_next, file === null ? undefined : Buffer.from(file, 'hex')]
  const known = keys.filter((key) => key !== undefined)
  if (!row) return ok('secret key', 'it is set when the server starts for the first time')
  if (known.some((key) => fingerprintOfKey(key) === row.fingerprint))
    return ok('secret key', 'it is that of the database')
  const message = known.length === 0 ? 'there is no secret key here' : 'the secret key is not that of the database'
  return fail(
    'secret key',
    message,
    'Set PARLEY_SECRET_KEY to the key of the other nodes, or put back data/secret-key.',
  )
}

const lateStatement = acrossOrganizations(
  operator,
  'doctor_late',
  `select
     (select count(*)::integer from webhook_endpoints where deleted_at is null and (disabled_at is not null or failing_since < clock_timestamp() - interval '10 minutes')) as webhooks,
     (select count(*)::integer from work where stuck_at is not null) as stuck_jobs,
     (select count(*)::integer from work where stuck_at is null and lease is null and due_at < clock_timestamp() - interval '2 minutes') as late_jobs,
     (select count(*)::integer from turns where status = 'running' and lease_expires_at < clock_timestamp() - interval '1 minute') as turns`,
)

interface Late {
  webhooks: number
  stuck_jobs: number
  late_jobs: number
  turns: number
}

export async function examineLateness(database: PooledDatabase): Promise<Finding[]> {
  const [row] = await database.query<Late>(lateStatement, [])
  const { webhooks, stuck_jobs, late_jobs, turns } = row!
  return [
    webhooks === 0
      ? ok('webhooks', 'none has failed for 10 minutes or more')
      : warn(
          'webhooks',
          `${webhooks === 1 ? '1 endpoint is' : `${webhooks} endpoints are`} failing or disabled`,
          'Look at their deliveries in the console.',
        ),
    late_jobs + stuck_jobs === 0
      ? ok('jobs', 'none is late')
      : warn(
          'jobs',
          `${late_jobs} are late, ${stuck_jobs} are stuck`,
          'Is a server running? Its log says why jobs fail.',
        ),
    turns === 0
      ? ok('turns', 'none is stuck')
      : warn('turns', `${turns} have lost their server`, 'They go on when a server runs. Start one.'),
  ]
}
