// What the specification says about an execution, without any code of the machine: it keeps a diary of all that happened and
// works everything out from it again each time. Slow and simple.

export interface PlainStep {
  kind: string
  ways: Record<string, string>
  retry: PlainRetry | null
  most_visits: number | null
}

interface PlainRetry {
  max_attempts: number
  backoff_seconds: number
  factor: number
  max_backoff_seconds: number
}

export interface PlainWorkflow {
  steps: Record<string, PlainStep>
  retry: PlainRetry | null
  max_steps: number
  timeout_ms: number
  bounds: { output: number; context: number; losses: number; sync_ms: number; queued_ms: number; age_ms: number }
}

interface Try {
  from: number
  to: number | null
  /** Null: it went well, or is under way. */
  fault: string | null
  isLost: boolean
  isSent: boolean
}

interface Entry {
  step: string
  begun: number | null
  over: number | null
  end: 'success' | 'failed' | 'cancelled' | null
  tries: Try[]
  fault: string | null
  branch: string | null
  output: unknown
  bytes: number
  /** When the pause between two tries, or the wait, is over. */
  pause: { kind: 'backoff' | 'wait'; until: number; canResume: boolean } | null
}

type Fate = {
  status: 'success' | 'failed' | 'cancelled'
  output: unknown
  fault: string | null
  at_step: string | null
  reason: string | null
}

export type Incident = { at: number; what: string; [detail: string]: unknown }

interface Birth {
  at: number
  isSync: boolean
  entry: string
  inLine: boolean
  lastStep: string | null
  taken: { step: string; bytes: number }[]
}

export class Reference {
  readonly #flow: PlainWorkflow
  readonly #birth: Birth
  readonly #diary: Entry[]
  #inLine: boolean
  #fate: Fate | null = null
  readonly told: string[] = ['workflow_execution.queued']

