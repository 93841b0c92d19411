// Counts the calls of the model that an attempt makes, until a commit of its turn has counted them. Each commit of the attempt takes along
// what is over; nothing more is asked of a model before that. So at most one call is not counted at any time.
import type { Ports } from '../base/ports.ts'
import {
  type CallCounter,
  type CalledModel,
  type CountedCall,
  type MeasuredCall,
  type OpenCall,
  measure,
  splitModel,
} from '../usage/usage.ts'

export interface MeterOptions {
  ports: Pick<Ports, 'clock' | 'newId'>
  turn_id: string
  /** Throws what forbids a call. */
  admit(): Promise<void>
  /** Counts calls that were made in vain, as the attempt goes on without a commit. Throws if it has lost its turn. */
  settle(calls: CountedCall[]): Promise<void>
}

interface Running {
  id: string
  at: string
  called: CalledModel
  heard: number
}

export class CallMeter implements CallCounter {
  readonly #options: MeterOptions
  readonly #running = new Set<Running>()
  #over: CountedCall[]

  /** `left`: of the same attempt, before it was stopped for a while. */
  constructor(options: MeterOptions, left: CountedCall[] = []) {
    this.#options = options
    this.#over = left
  }

  async begin(called: CalledModel): Promise<OpenCall> {
    const { ports, admit, settle } = this.#options
    const over = this.#over
    if (over.length > 0) {
      await settle(over)
      this.forget(over)
    }
    await admit()
    const running: Running = { id: ports.newId(), at: new Date(ports.clock.now()).toISOString(), called, heard: 0 }
    this.#running.add(running)
    return Object.assign(running, {
      end: (ended: Parameters<OpenCall['end']>[0]) => {
        this.#running.delete(running)
        const measured = measure(called, running.heard, ended)
        if (measured) this.#over.push(this.#count(running, measured))
      },
    })
  }

  /** What the next commit of the attempt counts. */
  get over(): CountedCall[] {
    return [...this.#over]
  }

  /** What a commit counts that takes the turn from the attempt: also what is under way has been used. */
  get all(): CountedCall[] {
    const cut = [...this.#running].map((running) =>
      this.#count(running, measure(running.called, running.heard, { how: 'interrupted' })!),
    )
    return [...this.#over, ...cut]
  }

  /** A commit has counted them. */
  forget(calls: CountedCall[]): void {
    const counted = new Set(calls.map(({ id }) => id))
    this.#over = this.#over.filter(({ id }) => !counted.has(id))
  }

  #count({ id, at, called }: Running, measured: MeasuredCall): CountedCall {
    return { id, at, turn_id: this.#options.turn_id, purpose: 'reply', ...splitModel(called.model), ...measured }
  }
}
