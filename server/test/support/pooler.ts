// PgBouncer in transaction mode, in front of the server of the tests, as far as this machine has it: at PARLEY_TEST_PGBOUNCER, or where Debian
// puts it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

const port = 6432

export function findPooler(): string | null {
  const program = process.env['PARLEY_TEST_PGBOUNCER'] ?? '/usr/sbin/pgbouncer'
  return existsSync(program) ? program : null
}

export interface Pooler extends AsyncDisposable {
  /** The connection string of the same database through the pooler. */
  through(connection_string: string): string
}

/** `places`: its connections with a database, each of which a transaction of any client gets. */
export async function startPooler(program: string, server_url: string, places: number): Promise<Pooler> {
  const server = new pg.Client({ connectionString: server_url })
  const folder = await mkdtemp(join(tmpdir(), 'pooler-'))
  // It refuses to run as root, and the socket of the server is its owner's.
  const { uid, gid } = await stat(server.host)
  const own = process.getuid?.() === 0 ? { uid, gid } : {}
  if (own.uid !== undefined) await chown(folder, uid, gid)
  const settings = {
    ...{ unix_socket_dir: folder, listen_port: port, auth_type: 'any', pool_mode: 'transaction' },
    ...{ default_pool_size: places, max_prepared_statements: 200 },
    ignore_startup_parameters: 'options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  const file = join(folder, 'pgbouncer.ini')
  const target = `* = host=${server.host} port=${server.port} user=${server.user ?? ''}`
  await writeFile(file, ['[databases]', target, '[pgbouncer]', ...lines, ''].join('\n'))
  const child = spawn(program, ['-q', file], { ...own, cwd: folder, stdio: 'ignore' })
  const exited = once(child, 'exit')
  const through: Pooler['through'] = (connection_string) => {
    const { user = '', database = '' } = new pg.Client({ connectionString: connection_string })
    return `postgresql://${user}@/${database}?host=${encodeURIComponent(folder)}&port=${port}`
  }
  await untilReady(through(server_url), exited)
  return {
    through,
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function untilReady(url: string, exited: Promise<unknown>): Promise<void> {
  let isOver = false
  void exited.then(() => (isOver = true))
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
      return
    } catch (error) {
      // It is starting.
      if (isOver || !['ENOENT', 'ECONNREFUSED'].includes(String((error as { code?: unknown }).code))) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    } finally {
      await client.end().catch(() => {})
    }
  }
}
