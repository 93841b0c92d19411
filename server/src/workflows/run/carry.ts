// Carries an execution from visit to visit under one lease: decides with the machine, stores with commit/, and has each attempt carried
// out by the runner of its kind of step. After a crash any server does the same from the stored state (W6).
import type { JsonValue } from '../../base/json.ts'
import type { Ports } from '../../base/ports.ts'
import { type Database, acrossOrganizations } from '../../database/database.ts'
import { openReservedStore } from '../../database/store.ts'
import type { Outcome, WorkItem, WorkPort } from '../../work/port.ts'
import { RunDraft } from '../commit/draft.ts'
import type { ExecutionChange } from '../commit/pause-points.ts'
import { reachExecution } from '../commit/pause-points.ts'
import { type LoadedContext, loadContext } from '../commit/load-context.ts'
import { type Pinned, type StoredExecution, loadExecution } from '../commit/load.ts'
import { ExecutionChanged } from '../commit/write.ts'
import { deadlineOf } from '../machine/clock.ts'
import type { Change, EventOf, EventType, FromAttempt, Happening, Refusal } from '../machine/events.ts'
import { isRefused } from '../machine/events.ts'
import { type BegunVisit, isFinal } from '../machine/execution.ts'
import type { GraphStep, Rules } from '../machine/graph.ts'
import type { Store } from '../../database/store.ts'
import type { KnownOutput, LastFailure } from '../rules/names-of-visit.ts'
import { visitId } from '../rules/visit-id.ts'
import type { RunningExecutions } from './running.ts'

/** Visits without effects that are stored together, and how long the first of them waits for it. */
const most_together = 16
const longest_together_ms = 20

/** After this time a run lets others have its place, when a visit is over. */
const turn_ms = 500

type ReportOf<Type extends EventType> = Omit<EventOf<Type>, keyof FromAttempt | 'at'>
export type Report = ReportOf<'result'> | ReportOf<'failed'> | ReportOf<'waits'>

/** An attempt that a runner carries out. */
export interface AttemptToRun<Plan extends Rules = Rules> extends FromAttempt {
  execution: StoredExecution
  /** When the execution began. */
  started_at: number
  plan: Plan
  /** The visit's id: the `Idempotency-Key` of its requests. */
  key: string
  step: GraphStep
  visit: BegunVisit
  /** What the execution was given and has brought about up to this visit. */
  context(): Promise<LoadedContext>
  /** Aborts when the execution ends, its time is over, the lease is lost or the server stops. */
  signal: AbortSignal
  /** Right before a request that must not be repeated. Throws if it may not be sent (W5, W10). */
  noteEffect(): Promise<void>
  /** Right before a request that may be repeated. Throws if it may not be sent (W10). */
  checkOpen(): Promise<void>
  /** Stores what models answered, before anything that depends on it is sent. */
  noteAnswers(answers: JsonValue): Promise<void>
}

/** `Plan`: what a runner needs of the definition besides the rules. */
export interface CarryServices<Plan extends Rules = Rules> {
  readonly database: Database
  readonly ports: Pick<Ports, 'clock' | 'reached'>
  readonly running: RunningExecutions
  rulesOf(store: Store, pinned: Pinned): Promise<Plan>
  /** Whether a step has no effect and takes no time, so that its visit needs no commit of its own. */
  isPlain(step: GraphStep, plan: Plan): boolean
  /** Never throws for what the step does; reports of steps are failures, not errors. */
  runAttempt(attempt: AttemptToRun<Plan>): Promise<Report>
}

type NoteOfAttempt = Omit<EventOf<'effect_sent'>, 'at'> | Omit<EventOf<'prepared'>, 'at'>

const openStatement = acrossOrganizations(
  'a run asks for the execution that it carries',
  'is_execution_open',
  'select from workflow_executions where id = $1 and finished_at is null',
)

/** Another state is stored than the run knew: it begins again from there, at most so often. */
const most_reloads = 5

export async function carryExecution<Plan extends Rules>(
  services: CarryServices<Plan>,
  item: WorkItem,
  port: WorkPort,
): Promise<Outcome> {
  await reachExecution(services.ports, 'execution.leased')
  const store = openReservedStore(services.database, item.organization_id!)
  for (let tries = 1; ; tries += 1) {
    const stored = await loadExecution(store, item.subject)
    if (!stored || isFinal(stored.state) || stored.state.phase === 'in_line') return { next: 'done' }
    try {
      return await new Carrying(services, port, await services.rulesOf(store, stored), stored, store).carry()
    } catch (error) {
      if (!(error instanceof ExecutionChanged) || tries >= most_reloads) throw error
    }
  }
}

class Carrying<Plan extends Rules> {
  readonly #services: CarryServices<Plan>
  readonly #plan: Plan
  readonly #port: WorkPort
  readonly #draft: RunDraft
  readonly #stored: StoredExecution
  readonly #store: Store
  readonly #begun_at: number
  #context: LoadedContext | null = null
  /** Decided since it was read, or while nobody has needed it. */
  readonly #outputs = new Map<string, KnownOutput>()
  #failure: LastFailure | null = null
  #waits_since: number | null = null
  /** What is decided and not stored begins with the end of a wait. */
  #wakes = false

  constructor(services: CarryServices<Plan>, port: WorkPort, plan: Plan, stored: StoredExecution, store: Store) {
    this.#services = services
    this.#plan = plan
    this.#port = port
    this.#stored = stored
    this.#store = store
    this.#draft = new RunDraft(services, port, plan, stored)
    this.#begun_at = this.#now
  }

