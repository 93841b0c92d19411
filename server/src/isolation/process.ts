// One process of isolated work, from its start to its end: what it is asked, what it answers, and why it does not.
import type { ChildProcess } from 'node:child_process'
import { type Launch, launch } from './launch.ts'
import { measureUse, watchUse } from './use.ts'
import { type IsolatedInput, IsolationFault, type IsolationLimits, type TimeLimits } from './task.ts'

const max_message_bytes = 4096
/** Until it has loaded its module. */
const start_seconds = 60

/**
 * Throws the signal's reason, or an error that is no `IsolationFault`: a process that has seen no input yet cannot have failed because
 * of it.
 */
export async function startProcess(start: Launch, signal: AbortSignal): Promise<IsolatedProcess> {
  const child = new IsolatedProcess(await launch(start), start.limits)
  try {
    await child.begin(signal)
    return child
  } catch (error) {
    await child.end()
    if (signal.aborted) throw signal.reason
    throw new Error(`a process did not start: ${(error as Error).message}`, { cause: error })
  }
}

export class IsolatedProcess {
  readonly #child: ChildProcess
  readonly #limits: IsolationLimits
  readonly #ended = Promise.withResolvers<void>()
  readonly #said: string[] = []
  #line: Buffer[] = []
  #line_bytes = 0
  #messages = Buffer.alloc(0)
  #waiting: PromiseWithResolvers<string> | null = null
  /** Why it cannot say anything any more. */
  #over: unknown = null
  /** Why it was killed. */
  #why: unknown = null

  /** In the same turn of the event loop as its start: it may end at once. */
  constructor(child: ChildProcess, limits: IsolationLimits) {
    this.#child = child
    this.#limits = limits
    child.stdout!.on('data', (part: Buffer) => this.#hear(part))
    child.stderr!.on('data', (part: Buffer) => {
      this.#messages = Buffer.concat([this.#messages, part]).subarray(-max_message_bytes)
    })
    child.stdin?.on('error', () => {})
    child.on('error', (error) => this.#finish(error))
    child.on('close', (code, killed_by) => this.#finish(this.#why ?? this.#explain(code, killed_by)))
  }

  async begin(signal: AbortSignal): Promise<void> {
    const late = new Error(`it took more than ${start_seconds} seconds`)
    const said = await this.#within(signal, start_seconds, late, () => this.#next())
    if (said !== '"ready"') throw new Error('it said something else')
  }

  /** `input` null: it has it already. `time`: for this answer; other answers of the process can have other bounds. */
  async ask<T>(input: IsolatedInput | null, signal: AbortSignal, time: TimeLimits = this.#limits): Promise<T> {
    const late = new IsolationFault('timeout', `it took more than ${time.seconds} seconds`)
    const unwatch = watchUse(this.#child, { ...this.#limits, ...time }, (what) =>
      this.#stop(what === 'memory' ? outOfMemory(this.#limits) : outOfTime(time)),
    )
    try {
      const line = await this.#within(signal, time.seconds, late, () => {
        if (input !== null) this.#send(input)
        return this.#next()
      })
      return readAnswer<T>(line, this.#limits)
    } finally {
      unwatch()
    }
  }

  /** It answers nothing any more. */
  get is_over(): boolean {
    return this.#why !== null || this.#over !== null
  }

  /** In bytes; 0: it is gone. */
  async measureMemory(): Promise<number> {
    return (await measureUse(this.#child)).memory_bytes
  }

  async end(): Promise<void> {
    this.#stop(new Error('it is not needed any more'))
    await this.#ended.promise
  }

  async #within<T>(signal: AbortSignal, seconds: number, late: Error, work: () => Promise<T>): Promise<T> {
    const abort = () => this.#stop(signal.reason)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    const timer = setTimeout(() => this.#stop(late), seconds * 1000)
    try {
      return await work()
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  }

  #send({ bytes, options }: IsolatedInput): void {
    if (this.#said.length > 0) throw new IsolationFault('crashed', 'it said more than it was asked')
    const written = Buffer.from(JSON.stringify(options))
    const lengths = Buffer.alloc(8)
    lengths.writeUInt32LE(written.length, 0)
    lengths.writeUInt32LE(bytes.length, 4)
    this.#child.stdin!.write(Buffer.concat([lengths, written]))
    this.#child.stdin!.write(bytes)
  }

  async #next(): Promise<string> {
    const said = this.#said.shift()
    if (said !== undefined) return said
    if (this.#over !== null) throw this.#over
    this.#waiting = Promise.withResolvers<string>()
    return this.#waiting.promise
  }

  #hear(part: Buffer): void {
    if (this.#why !== null) return
    let rest = part
    for (let end = rest.indexOf(line_break); end >= 0; end = rest.indexOf(line_break)) {
      this.#keep(rest.subarray(0, end))
      if (this.#why !== null) return
      rest = rest.subarray(end + 1)
      const line = Buffer.concat(this.#line).toString()
      this.#line = []
      this.#line_bytes = 0
      const waiting = this.#waiting
      this.#waiting = null
      if (waiting) waiting.resolve(line)
      // What is ready may have its only input already. More than that was not asked for.
      else if (this.#said.push(line) > 1) this.#stop(new IsolationFault('crashed', 'it said more than it was asked'))
    }
    this.#keep(rest)
  }

  #keep(part: Buffer): void {
    this.#line_bytes += part.length
    if (this.#line_bytes > this.#limits.output_bytes)
      this.#stop(new IsolationFault('output', 'its result is too large'))
    else this.#line.push(part)
  }

  #stop(why: unknown): void {
    this.#why ??= why
    this.#child.kill('SIGKILL')
  }

  #finish(why: unknown): void {
    this.#over ??= why
    this.#waiting?.reject(this.#over)
    this.#waiting = null
    this.#ended.resolve()
  }

  #explain(code: number | null, killed_by: NodeJS.Signals | null): Error {
    const messages = this.#messages.toString()
    // The kernel, when the machine runs out of memory.
    if (killed_by === 'SIGKILL' || isMemory(messages)) return outOfMemory(this.#limits)
    if (killed_by === 'SIGXCPU') return new IsolationFault('timeout', 'it used too much of a processor')
    if (killed_by === 'SIGTERM' || killed_by === 'SIGINT') return new Error(`a process was stopped by ${killed_by}`)
    return new IsolationFault('crashed', messages.trim() || `its process ended with ${killed_by ?? code}`)
  }
}

const line_break = 10

type Answer<T> = { value: T } | { error: string }

function readAnswer<T>(line: string, limits: IsolationLimits): T {
  const answer = parseAnswer<T>(line)
  if ('value' in answer) return answer.value
  throw isMemory(answer.error) ? outOfMemory(limits) : new IsolationFault('crashed', answer.error)
}

function parseAnswer<T>(line: string): Answer<T> {
  const damaged = { error: 'its answer is damaged' }
  try {
    const answer: unknown = JSON.parse(line)
    return typeof answer === 'object' && answer !== null ? (answer as Answer<T>) : damaged
  } catch {
    return damaged
  }
}

const isMemory = (message: string) =>
  /heap out of memory|Array buffer allocation failed|Invalid string length|Cannot allocate memory/i.test(message)

function outOfTime({ processor_ms }: TimeLimits): IsolationFault {
  return new IsolationFault('timeout', `it used more than ${processor_ms} ms of a processor`)
}

function outOfMemory({ memory_bytes }: IsolationLimits): IsolationFault {
  return new IsolationFault('memory', `it needed more than ${Math.floor(memory_bytes / 2 ** 20)} MiB of memory`)
}
