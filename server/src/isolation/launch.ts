// Starts the process of isolated work with as few rights as the system lets us take away.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { getPriority, setPriority } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { IsolationLimits } from './task.ts'

const entry = fileURLToPath(new URL('./child.ts', import.meta.url))
const shell = '/bin/sh'
/** Its threads can use several at once; a process that answers several times is replaced after half of its time. */
const processors = 4
/** V8 reserves more than it uses. */
const reserved_bytes = 2 ** 30

/**
 * Limits of the kernel, also for a process whose server is gone: processor time, data, no file written, no core
 * dumped. The shell becomes the process.
 */
const limiting = 'ulimit -c 0; ulimit -f 0; ulimit -n 256; ulimit -t "$0"; ulimit -d "$1"; shift; exec "$@"'

export interface Launch {
  module: URL
  limits: IsolationLimits
  /** Of the only input; undefined: inputs come on standard input. */
  options?: unknown
  /** An open file; or a pipe. */
  stdin: number | 'pipe'
  /** Of its engine, besides those that take its rights away. */
  flags?: readonly string[]
  /** How much of a processor it can use in its whole life; undefined: what one answer can. */
  life_seconds?: number
  /** By how much other processes go first. */
  niceness?: number
}

/** It may fail to start: then it emits `error`, or ends before it has said anything. */
export async function launch(start: Launch): Promise<ChildProcess> {
  const { module, limits, options, stdin, flags = [], life_seconds = limits.seconds, niceness = 0 } = start
  const { memory_bytes } = limits
  const command = [
    process.execPath,
    ...lockingFlags(module, memory_bytes),
    ...flags,
    entry,
    String(process.pid),
    module.href,
    ...(options === undefined ? [] : [JSON.stringify(options)]),
  ]
  const kilobytes = String(Math.ceil((memory_bytes + reserved_bytes) / 1024))
  const [file, ...args] = hasShell()
    ? [
        shell,
        '-c',
        limiting,
        String(Math.ceil(life_seconds) * processors),
        kilobytes,
        ...(await withoutNetwork()),
        ...command,
      ]
    : command
  // A group of its own: Ctrl-C is for the server.
  const child = spawn(file!, args, { ...surroundings, stdio: [stdin, 'pipe', 'pipe'], detached: true })
  giveWay(child, niceness)
  // When the machine runs out of memory, this process goes first.
  if (process.platform === 'linux' && child.pid !== undefined) {
    void writeFile(`/proc/${child.pid}/oom_score_adj`, '1000').catch(() => {})
  }
  return child
}

function giveWay({ pid }: ChildProcess, niceness: number): void {
  if (pid === undefined || niceness === 0) return
  try {
    setPriority(pid, Math.min(19, getPriority() + niceness))
  } catch {
    // Not allowed here, or it is gone.
  }
}

/** Nothing of the environment, which has the server's secrets; and the same time zone on every machine. */
const surroundings = { env: { TZ: 'UTC' }, cwd: sep }

const hasShell = () => existsSync(shell)

function lockingFlags(module: URL, memory_bytes: number): string[] {
  const heap = Math.floor((memory_bytes * 0.75) / 2 ** 20)
  return [
    '--permission',
    ...readable(module).map((folder) => `--allow-fs-read=${folder}`),
    '--disallow-code-generation-from-strings',
    '--no-addons',
    '--no-warnings',
    `--max-old-space-size=${heap}`,
  ]
}

/** The server's code, the module's folder, and packages wherever Node looks for them. */
function readable(module: URL): string[] {
  const source = dirname(dirname(entry))
  const above: string[] = []
  for (let folder = dirname(source); ; folder = dirname(folder)) {
    above.push(folder)
    if (folder === dirname(folder)) break
  }
  const found = above.flatMap((folder) => [join(folder, 'package.json'), join(folder, 'node_modules')])
  return [
    join(source, sep),
    join(dirname(fileURLToPath(module)), sep),
    ...found
      .filter(existsSync)
      .flatMap((path) =>
        path.endsWith('.json') ? path : [path, ...linkedFrom(path)].map((folder) => join(folder, sep)),
      ),
  ]
}

/** Folders of packages that this one only links to. A link to anything else could lead to data. */
function linkedFrom(node_modules: string): string[] {
  const folders = readdirSync(node_modules, { withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .map(({ name }) => join(node_modules, name))
    .filter(existsSync)
    .flatMap((path) => /^.*[\\/]node_modules(?=[\\/])/.exec(realpathSync(path)) ?? [])
  return [...new Set(folders)]
}

let found: Promise<string[]> | null = null

/** A network namespace without a network, where the system allows one; the process locks itself out of the network in any case. */
async function withoutNetwork(): Promise<string[]> {
  found ??= findNamespace()
  return found
}

/** Tried as it is used: through the shell, which looks for it without the server's `PATH`. */
async function findNamespace(): Promise<string[]> {
  if (process.platform !== 'linux') return []
  for (const options of [['-n'], ['-r', '-n']]) {
    const command = ['unshare', ...options]
    try {
      await promisify(execFile)(shell, ['-c', 'exec "$@"', shell, ...command, 'true'], {
        ...surroundings,
        timeout: 5000,
      })
      return command
    } catch {
      // Not installed, or not allowed here.
    }
  }
  return []
}
