// The attempts under way on this server, and why each has to stop: its execution has changed, or its time is over. A notification tells
// of changes at once; a look that all attempts share finds what no notification told (W10).
import type { Clock } from '../../base/ports.ts'
import { type Executor, acrossOrganizations } from '../../database/database.ts'
import type { Bus } from '../../live/bus.ts'
import { execution_changed } from '../commit/change.ts'

const look_ms = 150

/** Timers of Node.js are no longer, and may be early by less than this. */
const longest_timer_ms = 2 ** 31 - 1000
const late_ms = 5

export interface Watched extends Disposable {
  signal: AbortSignal
  /** Why it was aborted here; null: it was not, or for another reason. */
  readonly why: 'changed' | 'timed_out' | null
}

export interface RunningOptions {
  database: Executor
  bus: Pick<Bus, 'subscribe'>
  clock: Clock
  onError: (error: unknown) => void
}

const endedStatement = acrossOrganizations(
  'the attempts of this server',
  'ended_executions',
  'select id from workflow_executions where id = any($1::uuid[]) and finished_at is not null',
)

export class RunningExecutions {
  readonly #options: RunningOptions
  readonly #stops = new Map<string, () => void>()
  #isLooking = false

  constructor(options: RunningOptions) {
    this.#options = options
    options.bus.subscribe(execution_changed, (id) => this.#stops.get(id)?.())
  }

  /** `left_ms`: of its execution's time; null: it takes no time, so it is not watched. */
  watch(id: string, outer: AbortSignal, left_ms: number | null): Watched {
    if (left_ms === null) return { signal: outer, why: null, [Symbol.dispose]: () => {} }
    const halt = new AbortController()
    let why: Watched['why'] = null
    const stop = (reason: NonNullable<Watched['why']>) => {
      why ??= reason
      halt.abort(new Error(reason === 'changed' ? 'the execution has changed' : 'the time of the execution is over'))
    }
    const stopTimer =
      left_ms > longest_timer_ms
        ? () => {}
        : this.#options.clock.after(Math.max(0, left_ms) + late_ms, () => stop('timed_out'))
    const onChange = () => stop('changed')
    this.#stops.set(id, onChange)
    this.#lookLater()
    return {
      signal: AbortSignal.any([outer, halt.signal]),
      get why() {
        return why
      },
      [Symbol.dispose]: () => {
        stopTimer()
        if (this.#stops.get(id) === onChange) this.#stops.delete(id)
      },
    }
  }

  #lookLater(): void {
    if (this.#isLooking) return
    this.#isLooking = true
    this.#options.clock.after(look_ms, () => {
      void this.#look().finally(() => {
        this.#isLooking = false
        if (this.#stops.size > 0) this.#lookLater()
      })
    })
  }

  async #look(): Promise<void> {
    const ids = [...this.#stops.keys()]
    if (ids.length === 0) return
    try {
      const ended = await this.#options.database.query<{ id: string }>(endedStatement, [ids])
      for (const { id } of ended) this.#stops.get(id)?.()
    } catch (error) {
      this.#options.onError(error)
    }
  }
}
