// The two nodes of a run: each is a process at an address of its own, where the next one serves when it has died.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { with_compiled_code } from '../support/compiled-code.ts'
import { findFreePort } from '../support/free-port.ts'
import type { Order, Report } from './node.ts'

export interface TakeNode {
  readonly url: string
  hold(point: string, ms: number): void
  /** Stops it at the point for so long, or kills it there and starts the next one. Resolves when that is over. */
  stopAt(point: string, ms: number): Promise<void>
  killAt(point: string): Promise<void>
  mute(is_muted: boolean): void
}

export interface TakeNodes extends AsyncDisposable {
  readonly nodes: readonly [TakeNode, TakeNode]
  /** How often each point was held, stopped at, or died at. */
  readonly reached: ReadonlyMap<string, number>
  readonly kills: number
  readonly stops: number
  /** What nodes that ended by themselves have logged. */
  readonly faults: readonly string[]
}

const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/** How long a point is waited for; then nothing happens. */
const point_ms = 6000
const wake_ms = 1000
const start_ms = 60_000

export async function startNodes(environment: Record<string, string>): Promise<TakeNodes> {
  const reached = new Map<string, number>()
  const faults: string[] = []
  const counts = { kills: 0, stops: 0 }
  const count = (point: string) => void reached.set(point, (reached.get(point) ?? 0) + 1)
  const around = { environment, faults, counts, count }
  // One after the other: the first one makes the schema.
  const first = await startSlot(around)
  const second = await startSlot(around)
  return {
    nodes: [first.node, second.node],
    reached,
    faults,
    get kills() {
      return counts.kills
    },
    get stops() {
      return counts.stops
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([first.end(), second.end()])
    },
  }
}

interface Around {
  environment: Record<string, string>
  faults: string[]
  counts: { kills: number; stops: number }
  count: (point: string) => void
}

async function startSlot({ environment, faults, counts, count }: Around) {
  const port = await findFreePort()
  let child: ChildProcess
  let isEnding = false
  let isDying = false
  let struck = Promise.withResolvers<string>()
  let stopping = 0
  // One that comes to the point after the wait for it was given up stops by itself.
  const waking = setInterval(() => void (stopping === 0 && child.kill('SIGCONT')), wake_ms)

  const start = async () => {
    const env = { PATH: process.env['PATH'], ...with_compiled_code, ...environment, PORT: String(port) }
    const started = fork(join(import.meta.dirname, 'node.ts'), { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    let errors = ''
    started.stderr!.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)))
    alive.add(started)
    const ready = Promise.withResolvers<void>()
    started.on('message', (report: Report) => {
      if ('url' in report) return ready.resolve()
      if ('held' in report) return count(report.held)
      count(report.struck)
      struck.resolve(report.struck)
    })
    started.once('close', (code, signal) => {
      alive.delete(started)
      ready.reject(new Error(`a node ended with ${code ?? signal}: ${errors}`))
      if (!isEnding && !isDying) faults.push(`a node ended with ${code ?? signal}: ${errors}`)
    })
    ready.promise.catch(() => {})
    child = started
    const late = pass(start_ms, 'late' as const, { ref: false })
    if ((await Promise.race([ready.promise, late])) === 'late') throw new Error(`no node is ready: ${errors}`)
  }
  /** One that is being killed takes no orders any more. */
  const order = (value: Order) => void (child.connected && child.send(value, () => {}))
  /** Null: it did not come to the point. */
  const strike = async (point: string, signal: 'SIGSTOP' | 'SIGKILL') => {
    struck = Promise.withResolvers()
    order({ do: 'strike', point, signal })
    return Promise.race([struck.promise, pass(point_ms, null, { ref: false })])
  }
  await start()
  const node: TakeNode = {
    url: `http://127.0.0.1:${port}`,
    hold: (point, ms) => order({ do: 'hold', point, ms }),
    mute: (is_muted) => order({ do: 'mute', is_muted }),
    async stopAt(point, ms) {
      stopping += 1
      if ((await strike(point, 'SIGSTOP')) === null) child.kill('SIGSTOP')
      counts.stops += 1
      await pass(ms)
      stopping -= 1
      child.kill('SIGCONT')
    },
    async killAt(point) {
      isDying = true
      const dying = child
      const ended = once(dying, 'close')
      if ((await strike(point, 'SIGKILL')) === null) dying.kill('SIGKILL')
      await ended
      isDying = false
      counts.kills += 1
      await start()
    },
  }
  return {
    node,
    async end() {
      isEnding = true
      clearInterval(waking)
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'close')
      child.kill('SIGCONT')
      order({ do: 'end' })
      const late = pass(start_ms, 'late', { ref: false })
      if ((await Promise.race([ended, late])) === 'late') child.kill('SIGKILL')
      await ended
    },
  }
}