  constructor(flow: PlainWorkflow, birth: Birth) {
    this.#flow = flow
    this.#birth = birth
    this.#inLine = birth.inLine
    this.#diary = birth.taken.map(({ step, bytes }) => ({
      ...this.#blank(step),
      begun: birth.at,
      over: birth.at,
      end: 'success' as const,
      bytes,
    }))
    this.#diary.push(this.#blank(birth.entry))
  }

  #blank(step: string): Entry {
    return {
      step,
      begun: null,
      over: null,
      end: null,
      tries: [],
      fault: null,
      branch: null,
      output: null,
      bytes: 0,
      pause: null,
    }
  }

  get #open(): Entry {
    return this.#diary.at(-1)!
  }

  get #step(): PlainStep {
    return this.#flow.steps[this.#open.step]!
  }

  get #isFresh(): boolean {
    return this.#diary.slice(this.#birth.taken.length).every(({ begun }) => begun === null)
  }

  /** `ok`, or the word for the refusal. */
  take(incident: Incident): string {
    const { at, what } = incident
    if (this.#fate) return what === 'resumed' ? 'not_waiting' : 'final'
    const running = this.#open.tries.at(-1)
    const isTrying = running !== undefined && running.to === null
    const concerns =
      isTrying && incident.position === this.#diary.length && incident.attempt === this.#open.tries.length
    switch (what) {
      case 'admitted':
        if (!this.#inLine) return 'stale'
        this.#inLine = false
        return 'ok'
      case 'begun':
        return this.#takeUp(at, isTrying ? running : null)
      case 'prepared':
        return concerns ? 'ok' : 'stale'
      case 'effect_sent':
        if (!concerns || running.isSent) return 'stale'
        running.isSent = true
        return 'ok'
      case 'result':
      case 'failed':
        if (!concerns) return 'stale'
        this.#hear(incident, running)
        return 'ok'
      case 'waits':
        if (!concerns) return 'stale'
        this.#pause(incident, running)
        return 'ok'
      case 'due':
        return this.#ring(at)
      case 'resumed':
        if (this.#open.pause?.kind !== 'wait' || !this.#open.pause.canResume) return 'not_waiting'
        this.#told('workflow_execution.resumed')
        this.#wake(at, incident.data, incident.bytes as number)
        return 'ok'
      default:
        return this.#stop(incident)
    }
  }

  #stop({ at, what, reason }: Incident): string {
    if (what === 'cancelled') {
      this.#close(at, 'cancelled', null)
      this.#settle({ status: 'cancelled', output: null, fault: null, at_step: null, reason: reason as string })
      return 'ok'
    }
    if (what === 'timed_out') {
      if (at < this.#end()) return 'early'
      this.#collapse(at, 'timed_out')
      return 'ok'
    }
    if (what === 'not_started') {
      if (!this.#isFresh) return 'stale'
      if (at < this.#birth.at + this.#flow.bounds.queued_ms) return 'early'
      this.#collapse(at, 'not_started')
      return 'ok'
    }
    this.#collapse(at, 'internal')
    return 'ok'
  }

  /** A server begins, goes on, or comes after a crash. */
  #takeUp(at: number, lost: Try | null): string {
    const entry = this.#open
    if (this.#inLine || entry.pause?.kind === 'wait') return 'stale'
    if (lost?.isSent) {
      this.#failVisit(at, 'unknown_outcome')
      return 'ok'
    }
    if (at >= this.#end()) {
      this.#collapse(at, 'timed_out')
      return 'ok'
    }
    if (lost) {
      lost.isLost = true
      if (entry.tries.filter(({ isLost }) => isLost).length >= this.#flow.bounds.losses) {
        this.#failVisit(at, 'internal')
        return 'ok'
      }
      lost.to = at
      lost.fault = 'internal'
    } else if (entry.pause) {
      if (at < entry.pause.until) return 'early'
      entry.pause = null
    } else {
      if (this.#isFresh) this.#told('workflow_execution.started')
      entry.begun = at
      const reached = this.#diary.filter(({ step }) => step === entry.step).length
      if (this.#step.most_visits !== null && reached > this.#step.most_visits) {
        this.#failVisit(at, 'loop_limit')
        return 'ok'
      }
    }
    entry.tries.push({ from: at, to: null, fault: null, isLost: false, isSent: false })
    this.#told('workflow_step.started')
    return 'ok'
  }

  /** An attempt has an answer or a failure. */
  #hear(incident: Incident, current: Try): void {
    const { at, what, cause, chance } = incident
    const hint =
      what === 'result' ? (incident.retry as { error: { code: string }; after_ms: number | null } | null) : null
    const fault = what === 'result' ? hint?.error.code : (incident.error as { code: string }).code
    const after = what === 'result' ? (hint?.after_ms ?? null) : (incident.after_ms as number | null)
    const helps = what === 'result' ? hint !== null : cause === 'transient' || (cause === 'unclear' && !current.isSent)
    if (helps) {
      const pause = this.#backoff(after, chance as number)
      if (pause !== null && at + pause < this.#end()) {
        current.to = at
        current.fault = fault!
        this.#open.fault = fault!
        this.#open.pause = { kind: 'backoff', until: at + pause, canResume: false }
        this.#told('workflow_step.retrying')
        return
      }
    }
    if (what === 'failed') this.#failVisit(at, fault!)
    else this.#passVisit(at, incident.output, incident.bytes as number, incident.branch as string | null)
  }

  /** Null: no more attempts. */
  #backoff(after: number | null, chance: number): number | null {
    const rule = this.#step.retry ?? (this.#birth.isSync ? null : this.#flow.retry)
    const counted = this.#open.tries.filter(({ isLost }) => !isLost).length
    if (!rule || counted >= rule.max_attempts) return null
    let seconds = rule.backoff_seconds
    for (let n = 1; n < counted; n += 1) seconds *= rule.factor
    if (seconds > rule.max_backoff_seconds) seconds = rule.max_backoff_seconds
    let ms = seconds * 1000 * (1 + 0.2 * chance)
    if (after !== null && after > ms) ms = after
    if (ms > rule.max_backoff_seconds * 1000) ms = rule.max_backoff_seconds * 1000
    return Math.ceil(ms)
  }

  #pause({ at, until, is_resumable }: Incident, current: Try): void {
    if ((until as number) <= at) return this.#wake(at, undefined, 0)
    if (this.#birth.isSync && (until as number) > this.#end()) return this.#collapse(at, 'timed_out')
    current.to = at
    this.#open.pause = { kind: 'wait', until: until as number, canResume: is_resumable as boolean }
    this.#told('workflow_execution.waiting')
  }

  #ring(at: number): string {
    const { pause } = this.#open
    if (pause?.kind !== 'wait') return 'stale'
    if (at >= pause.until) {
      this.#told('workflow_execution.resumed')
      this.#wake(at, undefined, 0)
      return 'ok'
    }
    if (at < this.#end()) return 'early'
    this.#collapse(at, 'timed_out')
    return 'ok'
  }

  #wake(at: number, data: unknown, bytes: number): void {
    const output = { waited_seconds: (at - this.#open.begun!) / 1000, resumed: data !== undefined, data: data ?? null }
    this.#passVisit(at, output, bytes + 64, null)
  }

  #passVisit(at: number, output: unknown, bytes: number, branch: string | null): void {
    const { bounds } = this.#flow
    if (bytes > bounds.output) return this.#failVisit(at, 'output_too_large')
    const others = Object.entries(this.context()).filter(([step]) => step !== this.#open.step)
    const sum = others.reduce((total, [, entry]) => total + entry.bytes, bytes)
    if (sum > bounds.context) return this.#failVisit(at, 'context_too_large')
    const left = this.#step
    this.#close(at, 'success', null)
    Object.assign(this.#open, { output, bytes, branch })
    this.#told('workflow_step.completed')
    const isLast = left.kind === 'output' || this.#open.step === this.#birth.lastStep
    const way = left.ways[branch ?? 'default']
    if (!isLast && way !== undefined) return this.#enter(at, way)
    this.#settle({ status: 'success', output: isLast ? output : {}, fault: null, at_step: null, reason: null })
  }

  #failVisit(at: number, fault: string): void {
    const left = this.#step
    this.#close(at, 'failed', fault)
    this.#told('workflow_step.failed')
    if (left.ways.error !== undefined && this.#open.step !== this.#birth.lastStep)
      return this.#enter(at, left.ways.error)
    this.#settle({ status: 'failed', output: null, fault, at_step: this.#open.step, reason: null })
  }

  #enter(at: number, step: string): void {
    const bounds = this.#flow
    const refuse = (fault: string) =>
      this.#settle({ status: 'failed', output: null, fault, at_step: step, reason: null })
    if (this.#diary.length >= bounds.max_steps) return refuse('step_limit')
    if (at >= this.#oldest() || this.#worked() >= bounds.timeout_ms) return refuse('timed_out')
    this.#diary.push(this.#blank(step))
  }

  /** The whole execution fails where it stands. */
  #collapse(at: number, fault: string): void {
    const { begun, step } = this.#open
    this.#close(at, begun === null ? 'cancelled' : 'failed', begun === null ? null : fault)
    if (begun !== null) this.#told('workflow_step.failed')
    this.#settle({ status: 'failed', output: null, fault, at_step: step, reason: null })
  }

  #close(at: number, end: Entry['end'], fault: string | null): void {
    const entry = this.#open
    const current = entry.tries.at(-1)
    if (current?.to === null) Object.assign(current, { to: at, fault })
    Object.assign(entry, { over: at, end, fault, pause: null })
  }

  #settle(fate: Fate): void {
    this.#fate = fate
    const word = { success: 'completed', failed: 'failed', cancelled: 'cancelled' }[fate.status]
    this.#told(`workflow_execution.${word}`)
  }

  #told(type: string): void {
    this.told.push(type)
  }

  #oldest(): number {
    const { sync_ms, age_ms } = this.#flow.bounds
    return this.#birth.at + (this.#birth.isSync && sync_ms < age_ms ? sync_ms : age_ms)
  }

  /** Time that counts, of visits that are over. */
  #worked(): number {
    const own = this.#diary.slice(this.#birth.taken.length)
    return own
      .filter(({ step, begun, over }) => this.#flow.steps[step]!.kind !== 'wait' && begun !== null && over !== null)
      .reduce((sum, { begun, over }) => sum + over! - begun!, 0)
  }

  /** When its time is over. */
  #end(): number {
    const { begun, step } = this.#open
    if (begun === null || this.#flow.steps[step]!.kind === 'wait') return this.#oldest()
    return Math.min(this.#oldest(), begun + this.#flow.timeout_ms - this.#worked())
  }

  context(): Record<string, { output: unknown; bytes: number }> {
    const entries = new Map<string, { output: unknown; bytes: number }>()
    for (const { step, begun, end, output, bytes } of this.#diary) {
      if (begun !== null && end !== null) entries.set(step, { output, bytes })
    }
    return Object.fromEntries(entries)
  }

  status(): string {
    if (this.#fate) return this.#fate.status
    if (this.#isFresh) return 'queued'
    return this.#open.pause?.kind === 'wait' ? 'waiting' : 'running'
  }

  /** What has to happen next, and who has to see to it. */
  next(): string {
    if (this.#fate) return 'end'
    if (this.#inLine) return 'stand_in_line'
    const { pause, tries } = this.#open
    if (pause) return `wait until ${pause.kind === 'wait' ? Math.min(pause.until, this.#end()) : pause.until}`
    return tries.length > 0 ? `attempt ${this.#diary.length}.${tries.length}` : 'begin'
  }

  visits() {
    return this.#diary.map(({ step, end, begun, over, tries, fault, branch, output, pause }, index) => ({
      position: index + 1,
      step,
      visit: this.#diary.slice(0, index + 1).filter((other) => other.step === step).length,
      status:
        end ?? (pause ? (pause.kind === 'wait' ? 'waiting' : 'retrying') : tries.length > 0 ? 'running' : 'ready'),
      begun,
      over,
      fault: end === null && pause?.kind !== 'backoff' ? null : fault,
      branch,
      output,
      attempts: tries.map(({ from, to, fault: why }) => [from, to, why]),
    }))
  }

  fate = () => this.#fate
}
