// The processes of a run: the server and its attackers, children that end with this one.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { never_busy } from '../../support/process.ts'
import type { Orders, Tally } from './target.ts'

export interface Memory {
  /** Bytes that the process uses of the machine. */
  rss: number
  /** Bytes that its objects and buffers hold. */
  held: number
}

export interface RunNode extends AsyncDisposable {
  readonly url: string
  /** Null as long as it runs. */
  readonly died: string | null
  /** `collected`: after garbage collection. */
  memory(kind?: 'collected'): Promise<Memory>
  /** Asks it to stop, and returns how long that took, in milliseconds. */
  stop(): Promise<number>
}

export async function startRunNode(environment: Record<string, string>): Promise<RunNode> {
  // What is asked is whether organizations are kept apart, not whether the server refuses what is too much.
  const { child, failed, exited } = start('node.ts', { ...never_busy, ...environment })
  const [{ url }] = (await Promise.race([once(child, 'message'), failed])) as [{ url: string }]
  return {
    url,
    get died() {
      return child.exitCode === null && child.signalCode === null ? null : String(child.signalCode ?? child.exitCode)
    },
    async memory(kind) {
      child.send(kind === 'collected' ? 'collected memory' : 'memory')
      const [memory] = (await Promise.race([once(child, 'message'), failed])) as [Memory]
      return memory
    },
    async stop() {
      const startedAt = performance.now()
      child.kill('SIGTERM')
      await exited
      return performance.now() - startedAt
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

export interface Attackers extends AsyncDisposable {
  /** Ends the attack, and returns its results. */
  stop(): Promise<Tally>
}

export function startAttackers(orders: Orders): Attackers {
  const { child, failed, exited } = start('attackers.ts', {})
  child.send(orders)
  return {
    async stop() {
      child.send('stop')
      const [tally] = (await Promise.race([once(child, 'message'), failed])) as [Tally]
      return tally
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** `failed` rejects when it ends. */
function start(file: string, environment: Record<string, string>) {
  const child = fork(join(import.meta.dirname, file), { env: { PATH: process.env['PATH'], ...environment } })
  const exited = once(child, 'exit')
  const failed = exited.then(([code, signal]): never => {
    throw new Error(`a process of the run ended with ${signal ?? code}`)
  })
  failed.catch(() => {})
  return { child, exited, failed }
}
