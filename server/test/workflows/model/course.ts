// One execution on servers that crash, pause and come back: each event goes to the machine and to the reference, and all that can be
// seen of both is compared. Requests are counted where they arrive.
import assert from 'node:assert/strict'
import { type Acceptance, acceptExecution } from '../../../src/workflows/machine/accept.ts'
import type { Change, Ending, ExecutionEvent, Told, VisitWrite } from '../../../src/workflows/machine/events.ts'
import { isRefused } from '../../../src/workflows/machine/events.ts'
import { type ExecutionState, isFinal, statusOfPhase } from '../../../src/workflows/machine/execution.ts'
import type { Graph, Rules } from '../../../src/workflows/machine/graph.ts'
import { reduce } from '../../../src/workflows/machine/reduce.ts'
import { limits, plainOf } from './graphs.ts'
import { type Incident, Reference } from './reference.ts'

export interface Birth {
  isSync: boolean
  inLine: boolean
  entry: number
  lastStep: number | null
  taken: { step: number; bytes: number }[]
}

/** What a server knows of the attempt that it carries out; it may be wrong. */
export interface Attempted {
  position: number
  attempt: number
  isOver: boolean
}

interface Request {
  position: number
  attempt: number
  mayRepeat: boolean
  /** The server has told what became of it. */
  isKnown: boolean
}

export class Course {
  readonly graph: Graph
  readonly rules: Rules
  readonly requests: Request[] = []
  /** Of all servers, in the order of their begin. */
  readonly attempts: Attempted[] = []
  readonly seen = new Map<string, number>()
  now = 1_800_000_000_000
  state: ExecutionState
  readonly #reference: Reference
  readonly #visits = new Map<number, VisitWrite>()
  readonly #told: Told[] = []
  #change: Change
  #ending: Ending | null = null

  constructor(graph: Graph, birth: Birth) {
    this.graph = graph
    this.rules = { graph, limits }
    const ids = [...graph.steps.keys()]
    const idOf = (index: number) => ids[index % ids.length]!
    const taken = birth.taken.map(({ step, bytes }) => ({ step: idOf(step), bytes }))
    this.#change = acceptExecution(this.#acceptance(birth, idOf, taken))
    this.state = this.#change.state
    const { isSync, inLine } = birth
    const lastStep = birth.lastStep === null ? null : idOf(birth.lastStep)
    const entry = idOf(birth.entry)
    this.#reference = new Reference(plainOf(graph), { at: this.now, isSync, inLine, entry, lastStep, taken })
    taken.forEach(({ step }, index) => this.#visits.set(index + 1, copiedVisit(index, step, taken, this.now)))
    this.#write(this.#change)
    this.compare()
  }

  #acceptance(birth: Birth, idOf: (index: number) => string, taken: { step: string; bytes: number }[]): Acceptance {
    const tally = new Map(
      taken.map(({ step, bytes }, index) => [step, { visits: visitOf(taken, index), position: index + 1, bytes }]),
    )
    return {
      at: this.now,
      mode: birth.isSync ? 'sync' : 'async',
      entry: idOf(birth.entry),
      is_admitted: !birth.inLine,
      stop_after: birth.lastStep === null ? null : idOf(birth.lastStep),
      copied: taken.length === 0 ? null : { visits: taken.length, tally },
    }
  }

  /** Gives the event to both. Returns the word for what became of it. */
  take(event: ExecutionEvent): string {
    const before = this.state
    const reduced = reduce(this.rules, before, event)
    const word = isRefused(reduced) ? reduced.refused : 'ok'
    const said = this.#reference.take({ ...event, what: event.type } as Incident)
    assert.equal(word, said, `of ${event.type}`)
    const key = `${event.type} in ${before.phase}: ${word}`
    this.seen.set(key, (this.seen.get(key) ?? 0) + 1)
    if (isRefused(reduced)) {
      if (reduced.refused === 'early') assert.ok(reduced.until > event.at)
      return word
    }
    this.state = reduced.state
    this.#change = reduced
    this.#write(reduced)
    this.compare()
    const { effect } = reduced
    if (event.type === 'begun' && effect.do === 'attempt') this.attempts.push({ ...effect, isOver: false })
    return word
  }

