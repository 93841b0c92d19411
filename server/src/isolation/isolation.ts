// Runs untrusted work in a child process of its own: one file in, one JSON value out, within bounds of time, memory and output.
// What such a process does or suffers never reaches the server.
import type { ChildProcess } from 'node:child_process'
import { type FileHandle, open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { createGate } from '../base/gate.ts'
import { startChild } from './launch.ts'
import { watchMemory } from './memory.ts'
import type { IsolatedTask, IsolationLimits } from './task.ts'

export type { IsolatedTask, IsolationLimits }

/** Why a process gave no answer. `crashed` includes errors that its module threw. */
export class IsolationFault extends Error {
  readonly kind: 'timeout' | 'memory' | 'output' | 'crashed'

  constructor(kind: IsolationFault['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

/** The work is bound by processors: more at once would only use more memory. */
const gate = createGate(Math.max(2, availableParallelism()))
const max_message_bytes = 4096

/** Throws `IsolationFault`, the signal's reason, or another error where the process could not be run. */
export async function runIsolated<T>(task: IsolatedTask, limits: IsolationLimits, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const waiting = Promise.withResolvers<never>()
  const leave = () => waiting.reject(signal.reason)
  signal.addEventListener('abort', leave)
  const running = gate(async () => {
    signal.removeEventListener('abort', leave)
    signal.throwIfAborted()
    const file = await open(task.path, 'r')
    try {
      return await runWith<T>(file, task, limits, signal)
    } finally {
      await file.close()
    }
  })
  return Promise.race([waiting.promise, running])
}

async function runWith<T>(
  file: FileHandle,
  task: IsolatedTask,
  limits: IsolationLimits,
  signal: AbortSignal,
): Promise<T> {
  const child = await startChild(file.fd, task, limits)
  let why: unknown = null
  const stop = (reason: unknown) => {
    why ??= reason
    child.kill('SIGKILL')
  }
  const abort = () => stop(signal.reason)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  const late = () => stop(new IsolationFault('timeout', `it took more than ${limits.seconds} seconds`))
  const timer = setTimeout(late, limits.seconds * 1000)
  const unwatch = watchMemory(child, limits.memory_bytes, () => stop(outOfMemory(limits)))
  try {
    const ended = await collect(child, limits, stop)
    if (why !== null) throw why
    return readAnswer<T>(ended, limits)
  } finally {
    clearTimeout(timer)
    unwatch()
    signal.removeEventListener('abort', abort)
  }
}

interface Ended {
  code: number | null
  killed_by: NodeJS.Signals | null
  output: string
  messages: string
}

async function collect(child: ChildProcess, limits: IsolationLimits, stop: (reason: unknown) => void): Promise<Ended> {
  const output: Buffer[] = []
  let bytes = 0
  let messages = Buffer.alloc(0)
  child.stdout!.on('data', (part: Buffer) => {
    bytes += part.length
    if (bytes > limits.output_bytes) stop(new IsolationFault('output', 'its result is too large'))
    else output.push(part)
  })
  child.stderr!.on('data', (part: Buffer) => {
    messages = Buffer.concat([messages, part]).subarray(-max_message_bytes)
  })
  const { promise, resolve, reject } = Promise.withResolvers<Ended>()
  child.on('error', reject)
  child.on('close', (code, killed_by) => {
    resolve({ code, killed_by, output: Buffer.concat(output).toString(), messages: messages.toString() })
  })
  return promise
}

type Answer<T> = { value: T } | { error: string }

function readAnswer<T>({ code, killed_by, output, messages }: Ended, limits: IsolationLimits): T {
  // The kernel, when the machine runs out of memory.
  if (killed_by === 'SIGKILL' || isMemory(messages)) throw outOfMemory(limits)
  if (killed_by === 'SIGXCPU') throw new IsolationFault('timeout', 'it used too much of a processor')
  if (killed_by === 'SIGTERM' || killed_by === 'SIGINT') throw new Error(`a process was stopped by ${killed_by}`)
  if (code !== 0) throw new IsolationFault('crashed', messages.trim() || `its process ended with ${killed_by ?? code}`)
  const answer = JSON.parse(output) as Answer<T>
  if ('value' in answer) return answer.value
  throw isMemory(answer.error) ? outOfMemory(limits) : new IsolationFault('crashed', answer.error)
}

const isMemory = (message: string) =>
  /heap out of memory|Array buffer allocation failed|Invalid string length|Cannot allocate memory/i.test(message)

function outOfMemory({ memory_bytes }: IsolationLimits): IsolationFault {
  return new IsolationFault('memory', `it needed more than ${Math.floor(memory_bytes / 2 ** 20)} MiB of memory`)
}
