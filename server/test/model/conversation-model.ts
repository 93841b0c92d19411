// A conversation as its callers see it, as a separate state machine: written from the specification of turns and of ending
// only. It knows no database, no lease and no process beyond "the one that runs the turn is alive".
import type { ConcurrencyRule, TurnOutcome, TurnStatus } from '@parley/contract'

/** Messages that may wait at once and steps with tools of one turn, as the test configures them; attempts at one turn. */
export const max_waiting = 3
export const max_tool_steps = 2
const max_attempts = 3

/** A call of `once` must not be repeated if its outcome is unknown; one of `again` may be. */
export type ToolName = 'once' | 'again'

export interface ModelTurn {
  status: TurnStatus
  outcome: TurnOutcome | null
  /** Null for a turn that tries again. */
  rule: ConcurrencyRule | null
  attempts: number
  /** The turn that its messages came with: itself, or the failed one that it tries again. */
  messages_of: number
  /** The text so far of the running attempt. */
  said: string
  /** Of a running turn: whether a living node carries it out. */
  attempt: 'none' | 'alive' | 'lost'
  /** Any node that sweeps may take it over. */
  lease_expired: boolean
  past_deadline: boolean
  /** Finished steps, each with tool calls. */
  steps: number
  /** Calls that have no result yet. */
  pending: ModelCallItem[]
}

interface ModelMessageItem {
  type: 'message'
  role: 'user' | 'assistant'
  text: string
  interrupted: boolean
  turn: number
}

interface ModelCallItem {
  type: 'function_call'
  call: string
  tool: ToolName
  turn: number
}

/** `word`: the tool's answer; null: an error, whatever its text. */
interface ModelResultItem {
  type: 'function_call_output'
  call: string
  word: string | null
  turn: number
}

export type ModelItem = ModelMessageItem | ModelCallItem | ModelResultItem

/** The final answer of a call. Turns are named by their place. */
export type Answer =
  | { status: 200; turn: number; reply: string; tool_calls: { call: string; tool: ToolName; word: string | null }[] }
  | { status: 200; end: 'completed' }
  | { status: number; code: string; turn?: number; running_turn?: number }

/** What is known right after a call was made: its answer, or what it waits for. */
export type Outcome = { replayed?: boolean } & ({ answer: Answer } | { turn: number } | { end: true })

export interface MessageRequest {
  text: string
  rule: ConcurrencyRule
  key: string | null
  client_id: string | null
}

export interface EndRequest {
  mode: 'cut' | 'finish'
  reason: string
  key: string | null
}

const refused = (status: number, code: string, fields: { turn?: number; running_turn?: number } = {}): Outcome => ({
  answer: { status, code, ...fields },
})

export class ConversationModel {
  status: 'in_progress' | 'completed' = 'in_progress'
  /** Set by `finish`: the reason that the end will have. */
  ending: string | null = null
  end_reason: string | null = null
  readonly turns: ModelTurn[] = []
  readonly items: ModelItem[] = []
  /** How often a model has been called for this conversation so far. */
  asked = 0
  /** The number of calls to a tool's server so far. */
  tools_asked = 0
  readonly message_keys = new Map<string, { text: string; turn: number }>()
  /** The turn that each message with an id of the client's own came with. */
  readonly client_ids = new Map<string, number>()
  readonly end_keys = new Map<string, EndRequest>()

  get open(): number[] {
    return this.turns.flatMap(({ outcome }, index) => (outcome === null ? [index] : []))
  }

  get running(): ModelTurn | null {
    return this.turns.find(({ status }) => status === 'running') ?? null
  }

  messagesOf(turn: number): string[] {
    const { messages_of } = this.turns[turn]!
    return this.#messages
      .filter(({ role, turn: owner }) => role === 'user' && owner === messages_of)
      .map(({ text }) => text)
  }

  // Calls

  sendMessage(request: MessageRequest): Outcome {
    const earlier = request.key === null ? undefined : this.message_keys.get(request.key)
    if (earlier) return earlier.text === request.text ? this.#sendAgain(request, earlier.turn) : keyReused
    if (request.key !== null && this.end_keys.has(request.key)) return keyReused
    const stored = request.client_id === null ? undefined : this.client_ids.get(request.client_id)
    if (stored !== undefined) return refused(409, 'message_stored', { turn: stored })
    const outcome = this.#sendFirst(request)
    if (request.client_id !== null && 'turn' in outcome) this.client_ids.set(request.client_id, outcome.turn)
    if (request.key !== null && 'turn' in outcome)
      this.message_keys.set(request.key, { text: request.text, turn: outcome.turn })
    return outcome
  }

