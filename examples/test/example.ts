// Runs an example as its reader would, beside a server with the demo model.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'

export const folder = join(import.meta.dirname, '..')

export const startDemoServer = (environment: Record<string, string> = {}): Promise<TestServer> =>
  startTestServer({ PARLEY_DEFAULT_MODEL: 'demo/parley-demo', PARLEY_ALLOW_PRIVATE_HOSTS: '127.0.0.1', ...environment })

export interface Example extends AsyncDisposable {
  child: ChildProcess
  /** Everything that it has printed. */
  readonly output: string
  /** Its exit code. */
  ended: Promise<number | null>
  /** Resolves when it has printed this. */
  untilPrinted(text: string): Promise<void>
}

export function startExample(program: string, args: string[], environment: Record<string, string>): Example {
  const child = spawn(process.execPath, [join(folder, program), ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    ...{ child, ended },
    get output() {
      return output
    },
    untilPrinted: (text) => expect.poll(() => output).toContain(text),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
