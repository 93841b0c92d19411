// Carries turns out in this process: starts attempts, bounds them, renews their leases, writes their results, and takes up
// turns that nobody carries out. Correctness rests on the lease in the database; what is in memory here only makes it fast.
import type { Logger } from 'pino'
import type { Services } from '../context.ts'
import { type Committed, changeConversation } from '../conversations/commit.ts'
import { conclude } from '../conversations/conclude.ts'
import { type AttemptResult, decideAttemptResult, decideTakeover } from '../conversations/decisions.ts'
import { expireLeases, findAbandonedTurns, renewLeases } from '../conversations/leases.ts'
import type { GreetingRequest, HaltedAttempt, TurnLease, TurnRunner } from '../conversations/turn-runner.ts'
import { renew_ms } from '../conversations/turn.ts'
import { isUnavailable } from '../database/database.ts'
import { openStore } from '../database/store.ts'
import { AppError } from '../errors.ts'
import { TurnTimeout, carryOut, remainingTime } from './attempt.ts'
import { haltElsewhere, lendAttempts } from './remote-halt.ts'
import { writeGreeting } from './greeting.ts'

/** Together as long as a lease lasts: after that the turn is someone else's. */
const max_write_tries = 32
const write_retry_ms = 250

/** An attempt that runs here. */
interface RunningAttempt {
  lease: TurnLease
  controller: AbortController
  text: string
}

type Part = Omit<Services, 'runner' | 'tokens' | 'sealer'>

/** Stops an attempt without a result: its turn is concluded by someone else, or no longer its own. */
class Halted extends Error {}

export class Engine implements TurnRunner {
  readonly #services: Part
  readonly #log: Logger
  readonly #running = new Map<string, RunningAttempt>()
  #whenIdle = Promise.withResolvers<void>()
  #isDraining = false
  #stopTimer = () => {}

