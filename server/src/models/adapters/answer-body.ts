// The answer to a request, as it arrives: what has not been taken yet waits here as one piece, so that a consumer that is slow, or in no
// hurry, has less to do.
import type { Dispatcher } from 'undici'
import { type Clock, systemPorts } from '../../base/ports.ts'

/** How long pieces are gathered where nobody reads along: a reader who comes later sees text this much late, once. */
const gather_ms = 200
/** With more waiting, nothing more is read from the connection. */
const most_waiting_bytes = 65_536
/** Of an answer that is not wanted: read up to here, so that its connection can be used again. */
const most_discarded_bytes = 131_072

export interface Request extends Pick<Dispatcher.DispatchOptions, 'path' | 'method' | 'body'> {
  origin: string
  headers: Record<string, string>
}

export interface Answer {
  status: number
  content_type: string
  body: AnswerBody
}

export interface AnswerOptions {
  signal: AbortSignal
  /** Whether pieces may be gathered now. Asked before each piece but the first. */
  gathers?: (() => boolean) | undefined
  clock?: Pick<Clock, 'after'>
}

/** Resolves with the head of the answer. Without an answer it rejects like the body. */
export function openAnswer(agent: Dispatcher, request: Request, options: AnswerOptions): Promise<Answer> {
  const { signal } = options
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const body = new AnswerBody(options)
    agent.dispatch(request, {
      onRequestStart: (controller) => body.belongTo(controller),
      onResponseStart(_controller, status, headers) {
        // Another head follows.
        if (status >= 200) resolve({ status, content_type: String(headers['content-type']), body })
      },
      onResponseData: (_controller, chunk) => body.add(chunk),
      onResponseEnd: () => body.finish(null),
      onResponseError(_controller, error) {
        body.finish(error)
        reject(error)
      },
    })
  })
}

export class AnswerBody implements AsyncIterableIterator<Uint8Array> {
  readonly #signal: AbortSignal
  readonly #gathers: () => boolean
  readonly #clock: Pick<Clock, 'after'>
  #controller: Dispatcher.DispatchController | null = null
  #waiting: Buffer[] = []
  #bytes = 0
  #hasGiven = false
  #isUnwanted = false
  /** Null: the whole answer has arrived. */
  #end: { error: Error | null } | null = null
  /** Tells the consumer that there is something. */
  #wake: (() => void) | null = null
  #isGathering = false
  readonly #abort = () => this.#stop(this.#signal.reason as Error)

  constructor({ signal, gathers = () => false, clock = systemPorts.clock }: AnswerOptions) {
    this.#signal = signal
    this.#gathers = gathers
    this.#clock = clock
    signal.addEventListener('abort', this.#abort)
  }

  belongTo(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#signal.aborted) this.#abort()
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#isUnwanted) {
      if (this.#bytes > most_discarded_bytes) this.#stop(new Error('the answer is not read'))
      return
    }
    this.#waiting.push(chunk)
    if (this.#bytes > most_waiting_bytes) this.#controller!.pause()
    if (!this.#isGathering || this.#bytes > most_waiting_bytes) this.#wake?.()
  }

  finish(error: Error | null): void {
    this.#end ??= { error }
    this.#signal.removeEventListener('abort', this.#abort)
    this.#wake?.()
  }

  /** Nobody reads it. */
  discard(): void {
    this.#isUnwanted = true
    this.#take()
  }

  #stop(reason: Error): void {
    this.#controller?.abort(reason)
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#hasGiven && this.#end === null && this.#gathers()) await this.#gather()
    while (this.#waiting.length === 0 && this.#end === null) await this.#arrival()
    if (this.#waiting.length > 0) return { done: false, value: this.#take() }
    if (this.#end!.error) throw this.#end!.error
    return { done: true, value: undefined }
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  async #gather(): Promise<void> {
    this.#isGathering = true
    const arrived = this.#arrival()
    const stopTimer = this.#clock.after(gather_ms, this.#wake!)
    await arrived
    stopTimer()
    this.#isGathering = false
  }

  #take(): Buffer {
    const taken = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    this.#hasGiven = true
    if (this.#controller!.paused) this.#controller!.resume()
    return taken.length === 1 ? taken[0]! : Buffer.concat(taken)
  }

  /** A consumer that stops reading closes the connection, unless everything has arrived. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#end === null) this.#stop(new Error('the answer is not read to its end'))
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
