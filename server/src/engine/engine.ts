// Carries turns out in this process: starts attempts, bounds them, renews their leases, writes their results, and takes over
// turns that nobody carries out. Correctness rests on the lease in the database; what is in memory here only makes it fast.
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { EngineServices } from './services.ts'
import {
  type ChangeName,
  type GreetingRequest,
  type HaltedAttempt,
  type TurnLease,
  type TurnRunner,
  followUp,
  expireLeases,
  renewLeases,
} from '../conversations/conversations.ts'
import {
  type AttemptResult,
  type ToolResult,
  decideAttemptResult,
  decideHandOff,
  decideStep,
  decideToolResult,
} from '../conversations/machine/attempt-decisions.ts'
import type { Decision, LockedConversation } from '../conversations/machine/change.ts'
import { eventOfRetrieval } from '../conversations/machine/retrievals.ts'
import { joinWords } from '../conversations/machine/turn-items.ts'
import { renew_ms } from '../conversations/machine/turn.ts'
import { isUnavailable } from '../database/failures.ts'
import { openStore } from '../database/store.ts'
import { isReadLive } from '../live/live-turns.ts'
import { changeKey, changed } from '../live/shared.ts'
import { type Retry, retry } from '../base/retry.ts'
import { charactersOf } from '../base/json.ts'
import { readSecrets } from '../secrets/secrets.ts'
import type { CountedCall } from '../usage/usage.ts'
import { type CallMeter } from './call-meter.ts'
import { openMeter } from './open-meter.ts'
import type { Equipment } from './attempt-input.ts'
import { type AttemptPort, TurnTimeout, carryOut } from './attempt.ts'
import { modelsOf } from '../models/models.ts'
import { failureRuleOf, requestByModel } from './hand-off.ts'
import { KeptHistories } from './kept-histories.ts'
import { haltElsewhere, lendAttempts } from './remote-halt.ts'
import { type Halt, Halted, type RunningAttempt, newAttempt, noteBegun, takeRest } from './running-attempt.ts'
import { asTurn } from './spans.ts'
import type { Span } from '../telemetry/traces.ts'
import { Takeovers, nullIfDeleted } from './takeovers.ts'
import { writeGreeting } from './greeting.ts'

/** In total as long as a lease lasts: after that, another node has the turn. */
const write_again: Retry = { wait_ms: 250, mayPass: isUnavailable, bound: { tries: 32 } }

type Decide<Written, Answer> = (state: LockedConversation, lease: TurnLease, written: Written) => Decision<Answer>

export class Engine implements TurnRunner {
  readonly #services: EngineServices
  readonly #equipment: Equipment
  readonly #log: Logger
  /** By conversation; below, by turn. */
  readonly #running = new Map<string, RunningAttempt>()
  readonly #running_turns = new Map<string, RunningAttempt>()
  /** By conversation. */
  readonly #halted = new Map<string, Halt>()
  readonly #histories = new KeptHistories()
  /** Turns that were changed while no attempt at them ran here, in case one is about to start; as many as end in some seconds. */
  readonly #stopped = new LRUCache<string, true>({ max: 10_000 })
  #whenIdle = Promise.withResolvers<void>()
  #isDraining = false
  #isStopped = false
  readonly #takeovers: Takeovers
  #stopTimer = () => {}