  constructor(services: Part, log: Logger) {
    this.#services = services
    this.#log = log
    lendAttempts(services, (conversation_id) => this.#haltHere(conversation_id))
  }

  start(lease: TurnLease): void {
    if (this.#running.get(lease.conversation_id)?.lease.lease === lease.lease) return
    if (this.#running.size === 0) this.#whenIdle = Promise.withResolvers()
    const attempt: RunningAttempt = { lease, controller: new AbortController(), text: '' }
    this.#running.set(lease.conversation_id, attempt)
    void this.#run(attempt)
  }

  async halt(conversation_id: string): Promise<HaltedAttempt | null> {
    return this.#haltHere(conversation_id) ?? haltElsewhere(this.#services, conversation_id)
  }

  #haltHere(conversation_id: string): HaltedAttempt | null {
    const attempt = this.#running.get(conversation_id)
    if (!attempt) return null
    this.#forget(attempt)
    attempt.controller.abort(new Halted())
    const { turn_id, lease } = attempt.lease
    return { turn_id, lease, text: attempt.text, resume: () => this.start(attempt.lease) }
  }

  writeGreeting(greeting: GreetingRequest): Promise<string> {
    return writeGreeting(this.#services, greeting)
  }

  /** What the attempt that runs here for this conversation has said so far; null when there is none. */
  textSoFar(conversation_id: string): string | null {
    return this.#running.get(conversation_id)?.text ?? null
  }

  /** Renews leases and looks for turns that nobody carries out, now and every few seconds. */
  async watch(): Promise<void> {
    await this.#tend()
    if (this.#isDraining) return
    this.#stopTimer = this.#services.ports.clock.after(renew_ms, () => void this.watch())
  }

  /** Waits for running turns, at most `ms`, then gives the rest back for another node to take up. */
  async drain(ms: number): Promise<void> {
    this.#isDraining = true
    this.#stopTimer()
    if (this.#running.size > 0) {
      const stop = this.#services.ports.clock.after(ms, this.#whenIdle.resolve)
      await this.#whenIdle.promise
      stop()
    }
    const rest = [...this.#running.values()]
    for (const attempt of rest) attempt.controller.abort(new Halted())
    const leases = rest.map(({ lease }) => lease.lease)
    try {
      await expireLeases(this.#services.database, this.#services.node_id, leases)
    } catch (error) {
      this.#log.warn({ err: error }, 'turns could not be given back; their leases run out')
    }
  }

  async #run(attempt: RunningAttempt): Promise<void> {
    try {
      const result = await this.#carryOutInTime(attempt)
      if (result) await this.#writeResult(attempt, result)
    } catch (error) {
      // The turn keeps its lease until that runs out; then the sweep, here or elsewhere, takes it up again.
      if (!(error instanceof Halted)) this.#log.error({ err: error, turn_id: attempt.lease.turn_id }, 'attempt failed')
    } finally {
      this.#forget(attempt)
    }
  }

  #forget(attempt: RunningAttempt): void {
    const { conversation_id } = attempt.lease
    if (this.#running.get(conversation_id) === attempt) this.#running.delete(conversation_id)
    if (this.#running.size === 0) this.#whenIdle.resolve()
  }

  async #carryOutInTime(attempt: RunningAttempt): Promise<AttemptResult | null> {
    const { lease, controller } = attempt
    const left_ms = await remainingTime(this.#services, lease)
    if (left_ms === null) return null
    const timeOut = () => controller.abort(new TurnTimeout())
    const stop = this.#services.ports.clock.after(Math.max(0, left_ms), timeOut)
    try {
      return await carryOut(this.#services, lease, controller.signal, (text) => {
        attempt.text += text
      })
    } catch (error) {
      if (!(error instanceof TurnTimeout)) throw error
      return { type: 'failure', outcome: 'timed_out', error: 'The turn did not end within its time.' }
    } finally {
      stop()
    }
  }

  async #writeResult(attempt: RunningAttempt, result: AttemptResult): Promise<void> {
    const { lease, controller } = attempt
    const write = () => {
      if (controller.signal.reason instanceof Halted) throw controller.signal.reason
      return this.#change(lease, (state) => decideAttemptResult(state, lease, result))
    }
    const committed = await this.#retryWhileUnavailable(write)
    this.#forget(attempt)
    if (committed) this.#conclude(lease.conversation_id, committed)
  }

  /** A result is paid for; a database that is gone for a moment must not cost it. The lease makes repeating safe. */
  async #retryWhileUnavailable<T>(write: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await write()
      } catch (error) {
        if (!isUnavailable(error) || tries >= max_write_tries) throw error
        await new Promise<void>((resolve) => this.#services.ports.clock.after(write_retry_ms, resolve))
      }
    }
  }

  /** Null when the conversation was deleted meanwhile. */
  async #change<Answer>(
    { organization_id, conversation_id }: { organization_id: string; conversation_id: string },
    decide: Parameters<typeof changeConversation<Answer>>[3],
  ): Promise<Committed<Answer> | null> {
    const store = openStore(this.#services.database, organization_id)
    try {
      return await changeConversation(store, this.#services, conversation_id, decide)
    } catch (error) {
      if (error instanceof AppError && error.error === 'not_found') return null
      throw error
    }
  }

  #conclude(conversation_id: string, committed: Committed<unknown>): void {
    conclude({ ...this.#services, runner: this }, conversation_id, committed)
  }

  async #tend(): Promise<void> {
    try {
      await this.#renew()
      await this.#sweep()
    } catch (error) {
      this.#log.warn({ err: error }, 'leases could not be tended; will try again')
    }
  }

  /** An attempt whose lease is gone has nothing to say any more. */
  async #renew(): Promise<void> {
    const held = [...this.#running.values()]
    if (held.length === 0) return
    const leases = held.map(({ lease }) => lease.lease)
    const kept = new Set(await renewLeases(this.#services.database, this.#services.node_id, leases))
    for (const { lease, controller } of held) if (!kept.has(lease.lease)) controller.abort(new Halted())
  }

  async #sweep(): Promise<void> {
    for (const turn of await findAbandonedTurns(this.#services.database)) {
      if (this.#isDraining) return
      const committed = await this.#change(turn, (state) => decideTakeover(state, turn.turn_id))
      if (!committed || committed.answer === 'nothing') continue
      this.#log.warn({ turn_id: turn.turn_id, outcome: committed.answer }, 'abandoned turn taken up')
      this.#conclude(turn.conversation_id, committed)
    }
  }
}
