// Runs untrusted work in a child process without rights: bytes in, one JSON value out, within bounds of time, memory and output.
// What such a process does or suffers never reaches the server.
import { open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { createGate } from '../base/gate.ts'
import { type IsolatedProcess, startProcess } from './process.ts'
import { type IsolatedInput, type IsolatedTask, IsolationFault, type IsolationLimits } from './task.ts'

export { type IsolatedInput, type IsolatedTask, IsolationFault, type IsolationLimits }

/** The work is bound by processors: more at once would only use more memory. */
const gate = createGate(Math.max(2, availableParallelism()))

/** A file, in a process of its own. Throws `IsolationFault`, the signal's reason, or another error where no process could be run. */
export function runIsolated<T>(
  { module, options, path }: IsolatedTask,
  limits: IsolationLimits,
  signal: AbortSignal,
): Promise<T> {
  return inTurn(signal, async () => {
    const file = await open(path, 'r')
    try {
      const process = await startProcess({ module, limits, options, stdin: file.fd }, signal)
      try {
        return await process.ask<T>(null, signal)
      } finally {
        await process.end()
      }
    } finally {
      await file.close()
    }
  })
}

export interface IsolatedSeries extends AsyncDisposable {
  /** One at a time. Throws as `runIsolated`. */
  run<T>(input: IsolatedInput, signal: AbortSignal): Promise<T>
}

/** After so many inputs, or so much of the memory that it may have, another process goes on. */
const max_inputs = 200
const most_kept_memory = 1 / 3

/**
 * Inputs of one owner and one origin, one after another in one process: most of what a small one costs is the start of its process.
 * A process that does not answer proves nothing against an input that was not its first: that one is tried again in a new process.
 */
export function openSeries(module: URL, limits: IsolationLimits): IsolatedSeries {
  let current: { process: IsolatedProcess; inputs: number; busy_ms: number } | null = null

  async function end(): Promise<void> {
    const ending = current
    current = null
    await ending?.process.end()
  }

  async function tryOnce<T>(input: IsolatedInput, signal: AbortSignal): Promise<T> {
    current ??= {
      process: await startProcess({ module, limits, stdin: 'pipe' }, signal),
      inputs: 0,
      busy_ms: 0,
    }
    const began_at = performance.now()
    const answer = await current.process.ask<T>(input, signal)
    current.inputs += 1
    current.busy_ms += performance.now() - began_at
    const memory_bytes = await current.process.measureMemory()
    const is_worn =
      current.inputs >= max_inputs ||
      // The kernel's bound of its processor time is for its whole life.
      current.busy_ms > limits.seconds * 500 ||
      memory_bytes > limits.memory_bytes * most_kept_memory
    if (is_worn) await end()
    return answer
  }

  async function tryFresh<T>(input: IsolatedInput, signal: AbortSignal): Promise<T> {
    const is_first = current === null
    try {
      return await tryOnce<T>(input, signal)
    } catch (error) {
      await end()
      if (is_first || signal.aborted || !(error instanceof IsolationFault)) throw error
      return tryFresh<T>(input, signal)
    }
  }

  return {
    run: (input, signal) => inTurn(signal, () => tryFresh(input, signal)),
    [Symbol.asyncDispose]: end,
  }
}

/** Within the bound of processes at work; who waits can be stopped. */
async function inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const waiting = Promise.withResolvers<never>()
  const leave = () => waiting.reject(signal.reason)
  signal.addEventListener('abort', leave)
  const running = gate(async () => {
    signal.removeEventListener('abort', leave)
    signal.throwIfAborted()
    return work()
  })
  return Promise.race([waiting.promise, running])
}