  get #now(): number {
    return this.#services.ports.clock.monotonic()
  }

  async carry(): Promise<Outcome> {
    for (;;) {
      const wakes = this.#draft.state.phase === 'waiting'
      const begun = this.#apply({ type: wakes ? 'due' : 'begun' })
      if (isRefused(begun)) return this.#putOff(begun)
      this.#wakes ||= wakes
      const { effect } = begun
      const outcome = effect.do === 'attempt' ? await this.#attempt(effect) : await this.#follow(effect.do, 'begin')
      if (outcome) return outcome
    }
  }

  #apply(happening: Happening): Change | Refusal {
    const next = this.#draft.apply(happening)
    if (isRefused(next)) return next
    for (const { step_id, position, started_at, finished_at, status, output = null, error } of next.visits) {
      if (started_at === null || finished_at === null) continue
      this.#outputs.set(step_id, { output, position })
      if (status === 'failed' && error) this.#failure = { step_id, ...error }
    }
    return next
  }

  async #putOff(refusal: { refused: string; until?: number }): Promise<Outcome> {
    await this.#storeAll('begin')
    if (refusal.until === undefined) throw new Error(`an execution cannot go on: ${refusal.refused}`)
    return { next: { again_at: new Date(refusal.until).toISOString() } }
  }

  /** Null: it goes on. */
  async #follow(what: string, name: ExecutionChange): Promise<Outcome | null> {
    const { state } = this.#draft
    if (what === 'end') {
      await this.#storeAll(name)
      return { next: 'done' }
    }
    if (what === 'wait' && 'until' in state) {
      await this.#storeAll('wait')
      const until = Math.min(state.until, deadlineOf(this.#draft.rules, state))
      return { next: { again_at: new Date(until).toISOString() } }
    }
    this.#waits_since ??= this.#now
    const mayRest = this.#port.stopping.aborted || this.#now - this.#begun_at >= turn_ms
    const isLong = this.#draft.waiting >= most_together || this.#now - this.#waits_since >= longest_together_ms
    if (mayRest || isLong) await this.#storeAll(name)
    return mayRest ? { next: { again_in_ms: 0 } } : null
  }

  async #storeAll(name: ExecutionChange): Promise<void> {
    const is_due = this.#wakes
    this.#wakes = false
    await this.#draft.store(is_due ? 'due' : name)
    this.#waits_since = null
  }

  async #attempt(from: FromAttempt): Promise<Outcome | null> {
    const { state } = this.#draft
    if (state.phase !== 'attempting') throw new Error(`an attempt of an execution that is ${state.phase}`)
    const { visit } = state
    const step = this.#draft.rules.graph.steps.get(visit.step_id)!
    const isPlain = this.#services.isPlain(step, this.#plan)
    if (!isPlain) await this.#storeAll('begin')
    const report = await this.#run(from, step, visit, isPlain)
    if (report === 'timed_out') return this.#timeOut()
    const reported = this.#apply({ ...report, position: from.position, attempt: from.attempt })
    if (isRefused(reported)) throw new ExecutionChanged()
    return this.#follow(reported.effect.do, 'result')
  }

  async #timeOut(): Promise<Outcome | null> {
    const over = this.#draft.apply({ type: 'timed_out' })
    if (isRefused(over)) throw new ExecutionChanged()
    return this.#follow(over.effect.do, 'timeout')
  }

  async #run(from: FromAttempt, step: GraphStep, visit: BegunVisit, isPlain: boolean): Promise<Report | 'timed_out'> {
    const { running, ports } = this.#services
    const { state } = this.#draft
    if (isFinal(state)) throw new Error('an attempt of an execution that has ended')
    const left_ms = deadlineOf(this.#draft.rules, state) - this.#draft.now
    using watched = running.watch(this.#stored.id, this.#port.signal, isPlain ? null : left_ms)
    const attempt: AttemptToRun<Plan> = {
      ...from,
      ...{ execution: this.#stored, plan: this.#plan, started_at: state.started_at ?? visit.started_at, step, visit },
      ...{ key: visitId(this.#stored.id, from.position), signal: watched.signal },
      context: () => this.#readContext(),
      noteEffect: () => this.#note({ type: 'effect_sent', ...from }, 'effect'),
      noteAnswers: (answers) => this.#note({ type: 'prepared', ...from, answers }, 'effect'),
      checkOpen: async () => {
        watched.signal.throwIfAborted()
        const rows = await this.#services.database.query(openStatement, [this.#stored.id])
        if (rows.length === 0) throw new ExecutionChanged()
        await reachExecution(ports, 'execution.request')
      },
    }
    try {
      const report = await this.#services.runAttempt(attempt)
      if (!isPlain) await reachExecution(ports, 'execution.answered')
      return watched.why === 'timed_out' ? 'timed_out' : report
    } catch (error) {
      if (watched.why === 'timed_out') return 'timed_out'
      if (watched.why === 'changed') throw new ExecutionChanged()
      throw error
    }
  }

  async #note(happening: NoteOfAttempt, name: ExecutionChange): Promise<void> {
    if (isRefused(this.#draft.apply(happening))) throw new ExecutionChanged()
    await this.#draft.store(name)
    if (happening.type === 'effect_sent') await reachExecution(this.#services.ports, 'execution.request')
  }

  async #readContext(): Promise<LoadedContext> {
    const context = (this.#context ??= await loadContext(this.#store, this.#stored.id))
    if (!context) throw new ExecutionChanged()
    for (const [step_id, known] of this.#outputs) context.outputs.set(step_id, known)
    this.#outputs.clear()
    context.failure = this.#failure ?? context.failure
    return context
  }
}
