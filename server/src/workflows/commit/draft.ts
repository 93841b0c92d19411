// What a run has decided and not stored yet: the visits without effects that go into one commit with the next one that has some.
// Every commit is fenced by the run's lease and rests on the state that the run knows (W7).
import type { Clock, Ports } from '../../base/ports.ts'
import { LeaseLost, type WorkPort } from '../../work/port.ts'
import type { Change, ExecutionEvent, Happening, Refusal } from '../machine/events.ts'
import { isRefused } from '../machine/events.ts'
import { type ExecutionState, isFinal } from '../machine/execution.ts'
import type { Rules } from '../machine/graph.ts'
import { joinChanges, reduce } from '../machine/reduce.ts'
import { noteEnd } from './line.ts'
import type { StoredExecution } from './load.ts'
import { type ExecutionChange, reachExecution } from './pause-points.ts'
import { asChanged, visitsOf, writeChange } from './write.ts'

export interface DraftServices {
  readonly ports: Pick<Ports, 'clock' | 'reached'>
}

export class RunDraft {
  state: ExecutionState
  readonly rules: Rules
  readonly #stored: StoredExecution
  readonly #services: DraftServices
  readonly #port: WorkPort
  readonly #read_at: number
  #revision: number
  #pending: Change | null = null
  /** Of the state that is stored. */
  #visits: number

  constructor(services: DraftServices, port: WorkPort, rules: Rules, stored: StoredExecution) {
    this.#services = services
    this.#port = port
    this.rules = rules
    this.#stored = stored
    this.state = stored.state
    this.#revision = stored.revision
    this.#read_at = this.#clock.monotonic()
    this.#visits = visitsOf(stored.state)
  }

  get #clock(): Clock {
    return this.#services.ports.clock
  }

  /** The database's clock, as far as this server knows: what it was when the state was read, and the time since. */
  get now(): number {
    return this.#stored.at + Math.floor(this.#clock.monotonic() - this.#read_at)
  }

  /** How many visits are decided and not stored. */
  get waiting(): number {
    return visitsOf(this.state) - this.#visits
  }

  /** Decides, without storing anything. */
  apply(happening: Happening): Change | Refusal {
    const event: ExecutionEvent = { ...happening, at: this.now }
    const next = reduce(this.rules, this.state, event)
    if (isRefused(next)) return next
    this.state = next.state
    this.#pending = this.#pending ? joinChanges(this.#pending, next) : next
    return next
  }

  /** One commit with all that was decided. Throws `ExecutionChanged` if somebody else was faster, `LeaseLost` if another node has it. */
  async store(name: ExecutionChange): Promise<void> {
    const change = this.#pending
    if (!change) return
    const { ports } = this.#services
    const { organization_id, id, keep } = this.#stored
    await reachExecution(ports, `execution.${name}.begun`)
    try {
      await this.#port.commit(async (tx) => {
        writeChange(tx, { organization_id, id, keep, revision: this.#revision }, this.rules.graph, change)
        if (isFinal(change.state)) noteEnd(tx, this.#stored)
        if (ports.reached) await tx.sent()
        await reachExecution(ports, `execution.${name}.written`)
      })
    } catch (error) {
      if (error instanceof LeaseLost) throw error
      throw asChanged(error)
    }
    this.#pending = null
    this.#revision += 1
    this.#visits = visitsOf(this.state)
    await reachExecution(ports, `execution.${name}.committed`)
  }
}