  #sendFirst({ text, rule }: MessageRequest): Outcome {
    if (this.status === 'completed') return refused(409, 'conversation_not_active')
    if (this.ending !== null) return refused(409, 'conversation_ending')
    const [first] = this.open
    const last = this.open.at(-1)
    if (first === undefined || last === undefined) return this.#accept(text, rule, true)
    switch (rule) {
      case 'reject':
        return refused(409, 'turn_in_progress', { running_turn: first })
      case 'interrupt':
        this.#cancelAll('superseded')
        return this.#accept(text, rule, true)
      case 'merge':
      case 'queue': {
        if (this.#waitingMessages >= max_waiting) return refused(429, 'too_many_waiting_turns')
        const waiting = this.turns[last]!
        if (rule === 'queue' || waiting.status !== 'queued' || waiting.rule !== 'merge')
          return this.#accept(text, rule, false)
        this.#say('user', text, last)
        return { turn: last }
      }
    }
  }

  /** The same message again: one answer, and a new turn only if the newest failed. */
  #sendAgain({ rule }: MessageRequest, first: number): Outcome {
    const newest = this.turns.findLastIndex(({ messages_of }) => messages_of === first)
    if (this.turns[newest]!.status !== 'failed') return { turn: newest, replayed: true }
    const isOpen = this.status === 'in_progress' && this.ending === null
    const isFull = this.#waitingMessages >= max_waiting
    if (!isOpen || isFull || (rule === 'reject' && this.open.length > 0)) return { turn: newest, replayed: true }
    return { turn: this.#addTurn(null, first, this.open.length === 0) }
  }

  end(request: EndRequest): Outcome {
    const earlier = request.key === null ? undefined : this.end_keys.get(request.key)
    const isSame = earlier && earlier.mode === request.mode && earlier.reason === request.reason
    if (earlier && !isSame) return keyReused
    if (request.key !== null && this.message_keys.has(request.key)) return keyReused
    if (request.key !== null) this.end_keys.set(request.key, request)
    if (this.status === 'completed') return { end: true }
    if (request.mode === 'finish' && this.open.length > 0) {
      this.ending ??= request.reason
      return { end: true }
    }
    this.#cancelAll('conversation_ended')
    this.#complete(request.reason)
    return { end: true }
  }

  cancel(turn: number): void {
    const { status } = this.turns[turn]!
    if (status !== 'running' && status !== 'queued') return
    this.#cancel(turn, 'cancelled_by_caller')
    this.#goOn()
  }

  /** Null while the call has to wait. */
  answerOf(outcome: Outcome): Answer | null {
    if ('answer' in outcome) return outcome.answer
    if ('end' in outcome) return this.status === 'completed' ? { status: 200, end: 'completed' } : null
    const { turn } = outcome
    switch (this.turns[turn]!.outcome) {
      case null:
        return null
      case 'reply':
        return { status: 200, turn, reply: this.#replyOf(turn), tool_calls: this.#callsOf(turn) }
      case 'timed_out':
        return { status: 504, code: 'turn_failed', turn }
      case 'conversation_ended':
        return { status: 409, code: 'conversation_ended', turn }
      case 'cancelled_by_caller':
        return { status: 409, code: 'turn_cancelled', turn }
      case 'superseded':
        return { status: 409, code: 'turn_superseded', turn }
      case 'taken_over':
        return { status: 409, code: 'turn_taken_over', turn }
      case 'for_person':
        return { status: 200, turn, reply: '', tool_calls: [] }
      case 'model_error':
      case 'step_limit':
      case 'attempts_exhausted':
      case 'budget_exceeded':
        return { status: 502, code: 'turn_failed', turn }
    }
  }

  // What happens to the running attempt

  say(text: string): void {
    this.running!.said += text
  }

  finish(): void {
    const turn = this.turns.indexOf(this.running!)
    const { said } = this.running!
    if (said === '' && !this.#hasSpoken(turn)) return this.fail('model_error')
    if (said !== '') this.#say('assistant', said, turn)
    this.#close(turn, 'completed', 'reply')
    this.#goOn()
  }

  /** In an earlier step, of any attempt. */
  #hasSpoken(turn: number): boolean {
    return this.items.some((item) => item.type === 'message' && item.role === 'assistant' && item.turn === turn)
  }

  callTools(calls: { call: string; tool: ToolName }[]): void {
    const running = this.running!
    const turn = this.turns.indexOf(running)
    // No tools are offered any more: its text is the reply.
    if (running.steps >= max_tool_steps) return running.said === '' ? this.fail('step_limit') : this.finish()
    if (running.said !== '') this.#say('assistant', running.said, turn)
    running.pending = calls.map((call) => ({ type: 'function_call', ...call, turn }))
    this.items.push(...running.pending)
    running.steps += 1
    running.said = ''
    this.tools_asked += calls.length
  }

  answerTool(call: string, word: string): void {
    const running = this.running!
    this.#conclude(running, (item) => item.call === call, word)
    if (running.pending.length === 0) this.asked += 1
  }

  fail(outcome: 'model_error' | 'timed_out' | 'attempts_exhausted' | 'step_limit'): void {
    this.#close(this.turns.indexOf(this.running!), 'failed', outcome)
    this.#goOn()
  }

  /** Stopped in vain; its text is void. */
  restartAttempt(): void {
    if (this.running?.attempt !== 'alive') return
    this.#carryOn(this.running)
  }

  loseAttempt({ gives_back }: { gives_back: boolean }): void {
    Object.assign(this.running!, { attempt: 'lost', said: '' })
    if (gives_back) this.running!.lease_expired = true
  }

  /** A node other than the one that carries the turn out looks for abandoned turns. */
  takeOver(): void {
    const turn = this.running
    if (!turn?.lease_expired) return
    if (turn.past_deadline) this.fail('timed_out')
    else if (turn.attempts >= max_attempts) this.fail('attempts_exhausted')
    else this.#begin(turn)
  }

  // Parts

  get #waitingMessages(): number {
    const waiting = this.open.filter((turn) => this.turns[turn]!.status === 'queued')
    return waiting.reduce((sum, turn) => sum + this.messagesOf(turn).length, 0)
  }

