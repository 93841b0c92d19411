// A server process with its own PostgreSQL, for measurements.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@parley/sdk'
import { parentOf } from './programs.ts'
import { startEmbeddedPostgres } from '@parley/embedded-postgres'
import pg from 'pg'
import { startServerProcess } from '../server/test/support/process.ts'

export interface BenchServer extends AsyncDisposable {
  url: string
  pid: number
  /** The connection string of its PostgreSQL, which other programs can share. */
  database_url: string
  database_pid: number
  admin_key: string
  client: Client
  /** Everything it has printed so far. */
  readonly output: string
}

export const machine = `${process.platform} ${process.arch}, ${cpus().length} cores, Node ${process.version}, PostgreSQL beside it`

/** Uses the PostgreSQL at `database_url`, or a private one. */
export async function startBenchServer(
  environment: Record<string, string> = {},
  database_url?: string,
): Promise<BenchServer> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  // When run as root, PostgreSQL runs as another user, which must be able to enter the folder.
  await chmod(folder, 0o711)
  const connection_string =
    database_url ?? stack.use(await startEmbeddedPostgres({ data_dir: join(folder, 'postgres') })).connection_string
  const admin_key = 'ak_bench.0123456789abcdef0123456789abcdef'
  const server = stack.use(
    startServerProcess({
      DATABASE_URL: connection_string,
      PARLEY_DATA_DIR: join(folder, 'data'),
      PARLEY_BOOTSTRAP_KEY: admin_key,
      // Always the same, because a given database can contain an earlier measurement.
      PARLEY_SECRET_KEY: '0'.repeat(64),
      // Everything is admitted: what is measured is what it costs.
      PARLEY_LIMIT_LOOP_DELAY_MS: '0',
      PARLEY_LIMIT_CONNECTION_WAIT_MS: '0',
      // Rate limits are counted, but never reached.
      PARLEY_RATE_LIMIT_PER_MINUTE: '100000000',
      PARLEY_LIMIT_CONNECTIONS_OF_ADDRESS: '1000000',
      PARLEY_DRAIN_SECONDS: '0',
      ...environment,
    }),
  )
  const url = await server.ready
  const owned = stack.move()
  const client = createClient({ base_url: url, token: admin_key })
  return {
    url,
    pid: server.child.pid!,
    database_url: connection_string,
    database_pid: await findPostmaster(connection_string),
    admin_key,
    client,
    get output() {
      return server.output
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** The parent of the process that serves a connection. */
export async function findPostmaster(connection_string: string): Promise<number> {
  const client = new pg.Client({ connectionString: connection_string })
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const parent = parentOf(rows[0]!.pid)
  await client.end()
  return parent
}

/** A published agent without a greeting or a summary. Its model receives as much as that of the baseline. */
export async function publishAgent(client: Client): Promise<string> {
  const { agent_id } = await client.createAgent({ name: 'Bench' })
  const config = { analysis: { summary: { enabled: false } }, context_window: { max_items: 20 } }
  await client.createAgentVersion({ agent_id, config })
  await client.publishAgentVersion({ agent_id, version: '1' })
  return agent_id
}

/** `values` in milliseconds, as minimum, median, 99th percentile and maximum. */
export function describeTimes(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => `${sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(1)} ms`
  return `minimum ${at(0)}, median ${at(0.5)}, p99 ${at(0.99)}, maximum ${at(1)}`
}

export function printRows(rows: [string, string][]): void {
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(24)}${value}\n`)
}
