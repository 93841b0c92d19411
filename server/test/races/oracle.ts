// The outcome of deeds that are done one after another, derived from the specification alone: it shares no code with the
// server.
import type { ConcurrencyRule, TurnOutcome } from '@parley/contract'
import { type Answer, type SceneOptions, said } from './scene.ts'
import type { Deed } from './sides.ts'

interface Turn {
  messages: string[]
  rule: ConcurrencyRule
  status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled'
  outcome: TurnOutcome | null
  attempts: number
  /** What its attempt has said in the step; null: it was restarted, and says everything at the end. */
  said: string | null
  /** Said beside the calls of a finished step. */
  earlier: string
  /** A tool was called and has not answered. */
  isCalling: boolean
  reply: string | null
}

/** The final state of a conversation. */
export interface Outcome {
  status: string
  /** As `kind: text`. */
  items: string[]
  turns: { status: string; outcome: string | null; attempts: number }[]
  notes: string[]
}

/** What a caller may be answered: one of these. */
export type Answers = (Answer | null)[]

type OracleOptions = Pick<SceneOptions, 'has_failed_message' | 'course'> & { isEndingKnown: boolean }

const isOpen = ({ status }: Turn) => status === 'queued' || status === 'running'
const statusOf: Record<TurnOutcome, Turn['status']> = {
  reply: 'completed',
  model_error: 'failed',
  timed_out: 'failed',
  step_limit: 'failed',
  attempts_exhausted: 'failed',
  budget_exceeded: 'failed',
  conversation_ended: 'cancelled',
  cancelled_by_caller: 'cancelled',
  superseded: 'cancelled',
  taken_over: 'cancelled',
  for_person: 'completed',
}
const refused = (status: number, code: string, stored = false): Answer => ({ status, code, stored })
const gone = refused(404, 'not_found')

export class Oracle {
  #status = 'in_progress'
  #isEnding = false
  #isDeleted = false
  readonly #items: Outcome['items'] = []
  readonly #turns: Turn[] = []
  readonly #notes: string[] = []
  readonly #hello: Turn

  readonly #isEndingKnown: boolean

  /** `isEndingKnown`: a deed after `finish` knows of it before it acts. */
  constructor({ has_failed_message, course, isEndingKnown }: OracleOptions) {
    this.#isEndingKnown = isEndingKnown
    if (has_failed_message) {
      this.#say('user', 'Old')
      this.#turns.push({ ...this.#newTurn('queue', 'Old'), attempts: 1, status: 'failed', outcome: 'model_error' })
    }
    this.#say('user', 'Hello')
    this.#hello = { ...this.#newTurn('queue', 'Hello'), status: 'running', attempts: 1, said }
    this.#turns.push(this.#hello)
    if (course === 'tool result') this.#callTool()
  }

  /** Does the deed; returns the possible answers of its caller once everything is over. */
  do(deed: Deed, text: string): () => Answers {
    switch (deed) {
      case 'message queue':
      case 'message merge':
      case 'message interrupt':
      case 'message reject':
        return this.#message(deed.split(' ')[1] as ConcurrencyRule, text)
      case 'retry':
        return this.#retry()
      case 'end cut':
      case 'end finish':
        return this.#end(deed === 'end cut' ? 'cut' : 'finish')
      case 'cancel':
        return this.#cancel()
      case 'delete':
        return this.#delete()
      case 'update':
        return this.#update(text)
      case 'lease loss':
        return this.#loseLease()
      case 'finish':
        if (this.#isFirstAttempt()) this.#reply(this.#hello)
        return () => [null]
      case 'step':
        if (this.#isFirstAttempt()) this.#callTool()
        return () => [null]
      case 'tool result':
        if (this.#isFirstAttempt()) this.#answerTool(this.#hello, 'result')
        return () => [null]
    }
  }

  /** The model answers everything to the end. */
  settle(): void {
    for (;;) {
      const running = this.#turns.find(({ status }) => status === 'running')
      if (!running) return
      this.#reply(running)
    }
  }

  /** The answer to the sender of the first message. */
  hello(): Answers {
    return this.#answerOf(this.#hello)
  }

  outcome(): Outcome | 'deleted' {
    if (this.#isDeleted) return 'deleted'
    const turns = this.#turns.map(({ status, outcome, attempts }) => ({ status, outcome, attempts }))
    return { status: this.#status, items: this.#items, turns, notes: this.#notes.toSorted() }
  }

  #newTurn(rule: ConcurrencyRule, message: string): Turn {
    const never = {
      status: 'queued' as const,
      outcome: null,
      attempts: 0,
      said: null,
      reply: null,
      earlier: '',
      isCalling: false,
    }
    return { ...never, rule, messages: [message] }
  }

  #say(role: 'user' | 'assistant', text: string, interrupted = false): void {
    this.#items.push(`${role}${interrupted ? ', interrupted' : ''}: ${text}`)
  }

  #isFirstAttempt = () => this.#hello.status === 'running' && this.#hello.said !== null

  #callTool(): void {
    const turn = this.#hello
    this.#say('assistant', turn.said!)
    this.#items.push('call: look')
    Object.assign(turn, { earlier: turn.said, said: '', isCalling: true })
  }

  #answerTool(turn: Turn, kind: 'result' | 'error'): void {
    if (turn.isCalling) this.#items.push(`${kind}: look`)
    turn.isCalling = false
  }

  #openTurns = () => this.#turns.filter(isOpen)

  #start(turn: Turn): void {
    turn.status = 'running'
    turn.attempts += 1
  }