  get #messages(): ModelMessageItem[] {
    return this.items.filter((item) => item.type === 'message')
  }

  #replyOf(turn: number): string {
    const replies = this.#messages.filter((item) => item.turn === turn && item.role === 'assistant')
    return replies.map(({ text }) => text).join('')
  }

  #callsOf(turn: number) {
    const calls = this.items.filter((item) => item.type === 'function_call').filter((item) => item.turn === turn)
    const results = this.items.filter((item) => item.type === 'function_call_output')
    return calls.map(({ call, tool }) => ({ call, tool, word: results.find((result) => result.call === call)!.word }))
  }

  #accept(text: string, rule: ConcurrencyRule, starts: boolean): Outcome {
    const turn = this.#addTurn(rule, this.turns.length, starts)
    this.#say('user', text, turn)
    return { turn }
  }

  #addTurn(rule: ConcurrencyRule | null, messages_of: number, starts: boolean): number {
    const turn: ModelTurn = {
      status: 'queued',
      outcome: null,
      rule,
      attempts: 0,
      messages_of,
      said: '',
      attempt: 'none',
      lease_expired: false,
      past_deadline: false,
      steps: 0,
      pending: [],
    }
    this.turns.push(turn)
    if (starts) this.#begin(turn)
    return this.turns.length - 1
  }

  #begin(turn: ModelTurn): void {
    Object.assign(turn, {
      status: 'running',
      attempts: turn.attempts + 1,
      said: '',
      attempt: 'alive',
      lease_expired: false,
    })
    this.#carryOn(turn)
  }

  /** From the last finished step: repeatable calls are repeated, and the others have an unknown outcome. */
  #carryOn(turn: ModelTurn): void {
    turn.said = ''
    this.#conclude(turn, ({ tool }) => tool === 'once', null)
    this.tools_asked += turn.pending.length
    if (turn.pending.length === 0) this.asked += 1
  }

  #conclude(turn: ModelTurn, isMeant: (call: ModelCallItem) => boolean, word: string | null): void {
    for (const { call, turn: owner } of turn.pending.filter(isMeant))
      this.items.push({ type: 'function_call_output', call, word, turn: owner })
    turn.pending = turn.pending.filter((call) => !isMeant(call))
  }

  #say(role: 'user' | 'assistant', text: string, turn: number, interrupted = false): void {
    this.items.push({ type: 'message', role, text, interrupted, turn })
  }

  #close(turn: number, status: TurnStatus, outcome: TurnOutcome): void {
    this.#conclude(this.turns[turn]!, () => true, null)
    Object.assign(this.turns[turn]!, { status, outcome, attempt: 'none' })
  }

  #cancel(turn: number, outcome: TurnOutcome): void {
    const { said, status } = this.turns[turn]!
    if (status === 'running' && said !== '') this.#say('assistant', said, turn, true)
    this.#close(turn, 'cancelled', outcome)
  }

  #cancelAll(outcome: TurnOutcome): void {
    for (const turn of this.open) this.#cancel(turn, outcome)
  }

  /** A turn is over: the next one starts, or a conversation that waited for it ends. */
  #goOn(): void {
    const [next] = this.open
    if (next === undefined) {
      if (this.ending !== null) this.#complete(this.ending)
    } else if (this.turns[next]!.status === 'queued') {
      this.#begin(this.turns[next]!)
    }
  }

  #complete(reason: string): void {
    this.status = 'completed'
    this.end_reason = reason
    this.ending = null
  }
}

const keyReused = refused(422, 'idempotency_key_reused')
