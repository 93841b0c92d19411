// The sandbox processes of a node: who gets one, and when one is replaced.
import { createFairShare, type FairShare } from '../base/fair-share.ts'
import type { Clock } from '../base/ports.ts'
import { type IsolatedProcess, startProcess } from '../isolation/process.ts'
import { IsolationFault, type IsolationLimits, type TimeLimits } from '../isolation/task.ts'
import type { ChildAnswer, Question } from './protocol.ts'

export interface PoolOptions {
  clock: Pick<Clock, 'after'>
  processes: number
  memory_bytes: number
  /** Of one process. */
  max_evaluations: number
}

/** A process, held by one owner. */
export interface HeldProcess {
  ask(question: Question, bytes: Buffer, time: TimeLimits, signal: AbortSignal): Promise<ChildAnswer>
  /** Whether an evaluation has used it before: then its end proves nothing against the next one. */
  readonly is_used: boolean
  /** It cannot be asked any more. */
  readonly is_over: boolean
}

export interface Pool extends AsyncDisposable {
  /**
   * Throws `ShareExhausted` if none is free in time, the signal's reason, or what `work` throws. `work` can ask for further processes
   * when the first one was ended; only the last one is kept.
   */
  hold<T>(owner: string, signal: AbortSignal, work: (next: () => Promise<HeldProcess>) => Promise<T>): Promise<T>
}

const module = new URL('./child/child.ts', import.meta.url)
const child: Pick<IsolationLimits, 'seconds' | 'output_bytes'> = { seconds: 60, output_bytes: 16 * 2 ** 20 }
/** 64 MiB, in pages of 64 KiB; QuickJS's own bound does not hold for all that it takes. */
const flags = ['--wasm-max-mem-pages=1024', '--expose-gc']
/** A process that holds on to more than that, or has worked for longer, is replaced. */
const most_kept_memory = 0.6
const most_busy_ms = 60_000
const life_seconds = most_busy_ms / 1000
/** Turns of conversations go first. */
const niceness = 5
const idle_ms = 300_000
const most_waiting = 10_000
const wait_ms = 60_000
/** Looking at the memory costs more than a small evaluation adds to it. */
const looks_every = 20

class Sandboxed implements HeldProcess {
  readonly #process: IsolatedProcess
  #asked = 0
  #busy_ms = 0
  is_over = false

  constructor(process: IsolatedProcess) {
    this.#process = process
  }

  get is_used(): boolean {
    return this.#asked > 0
  }

  async ask(question: Question, bytes: Buffer, time: TimeLimits, signal: AbortSignal): Promise<ChildAnswer> {
    try {
      const answer = await this.#process.ask<ChildAnswer>({ bytes, options: question }, signal, time)
      this.#asked += 1
      this.#busy_ms += answer.spent_ms
      return answer
    } catch (error) {
      this.is_over = true
      throw error
    }
  }

  async isWorn({ max_evaluations, memory_bytes }: PoolOptions): Promise<boolean> {
    if (this.is_over || this.#process.is_over) return true
    if (this.#asked >= max_evaluations || this.#busy_ms > most_busy_ms) return true
    if (this.#asked % looks_every !== 0) return false
    return (await this.#process.measureMemory()) > memory_bytes * most_kept_memory
  }

  end(): Promise<void> {
    this.is_over = true
    return this.#process.end()
  }

  get has_ended(): boolean {
    return this.is_over || this.#process.is_over
  }
}

export function createPool(options: PoolOptions): Pool {
  return new ProcessPool(options)
}

class ProcessPool implements Pool {
  readonly #options: PoolOptions
  readonly #share: FairShare
  readonly #closing = new AbortController()
  #idle: Sandboxed[] = []
  /** All that run or end. */
  readonly #running = new Set<Promise<unknown>>()
  #stopIdling: () => void = () => {}

  constructor(options: PoolOptions) {
    this.#options = options
    this.#share = createFairShare({ clock: options.clock, places: options.processes, most_waiting, wait_ms })
  }

  hold<T>(owner: string, signal: AbortSignal, work: (next: () => Promise<HeldProcess>) => Promise<T>): Promise<T> {
    return this.#share.within(owner, () => this.#track(this.#holdOne(signal, work)), signal)
  }

  async #holdOne<T>(signal: AbortSignal, work: (next: () => Promise<HeldProcess>) => Promise<T>): Promise<T> {
    let held: Sandboxed | null = null
    const next = async () => {
      await held?.end()
      held = null
      held = this.#takeIdle() ?? (await this.#start(signal))
      return held
    }
    try {
      return await work(next)
    } finally {
      if (held !== null) await this.#giveBack(held)
    }
  }

  #takeIdle(): Sandboxed | null {
    this.#stopIdling()
    let process = this.#idle.pop()
    while (process?.has_ended) {
      void this.#track(process.end())
      process = this.#idle.pop()
    }
    return process ?? null
  }

  async #start(signal: AbortSignal): Promise<Sandboxed> {
    this.#closing.signal.throwIfAborted()
    const limits = { ...child, memory_bytes: this.#options.memory_bytes }
    const any = AbortSignal.any([signal, this.#closing.signal])
    return new Sandboxed(await startProcess({ module, limits, stdin: 'pipe', flags, life_seconds, niceness }, any))
  }

  async #giveBack(process: Sandboxed): Promise<void> {
    if (this.#closing.signal.aborted || (await process.isWorn(this.#options))) {
      await process.end()
      if (!this.#closing.signal.aborted) void this.#track(this.#replace())
    } else this.#keep(process)
  }

  /** At once, so that the next evaluation does not wait for its start. */
  async #replace(): Promise<void> {
    try {
      this.#keep(await this.#start(this.#closing.signal))
    } catch {
      // The next evaluation starts one, and tells what is wrong.
    }
  }

  #keep(process: Sandboxed): void {
    const is_enough = this.#idle.length >= this.#options.processes
    if (is_enough || this.#closing.signal.aborted) return void this.#track(process.end())
    this.#idle.push(process)
    this.#stopIdling()
    this.#stopIdling = this.#options.clock.after(idle_ms, () => void this.#endIdle())
  }

  async #endIdle(): Promise<void> {
    this.#stopIdling()
    const ending = this.#idle
    this.#idle = []
    await this.#track(Promise.all(ending.map((process) => process.end())))
  }

  async #track<T>(running: Promise<T>): Promise<T> {
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('the sandbox is closed'))
    while (this.#idle.length > 0 || this.#running.size > 0) {
      await this.#endIdle()
      await Promise.allSettled(this.#running)
    }
  }
}

/** A fault of what was evaluated; null: the process could not be run, or its caller gave up. */
export function kindOf(error: unknown): IsolationFault['kind'] | null {
  return error instanceof IsolationFault ? error.kind : null
}