  constructor(services: EngineServices, equipment: Equipment, log: Logger) {
    this.#services = services
    this.#equipment = equipment
    this.#log = log
    this.#takeovers = new Takeovers(services, log, this.carriesOut)
    services.live.presence.whenGone((node_ids) => this.#takeovers.freeTurnsOf(node_ids))
    services.live.presence.whenBack(() => void this.#maintain(() => this.#renew()))
    lendAttempts(services, (conversation_id) => this.#haltHere(conversation_id))
    services.live.bus.subscribe(changed, (turn_id) => this.stop(turn_id))
  }

  /** `left`: what calls have used that its attempt made before it was stopped for a while. */
  start(lease: TurnLease, left: CountedCall[] = []): void {
    const current = this.#running.get(lease.conversation_id)
    // Leases rise: a start that arrives late, after its turn is over, must not replace a newer one.
    if (current && current.lease.lease >= lease.lease) return
    if (this.#isStopped) return void this.#giveBack([lease])
    if (current) current.controller.abort(new Halted())
    else this.#services.load.turns.enter(lease.organization_id)
    if (this.#running.size === 0) this.#whenIdle = Promise.withResolvers()
    const over = Promise.withResolvers<void>()
    // The turn's change arrived before its start: what the commit knew is no longer true.
    const granted = this.#stopped.delete(lease.turn_id) ? { ...lease, begun: undefined } : lease
    const meterOf = (attempt: RunningAttempt) => this.#openMeter(attempt, left)
    const attempt = newAttempt(this.#services, granted, { over: over.promise, meterOf })
    this.#running.set(lease.conversation_id, attempt)
    this.#running_turns.set(lease.turn_id, attempt)
    void asTurn(this.#services.traces, granted, (span) => this.#run(attempt, span)).finally(over.resolve)
  }

  async halt(conversation_id: string): Promise<HaltedAttempt | null> {
    // An attempt here may have been taken over without noticing yet; then the text of the other one counts.
    return (await haltElsewhere(this.#services, conversation_id)) ?? this.#haltHere(conversation_id)
  }

  /** Stops the local attempt, or shares one that was stopped here before and is not concluded yet. */
  #haltHere(conversation_id: string): HaltedAttempt | null {
    const attempt = this.#running.get(conversation_id)
    if (attempt) {
      this.#forget(attempt)
      attempt.controller.abort(new Halted())
      this.#halted.set(conversation_id, { attempt, holders: 0 })
    }
    const halt = this.#halted.get(conversation_id)
    if (!halt) return null
    halt.holders += 1
    const { lease, held, step, speech, passages, calls } = halt.attempt
    const text = speech.redact(joinWords([...held, { text: speech.released, by_tool: false }]).text)
    const release = (isConcluded: boolean) => this.#release(halt, isConcluded)
    const found = passages?.leave(text, (said) => speech.redact(said)) ?? null
    return { turn_id: lease.turn_id, lease: lease.lease, text, step, found, calls: calls.all, release }
  }

  #release(halt: Halt, isConcluded: boolean): void {
    const { lease, over, hold, calls } = halt.attempt
    halt.holders -= 1
    if (this.#halted.get(lease.conversation_id) !== halt || (!isConcluded && halt.holders > 0)) return
    this.#halted.delete(lease.conversation_id)
    // A write of it may be in progress, and two attempts with one lease could not be told apart. And the turn is no longer as
    // it started.
    const again = { ...lease, begun: undefined, asked_at: hold.renewed_at }
    if (!isConcluded) void over.then(() => this.start(again, calls.over))
  }

  stop(turn_id: string): void {
    const attempt = this.#running_turns.get(turn_id)
    if (attempt) attempt.controller.abort(new Halted())
    else this.#stopped.set(turn_id, true)
    for (const halt of this.#halted.values()) if (halt.attempt.lease.turn_id === turn_id) this.#release(halt, true)
  }

  carriesOut = (turn_id: string) => this.#running_turns.has(turn_id)

  writeGreeting(greeting: GreetingRequest): Promise<string> {
    return writeGreeting(this.#withModelsOf(greeting), greeting)
  }

  #withModelsOf({ organization_id }: { organization_id: string }): EngineServices {
    const services = this.#services
    return { ...services, models: modelsOf(services, openStore(services.database, organization_id)) }
  }

  /** The text so far of the attempt that runs here for this conversation; null if no attempt runs. */
  textSoFar = (conversation_id: string) => this.#running.get(conversation_id)?.speech.text ?? null

  /** Renews leases and looks for turns that nobody carries out, now and every few seconds. */
  async watch(): Promise<void> {
    await this.#maintain(() => this.#renew())
    // Separate: a sweep may wait for takeovers, and no lease may run out meanwhile.
    void this.#maintain(() => this.#takeovers.sweep())
    if (this.#isDraining) return
    this.#stopTimer = this.#services.ports.clock.after(renew_ms, () => void this.watch())
  }

  /** Whether it is looking for abandoned turns, or taking one over. */
  get isTakingOver(): boolean {
    return this.#takeovers.isBusy
  }

  /** Waits for running turns, at most `ms`, then gives the rest back for another node to take over. */
  async drain(ms: number): Promise<void> {
    this.#isDraining = true
    this.#takeovers.stop()
    this.#stopTimer()
    if (this.#running.size > 0) {
      const stop = this.#services.ports.clock.after(ms, this.#whenIdle.resolve)
      await this.#whenIdle.promise
      stop()
    }
    this.#isStopped = true
    const rest = [...this.#running.values()]
    for (const attempt of rest) attempt.controller.abort(new Halted())
    await this.#giveBack(rest.map(({ lease }) => lease))
  }

  async #giveBack(held: TurnLease[]): Promise<void> {
    const leases = held.map(({ lease }) => lease)
    try {
      await expireLeases(this.#services.database, this.#services.node.id, leases)
    } catch (error) {
      this.#log.warn({ err: error }, 'could not give turns back; other nodes take them over when their leases run out')
    }
  }

  async #run(attempt: RunningAttempt, span: Span): Promise<void> {
    try {
      const result = await this.#carryOutInTime(attempt)
      if (result?.type === 'failure') span.fail(result.outcome)
      if (result) await this.#write(attempt, 'result', await this.#withRule(attempt, result), decideAttemptResult)
    } catch (error) {
      // The turn keeps its lease until it runs out; then the sweep, here or elsewhere, takes the turn over.
      const err = attempt.speech.redactError(error)
      if (!(error instanceof Halted)) this.#log.error({ err, turn_id: attempt.lease.turn_id }, 'attempt failed')
    } finally {
      this.#forget(attempt)
      // Who waits for the turn relied on the attempt, which may have ended without a word.
      this.#services.live.signals.notify(changeKey(attempt.lease.turn_id))
    }
  }

  /** With what follows a failure. */
  async #withRule({ found }: RunningAttempt, result: AttemptResult): Promise<AttemptResult> {
    if (result.type !== 'failure' || found === null) return result
    const { conversations } = this.#services
    return { ...result, rule: await this.#retryWhileUnavailable(() => failureRuleOf(conversations, found)) }
  }

  /** Wakes the readers of its live text. */
  #showKept({ lease, shown, kept }: RunningAttempt): void {
    if (shown === null || this.#running.get(lease.conversation_id)?.lease !== lease) return
    this.#services.live.turns.begin(lease.conversation_id, { turn_id: lease.turn_id, attempt: shown, kept })
  }

  #forget(attempt: RunningAttempt): void {
    const { conversation_id, turn_id } = attempt.lease
    if (this.#running_turns.get(turn_id) === attempt) this.#running_turns.delete(turn_id)
    if (this.#running.get(conversation_id) === attempt) {
      this.#running.delete(conversation_id)
      this.#services.load.turns.leave(attempt.lease.organization_id)
      this.#services.live.turns.end(conversation_id, turn_id)
    }
    if (this.#running.size === 0) this.#whenIdle.resolve()
  }

  async #carryOutInTime(attempt: RunningAttempt): Promise<AttemptResult | null> {
    const { lease, controller } = attempt
    const { clock } = this.#services.ports
    let stopTimer = () => {}
    const begin: AttemptPort['begin'] = (found) => {
      noteBegun(attempt, found)
      found.passages.tell = (one) =>
        this.#services.live.turns.retrieve(lease.conversation_id, eventOfRetrieval(lease.turn_id, one))
      this.#showKept(attempt)
      const left_ms = Math.max(0, Date.parse(found.turn.deadline_at) - clock.now())
      stopTimer = clock.after(left_ms, () => controller.abort(new TurnTimeout()))
    }
    try {
      const services = { ...this.#withModelsOf(lease), equipment: this.#equipment, histories: this.#histories }
      return await carryOut(services, lease, { ...this.#portOf(attempt), begin })
    } catch (error) {
      if (!(error instanceof TurnTimeout)) throw error
      return { type: 'failure', outcome: 'timed_out', error: 'The turn did not finish within its time limit.' }
    } finally {
      stopTimer()
    }
  }

  #portOf(attempt: RunningAttempt): Omit<AttemptPort, 'begin'> {
    const { lease, controller } = attempt
    return {
      signal: controller.signal,
      log: this.#log,
      calls: attempt.calls,
      readSecrets: () => readSecrets(this.#services, openStore(this.#services.database, lease.organization_id)),
      say: (text) => {
        const shown = attempt.speech.say(text)
        if (attempt.shown !== null) attempt.hold.say(shown)
      },
      isRead: () => isReadLive(this.#services.live, lease.conversation_id),
      mayAct: () => attempt.hold.isSure(controller.signal),
      handOff: async (asked, result) => {
        const request = await this.#retryWhileUnavailable(() =>
          requestByModel(this.#services.conversations, attempt.found!, asked),
        )
        const answer = await this.#write(attempt, 'hand_off', { ...result, request }, decideHandOff)
        if (answer !== 'stale' && answer !== null) return answer
        controller.abort(new Halted())
        throw controller.signal.reason
      },
      writeStep: async (step) => {
        this.#goOn(attempt, await this.#write(attempt, 'step', step, decideStep))
        attempt.step = step.number + 1
        attempt.kept += 1
        attempt.hold.drop()
        attempt.speech.beginStep()
        if (step.is_held && step.text !== '') attempt.held.push({ text: step.text, by_tool: false })
        this.#showKept(attempt)
      },
      writeToolResult: async (result) => {
        await this.#writeResult(attempt, result)
        const { said } = result
        if (said?.is_held) attempt.held.push({ text: said.text, by_tool: true })
        attempt.kept += said && !said.is_held ? 2 : 1
        this.#showKept(attempt)
      },
    }
  }

  #openMeter(attempt: RunningAttempt, left: CountedCall[]): CallMeter {
    const retried = (write: () => Promise<boolean>) => this.#retryWhileUnavailable(write)
    const goOn = (isHeld: boolean) => this.#goOn(attempt, isHeld ? 'written' : 'stale')
    return openMeter(this.#services, attempt, { left, retried, goOn })
  }

  /** After a write the attempt continues, if it still holds the turn. */
  #goOn({ controller }: RunningAttempt, answer: 'written' | 'stale'): void {
    if (answer === 'written') return
    controller.abort(new Halted())
    controller.signal.throwIfAborted()
  }

  /** With the searches and calls of the model that were made for it. */
  async #write<T, A>(
    attempt: RunningAttempt,
    change: ChangeName,
    written: T,
    decide: Decide<T, A>,
  ): Promise<A | 'stale'> {
    const { rest, noteStored } = takeRest(attempt)
    const answer = await this.#writeAll(attempt, change, rest ? { ...written, ...rest } : written, decide)
    noteStored()
    return answer
  }

  async #writeResult(attempt: RunningAttempt, result: ToolResult): Promise<void> {
    const retrievals = attempt.passages?.takeOf(result.call_id) ?? []
    try {
      const written = retrievals.length > 0 ? { ...result, retrievals } : result
      this.#goOn(attempt, await this.#writeAll(attempt, 'tool_result', written, decideToolResult))
    } catch (error) {
      attempt.passages?.giveBack(retrievals)
      throw error
    }
  }

  async #writeAll<T, A>(
    attempt: RunningAttempt,
    change: ChangeName,
    written: T,
    decide: Decide<T, A>,
  ): Promise<A | 'stale'> {
    const { lease, controller } = attempt
    const characters = charactersOf(written)
    // Until a step is written, the conversation is as the commit of the message has left it.
    const expected = change === 'result' && attempt.step === 0 ? (lease.begun?.left ?? null) : null
    const write = () => {
      if (controller.signal.reason instanceof Halted) throw controller.signal.reason
      const { organization_id, conversation_id: id } = lease
      const judge = (state: LockedConversation) => decide(state, lease, written)
      const proposed = { change, organization_id, id, decide: judge, characters, expected }
      return nullIfDeleted(() => this.#services.conversations.commits.change(proposed))
    }
    const begun_at = this.#services.ports.clock.monotonic()
    const committed = await this.#retryWhileUnavailable(write)
    if (!committed) return 'stale'
    const ended = committed.ended_turns.find(({ id }) => id === lease.turn_id)
    if (ended) this.#histories.noteEnd(lease.conversation_id, lease.turn_id, ended.items)
    if (ended) this.#services.conversations.kept.noteReply(lease.begun, committed.plan)
    // Before the commit's effects: they may start the next turn.
    if (change === 'result' || ended) this.#forget(attempt)
    else if (committed.answer === 'written') attempt.hold.renew(begun_at)
    followUp(this.#services.conversations, lease.conversation_id, committed)
    return committed.answer
  }

  /** A result has been paid for, so a brief loss of the database must not discard it. The lease makes repeating safe. */
  #retryWhileUnavailable<T>(write: () => Promise<T>): Promise<T> {
    return retry(this.#services.ports.clock, write_again, write)
  }

  async #maintain(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (isUnavailable(error)) this.#takeovers.noticeOutage()
      this.#log.warn({ err: error }, 'could not renew leases or take over turns; retrying')
    }
  }

  /** An attempt whose lease is lost is stopped. */
  async #renew(): Promise<void> {
    const held = [...this.#running.values()]
    if (held.length === 0) return
    const leases = held.map(({ lease }) => lease.lease)
    const asked_at = this.#services.ports.clock.monotonic()
    const kept = new Set(await renewLeases(this.#services.database, this.#services.node.id, leases))
    for (const { lease, controller, hold } of held) {
      if (kept.has(lease.lease)) hold.renew(asked_at)
      else controller.abort(new Halted())
    }
  }
}

export type { ActionRun, ActionRunners, ToolVariables } from './actions/runner.ts'
export { renderDeep } from './actions/render.ts'
export type { CallRun, FoundTurn } from './running-turn.ts'
export { type ToolRun, type TurnTool, done, failed } from './tools/turn-tool.ts'
export type { Added, TurnContributions, TurnSource } from './turn-source.ts'
