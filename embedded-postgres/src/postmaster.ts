// Starts, recognizes and stops the server's main process, the postmaster.
import { execFile, spawn } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError, isErrno } from './faults.ts'
import type { Home } from './home.ts'
import { parsePostmasterFile } from './placement.ts'
import type { ServerLog } from './server-log.ts'
import { CHILD_ENVIRONMENT, serverArguments } from './settings.ts'

export interface Postmaster {
  readonly pid: number
  isRunning(): Promise<boolean>
  signal(name: NodeJS.Signals): void
  /** How it ended, as far as a process can tell. */
  describeEnd(): string
}

interface PostmasterOptions {
  home: Home
  binaries: Binaries
  server_log: ServerLog
  /** The process id in a leftover postmaster.pid. */
  stale_pid: number | null
  durable: boolean
  memory_bytes: number
}

export async function readPostmasterFile(cluster_dir: string) {
  try {
    return parsePostmasterFile(await readFile(join(cluster_dir, 'postmaster.pid'), 'utf8'))
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

/** The running postmaster of the cluster; null if postmaster.pid names none, or names a process that is something else. */
export async function findPostmaster(cluster_dir: string): Promise<Postmaster | null> {
  const pid = (await readPostmasterFile(cluster_dir))?.pid
  if (pid === undefined || !(await isPostmaster(pid, cluster_dir))) return null
  return {
    pid,
    isRunning: () => isPostmaster(pid, cluster_dir),
    signal: (name) => sendSignal(pid, name),
    describeEnd: () => 'it ended',
  }
}

/** The process id can belong to another process by now, or to a zombie that nothing collects. */
async function isPostmaster(pid: number, cluster_dir: string): Promise<boolean> {
  if (process.platform !== 'linux') return (await readCommand(pid)).includes(cluster_dir)
  try {
    // A postmaster's working directory is its cluster folder, even after the folder is renamed.
    const [working, cluster] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(cluster_dir)])
    return working.dev === cluster.dev && working.ino === cluster.ino
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return false
    if (!isErrno(error, 'EACCES', 'EPERM')) throw error
  }
  // Root in a container can lack access to other users' processes, but everyone can read command lines.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.split('\0').includes(cluster_dir)
}

function readCommand(pid: number): Promise<string> {
  const options = { env: { PATH: '/usr/bin:/bin', LC_ALL: 'en_US.UTF-8' } }
  return new Promise((resolve) => {
    execFile('ps', ['-ww', '-o', 'command=', '-p', String(pid)], options, (error, stdout) => {
      resolve(error === null ? stdout : '')
    })
  })
}

function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error
  }
}

/**
 * Starts the server in its own session. Ctrl-C in the terminal reaches only Parley, which needs its database to shut down, and
 * killing Parley leaves a server that the next start takes over.
 */
export function spawnPostmaster(options: PostmasterOptions) {
  const { home, binaries, server_log: log, stale_pid, durable, memory_bytes } = options
  const identity = home.account === null ? {} : { uid: home.account.uid, gid: home.account.gid }
  // PostgreSQL refuses to start if an unrelated process of its user has the id in a leftover postmaster.pid. It ignores the id
  // given here, and still checks that no other server has the data in memory.
  const disregard = stale_pid === null ? {} : { PG_GRANDPARENT_PID: String(stale_pid) }
  const child = spawn(binaries.postgres, serverArguments(home.cluster_dir, durable, memory_bytes), {
    ...identity,
    cwd: '/',
    detached: true,
    env: { ...CHILD_ENVIRONMENT, ...disregard },
    stdio: ['ignore', log.handle.fd, log.handle.fd],
  })
  let fault: Error | null = null
  child.on('error', (error) => (fault = error))
  child.unref()
  const hasEnded = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  const describeEnd = () =>
    fault?.message ?? (child.signalCode === null ? `exit code ${child.exitCode}` : `${child.signalCode}`)
  return {
    pid: child.pid ?? 0,
    isRunning: async () => !hasEnded(),
    signal: (name) => void (hasEnded() || child.kill(name)),
    describeEnd,
  } satisfies Postmaster
}

/** Each step has a signal and a time limit. PostgreSQL calls the first two fast and immediate shutdown. */
const STOP_STEPS = [
  { signal: 'SIGINT', limit_ms: 20_000 },
  { signal: 'SIGQUIT', limit_ms: 8_000 },
  { signal: 'SIGKILL', limit_ms: 2_000 },
] as const

export async function stopPostmaster(postmaster: Postmaster, log: (line: string) => void): Promise<void> {
  for (const step of STOP_STEPS) {
    if (!(await postmaster.isRunning())) return
    if (step.signal !== 'SIGINT') log(`PostgreSQL (pid ${postmaster.pid}) did not stop; sending ${step.signal}`)
    postmaster.signal(step.signal)
    if (await endsWithin(postmaster, step.limit_ms)) return
  }
  const what = `PostgreSQL (pid ${postmaster.pid}) did not end after it was killed.`
  throw new EmbeddedPostgresError('stop_failed', `${what} If it is still running, the next start takes it over.`)
}

async function endsWithin(postmaster: Postmaster, limit_ms: number): Promise<boolean> {
  const deadline = performance.now() + limit_ms
  while (performance.now() < deadline) {
    if (!(await postmaster.isRunning())) return true
    await delay(10)
  }
  return !(await postmaster.isRunning())
}
