// The server in its own process, as `npm start` runs it, except that it limits no requests, since a test that waits asks often, and
// refuses none because the machine is busy.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { with_compiled_code } from './compiled-code.ts'

export interface ServerProcess extends AsyncDisposable {
  readonly child: ChildProcess
  /** Everything it has printed on both streams. */
  readonly output: string
  /** Resolves with the URL once it is ready. Rejects with the output if it exits first. */
  readonly ready: Promise<string>
  /** Resolves with the exit code, or with the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>
}

/** Whatever the machine does besides. */
export const never_busy = { PARLEY_LIMIT_LOOP_DELAY_MS: '0', PARLEY_LIMIT_CONNECTION_WAIT_MS: '0' }

const main = join(import.meta.dirname, '..', '..', 'src', 'main.js')

export function startServerProcess(environment: Record<string, string>): ServerProcess {
  // Otherwise the one of the repository, where somebody may have a server.
  const own_folder = join(tmpdir(), `parley-process-${randomUUID()}`)
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      ...with_compiled_code,
      PARLEY_DATA_DIR: own_folder,
      PORT: '0',
      PARLEY_RATE_LIMIT_PER_MINUTE: '0',
      ...never_busy,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let isReady = false
  const ready = Promise.withResolvers<string>()
  const exited = once(child, 'close').then(async ([code, signal]) => {
    await rm(own_folder, { recursive: true, force: true })
    return (code ?? signal) as number | NodeJS.Signals
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (isReady) return
      const url = /Parley is ready at (\S+)/.exec(output)?.[1]
      isReady = url !== undefined
      if (url) ready.resolve(url)
    })
  }
  void exited.then((code) => ready.reject(new Error(`exited with ${code}: ${output}`)))
  ready.promise.catch(() => {})
  return {
    child,
    get output() {
      return output
    },
    ready: ready.promise,
    exited,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await exited
    },
  }
}