  /** The server sends a request if it is allowed to. */
  send({ position, attempt }: Attempted, mayRepeat: boolean): void {
    const { effect } = this.#change
    const isAllowed = effect.do === 'attempt' && effect.position === position && effect.attempt === attempt
    assert.equal(
      isAllowed,
      this.#reference.next() === `attempt ${position}.${attempt}`,
      'whether a request may be sent',
    )
    if (!isAllowed) return
    const earlier = this.requests.filter((request) => request.position === position && !request.mayRepeat)
    assert.ok(
      earlier.every(({ isKnown }) => isKnown),
      'a request whose outcome is unknown is repeated',
    )
    this.requests.push({ position, attempt, mayRepeat, isKnown: false })
  }

  /** The answer of a request was stored. */
  noteAnswer({ position, attempt }: Attempted): void {
    for (const request of this.requests) {
      if (request.position === position && request.attempt === attempt) request.isKnown = true
    }
  }

  #write({ visits, told, effect }: Change): void {
    for (const visit of visits) this.#visits.set(visit.position, { ...this.#visits.get(visit.position), ...visit })
    this.#told.push(...told)
    if (effect.do === 'end') this.#ending = effect
  }

  compare(): void {
    const { state } = this
    const reference = this.#reference
    const fate = reference.fate()
    assert.equal(statusOfPhase[state.phase].execution, reference.status())
    assert.equal(this.#next(), reference.next())
    assert.deepEqual([...this.#visits.values()].map(shown), reference.visits())
    assert.deepEqual(
      this.#told.map(({ type }) => type),
      reference.told,
    )
    assert.deepEqual(
      this.#told.map(({ number }) => number),
      this.#told.map((_told, index) => index + 1),
    )
    assert.deepEqual(this.#context(), reference.context())
    assert.equal(this.#ending === null, fate === null)
    if (!fate) return
    const { status, output, error, cancel_reason } = this.#ending!
    const ended = { status, output, fault: error?.code ?? null, at_step: error?.step_id ?? null, reason: cancel_reason }
    assert.deepEqual(ended, fate)
  }

  #next(): string {
    const { effect } = this.#change
    if (effect.do === 'attempt') return `attempt ${effect.position}.${effect.attempt}`
    return effect.do === 'wait' ? `wait until ${effect.until}` : effect.do
  }

  /** As the run that carries out the next visit would see it. */
  #context() {
    const entries = [...this.state.tally].filter(([, { position }]) => position !== null)
    return Object.fromEntries(
      entries.map(([step, { position, bytes }]) => [
        step,
        { output: this.#visits.get(position!)!.output ?? null, bytes },
      ]),
    )
  }

  /** W2 to W4, without the reference. */
  checkInvariants(): void {
    const visits = [...this.#visits.values()]
    const open = visits.filter(({ finished_at }) => finished_at === null)
    assert.equal(open.length, isFinal(this.state) ? 0 : 1)
    assert.deepEqual(
      visits.map(({ position }) => position),
      visits.map((_visit, index) => index + 1),
    )
    assert.equal(this.state.events, this.#told.length)
    if (open.length === 1) assert.equal(open[0]!.status, statusOfPhase[this.state.phase].visit)
  }
}

const visitOf = (taken: { step: string }[], index: number) =>
  taken.slice(0, index + 1).filter(({ step }) => step === taken[index]!.step).length

function copiedVisit(index: number, step_id: string, taken: { step: string; bytes: number }[], at: number): VisitWrite {
  return {
    position: index + 1,
    step_id,
    visit: visitOf(taken, index),
    status: 'success',
    branch: null,
    error: null,
    attempts: [],
    lost: 0,
    is_sent: false,
    started_at: at,
    finished_at: at,
    until: null,
    is_resumable: false,
    bytes: taken[index]!.bytes,
  }
}

function shown(visit: VisitWrite) {
  return {
    position: visit.position,
    step: visit.step_id,
    visit: visit.visit,
    status: visit.status,
    begun: visit.started_at,
    over: visit.finished_at,
    fault: visit.error?.code ?? null,
    branch: visit.branch,
    output: visit.output ?? null,
    attempts: visit.attempts.map(({ started_at, finished_at, error }) => [
      started_at,
      finished_at,
      error?.code ?? null,
    ]),
  }
}
