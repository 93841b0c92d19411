// Starts node.ts as a child process, and passes on what it reports.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { with_compiled_code } from '../support/compiled-code.ts'
import { never_busy } from '../support/process.ts'

export interface KillNode extends AsyncDisposable {
  /** Resolves when it serves; rejects if it ends before. */
  readonly ready: Promise<{ url: string; node_id: string }>
  /** Resolves with the exit code, or with the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>
  /** Ids of which one is the node's, even before it is ready. */
  readonly ids: ReadonlySet<string>
  /** Pause points, and how often each was passed, without the one that it died at. */
  readonly passed: ReadonlyMap<string, number>
  /** Resolves when it has reached its point and is about to die or to stop. */
  readonly struck: Promise<string>
  /** Its standard error: the log. */
  readonly errors: string
  /** What the system says of the process, such as whether it is stopped, and its log. */
  describe(): string
  kill(signal: NodeJS.Signals): void
}

export interface Strike {
  point: string
  nth: number
  signal: 'SIGKILL' | 'SIGSTOP'
}

/** The arguments for every node of a test. */
export function nodeEnvironment(connection_string: string, model_url: string, data_dir: string) {
  return {
    PORT: '0',
    DATABASE_URL: connection_string,
    PARLEY_DATABASE_CONNECTIONS: '8',
    PARLEY_DATA_DIR: data_dir,
    PARLEY_SECRET_KEY: '0'.repeat(64),
    PARLEY_BOOTSTRAP_KEY: admin_key,
    PARLEY_RATE_LIMIT_PER_MINUTE: '0',
    ...never_busy,
    PARLEY_LIMIT_WIDGET_REQUESTS_OF_ADDRESS_PER_MINUTE: '0',
    PARLEY_DRAIN_SECONDS: '5',
    PARLEY_LOG_LEVEL: 'error',
    PARLEY_DEFAULT_MODEL: 'openai/scripted',
    OPENAI_BASE_URL: model_url,
  }
}

export const admin_key = 'ak_kill.0123456789abcdef0123456789abcdef'

interface Said {
  struck?: string
  passed?: string
  id?: string
  url?: string
  node_id?: string
}

/** A stopped process would not notice that its standard input ends. */
const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

const own_program = join(import.meta.dirname, 'node.ts')

/** Only Linux tells, and only of a process that has not ended. */
function readStatus(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return `nothing is known of process ${pid}`
  }
}

/** `program`: `node.ts` of another release. */
export function startKillNode(
  environment: Record<string, string>,
  strike: Strike | null = null,
  program = own_program,
): KillNode {
  const told = strike ? [strike.point, String(strike.nth), strike.signal] : []
  const child = spawn(process.execPath, [program, ...told], {
    env: { PATH: process.env['PATH'], ...with_compiled_code, ...environment },
    // It ends when its standard input does: with this process, however that ends.
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ready = Promise.withResolvers<{ url: string; node_id: string }>()
  const struck = Promise.withResolvers<string>()
  const ids = new Set<string>()
  const passed = new Map<string, number>()
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as Said
    if (said.id) ids.add(said.id)
    if (said.passed) passed.set(said.passed, (passed.get(said.passed) ?? 0) + 1)
    if (said.struck) struck.resolve(said.struck)
    if (said.url && said.node_id) ready.resolve({ url: said.url, node_id: said.node_id })
  })
  alive.add(child)
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  void exited.then(() => alive.delete(child))
  void exited.then((code) => ready.reject(new Error(`the node ended with ${code}: ${errors}`)))
  ready.promise.catch(() => {})
  return {
    ready: ready.promise,
    exited,
    ids,
    passed,
    struck: struck.promise,
    get errors() {
      return errors
    },
    describe: () => `${readStatus(child.pid)}\n${errors}`,
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGCONT')
        child.kill('SIGTERM')
      }
      await exited
    },
  }
}