  #conclude(turn: Turn, outcome: TurnOutcome): void {
    turn.status = statusOf[outcome]
    turn.outcome = outcome
  }

  #reply(turn: Turn): void {
    this.#answerTool(turn, 'result')
    const text = turn.said || `Re: ${turn.messages.at(-1)}`
    this.#say('assistant', text)
    turn.reply = turn.earlier + text
    this.#conclude(turn, 'reply')
    this.#goOn()
  }

  #goOn(): void {
    const open = this.#openTurns()
    if (open.length === 0 && this.#isEnding) this.#status = 'completed'
    if (open[0]?.status === 'queued') this.#start(open[0])
  }

  #cutOff(turns: Turn[], outcome: TurnOutcome): void {
    for (const turn of turns) {
      this.#answerTool(turn, 'error')
      if (turn.said) this.#say('assistant', turn.said, true)
      this.#conclude(turn, outcome)
    }
  }

  #message(rule: ConcurrencyRule, text: string): () => Answers {
    if (this.#isDeleted) return () => [gone]
    if (this.#status !== 'in_progress') return () => [refused(409, 'conversation_not_active')]
    if (this.#isEnding) {
      // It was to replace the running turn, which was stopped for it and now starts again.
      if (rule === 'interrupt' && !this.#isEndingKnown) this.#hello.said = null
      return () => [refused(409, 'conversation_ending')]
    }
    const open = this.#openTurns()
    if (rule === 'reject' && open.length > 0) return () => [refused(409, 'turn_in_progress')]
    if (rule === 'interrupt') this.#cutOff(open, 'superseded')
    const last = open.at(-1)
    this.#say('user', text)
    if (rule === 'merge' && last?.status === 'queued' && last.rule === 'merge') {
      last.messages.push(text)
      return () => this.#answerOf(last)
    }
    return this.#takeUp(this.#newTurn(rule, text))
  }

  #takeUp(turn: Turn): () => Answers {
    if (this.#openTurns().length === 0) this.#start(turn)
    this.#turns.push(turn)
    return () => this.#answerOf(turn)
  }

  #retry(): () => Answers {
    if (this.#isDeleted) return () => [gone]
    const newest = this.#turns.findLast(({ messages }) => messages[0] === 'Old')!
    const canRetry = newest.status === 'failed' && this.#status === 'in_progress' && !this.#isEnding
    return canRetry ? this.#takeUp(this.#newTurn('queue', 'Old')) : () => this.#answerOf(newest)
  }

  #answerOf(turn: Turn): Answers {
    const ended = refused(409, 'conversation_ended', true)
    if (this.#isDeleted && turn.outcome === null) return [ended]
    const answer = this.#answerOfOutcome(turn)
    // It may have been read before or after the content was removed.
    return this.#isDeleted ? [answer, ended, gone] : [answer]
  }

  #answerOfOutcome(turn: Turn): Answer {
    switch (turn.outcome) {
      case 'reply':
        return { reply: turn.reply }
      case 'conversation_ended':
        return refused(409, 'conversation_ended', true)
      case 'cancelled_by_caller':
        return refused(409, 'turn_cancelled', true)
      case 'superseded':
        return refused(409, 'turn_superseded', true)
      default:
        return refused(502, 'turn_failed', true)
    }
  }

  #end(mode: 'cut' | 'finish'): () => Answers {
    const wasDeleted = this.#isDeleted
    const open = this.#openTurns()
    if (!wasDeleted && this.#status === 'in_progress') {
      if (mode === 'finish' && open.length > 0) this.#isEnding = true
      else {
        this.#cutOff(open, 'conversation_ended')
        this.#status = 'completed'
      }
    }
    return () => this.#unlessGone(wasDeleted, { status: 'completed' })
  }

  #cancel(): () => Answers {
    const wasDeleted = this.#isDeleted
    if (!wasDeleted && isOpen(this.#hello)) {
      this.#cutOff([this.#hello], 'cancelled_by_caller')
      this.#goOn()
    }
    return () => this.#unlessGone(wasDeleted, { status: this.#hello.status, outcome: this.#hello.outcome })
  }

  #delete(): () => Answers {
    const wasDeleted = this.#isDeleted
    if (!wasDeleted && this.#status === 'in_progress') {
      this.#cutOff(this.#openTurns(), 'conversation_ended')
      this.#status = 'completed'
    }
    this.#isDeleted = true
    return () => [wasDeleted ? gone : { deleted: true }]
  }

  #update(text: string): () => Answers {
    const wasDeleted = this.#isDeleted
    if (!wasDeleted) this.#notes.push(text)
    return () => this.#unlessGone(wasDeleted, { noted: true })
  }

  #loseLease(): () => Answers {
    if (this.#hello.status === 'running' && this.#hello.attempts === 1) {
      this.#start(this.#hello)
      this.#hello.said = null
    }
    return () => [null]
  }

  /** The answer to a commit is read after it: a conversation that is deleted meanwhile may be gone by then. */
  #unlessGone(wasDeleted: boolean, answer: Answer): Answers {
    if (wasDeleted) return [gone]
    return this.#isDeleted ? [answer, gone] : [answer]
  }
}
