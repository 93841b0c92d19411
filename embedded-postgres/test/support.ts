// Shared by the tests of the embedded PostgreSQL: private folders, child processes, and polling.
import { fork, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { EmbeddedPostgresOptions } from '../src/embedded-postgres.ts'
import type { Account } from '../src/placement.ts'
import { detectHost, type Host } from '../src/host.ts'

export const is_root = process.geteuid?.() === 0

export interface ChildTask extends Omit<EmbeddedPostgresOptions, 'log'> {
  host: Host
  /** Switch to this user before anything else; null: stay. */
  run_as: Account | null
}

export type ChildReport =
  | { event: 'started'; connection_string: string; adopted: boolean }
  | { event: 'failed'; fault: string; message: string }
  | { event: 'stopped'; rows: number }

/** A folder for one test file, with children and servers that end with it, whatever the tests did. */
export class Workshop {
  readonly dir: string
  readonly host: Host
  readonly #children: Child[] = []
  readonly #postmasters = new Set<number>()

  private constructor(dir: string) {
    this.dir = dir
    this.host = { ...detectHost(), system_dir: join(dir, 'system'), temporary_dirs: [dir], memory_bytes: 2 * 2 ** 30 }
  }

  static async open(): Promise<Workshop> {
    const dir = await realpath(await mkdtemp(join(tmpdir(), 'parley-embedded-')))
    await chmod(dir, 0o755)
    return new Workshop(dir)
  }

  folder(name: string): string {
    return join(this.dir, name)
  }

  child(data_dir: string, rest: Partial<ChildTask & { own_group: boolean }> = {}): Child {
    const { own_group = false, ...task } = rest
    const child = new Child(own_group, { data_dir, host: this.host, run_as: null, ...task })
    this.#children.push(child)
    return child
  }

  /** Reads the server's process id and ensures that a failing test does not leave the server behind. */
  async postmasterPid(data_dir: string): Promise<number> {
    const pid = Number.parseInt(await readFile(join(data_dir, 'cluster', 'postmaster.pid'), 'utf8'), 10)
    this.#postmasters.add(pid)
    return pid
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill()
    for (const pid of this.#postmasters) {
      const is_postgres =
        existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.dir)
      if (is_postgres) process.kill(pid, 'SIGQUIT')
      if (is_postgres) await waitUntil('a remaining server ends', () => isGone(pid))
    }
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 })
  }
}

export class Child {
  readonly process: ChildProcess
  readonly #reports: ChildReport[] = []

  constructor(own_group: boolean, task: ChildTask) {
    this.process = fork(new URL('./child.ts', import.meta.url), { execArgv: [], detached: own_group })
    this.process.on('message', (report) => this.#reports.push(report as ChildReport))
    this.process.send(task)
  }

  get pid(): number {
    return this.process.pid ?? 0
  }

  async report<E extends ChildReport['event']>(event: E): Promise<Extract<ChildReport, { event: E }>> {
    const found = await waitUntil(`the child reports "${event}"`, () => {
      const other = this.#reports.find((report) => report.event === 'failed')
      if (other !== undefined && event !== 'failed') throw new Error(`the child failed: ${JSON.stringify(other)}`)
      return this.#reports.find((report) => report.event === event)
    })
    return found as Extract<ChildReport, { event: E }>
  }

  /** Waits for whichever happens first. */
  async outcome(): Promise<ChildReport> {
    return waitUntil('the child has started or failed', () => this.#reports[0])
  }

  async stop(): Promise<Extract<ChildReport, { event: 'stopped' }>> {
    this.process.send('stop')
    return this.report('stopped')
  }

  kill(): void {
    this.process.kill('SIGKILL')
  }

  async killAndWait(): Promise<void> {
    this.kill()
    await waitUntil('the child is gone', () => this.process.exitCode !== null || this.process.signalCode !== null)
  }
}

/** Polls until the condition returns something other than false, null or undefined. */
export async function waitUntil<T>(what: string, condition: () => T | Promise<T>, limit_ms = 120_000) {
  const deadline = performance.now() + limit_ms
  while (performance.now() < deadline) {
    const value = await condition()
    if (value !== false && value !== null && value !== undefined) return value as Exclude<T, false | null | undefined>
    await delay(10)
  }
  throw new Error(`timed out after ${limit_ms} ms: ${what}`)
}

/** A zombie counts as gone, because in a container there can be no process that collects it. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return true
  }
  if (!existsSync(`/proc/${pid}/stat`)) return process.platform === 'linux'
  return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

export async function query<R extends pg.QueryResultRow>(connection_string: string, text: string): Promise<R[]> {
  const client = new pg.Client(connection_string)
  await client.connect()
  try {
    return (await client.query<R>(text)).rows
  } finally {
    await client.end()
  }
}

/** The processes that serve sessions or work in the background. */
export async function serverProcesses(connection_string: string): Promise<number[]> {
  const superuser = connection_string.replace('parley@/parley', 'postgres@/postgres')
  const rows = await query<{ pid: number }>(superuser, 'select pid from pg_stat_activity where pid <> pg_backend_pid()')
  return rows.map((row) => row.pid)
}

export function ordinaryAccount(host: Host): Account {
  const account = host.accounts.find(({ name }) => name === 'nobody')
  if (account === undefined) throw new Error('this system has no user "nobody"')
  return account
}

/** Odd, and longer than a socket address. */
export const LONG_NAME = `a b, "c" 'd' $e/Gespräch 会話/${'long '.repeat(40)}/${'länger'.repeat(20)}`
