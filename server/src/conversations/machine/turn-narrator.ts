// Tells the course of a turn as the events of its stream, out of what is stored and what is being said. Pure: whatever it is
// shown, in whatever order, what it has told since the last `turn.restarted` is a beginning of what is true now.
import type { TurnStreamEvent } from '@parley/contract'
import type { LiveTurn } from '../../live/live-turn.ts'
import type { ItemRecord } from './rows.ts'
import { countSaidByTools, textOf, widgetOf } from './turn-items.ts'

export class TurnNarrator {
  readonly #turn_id: string
  readonly #tells: { tells_calls: boolean; tells_widgets: boolean }
  /** Text that was told since the last start. */
  #told = ''
  /** Nothing was told since the last `turn.restarted` but what is kept. */
  #isTakenBack = false
  /** Text that is in the transcript. */
  #kept = ''
  /** What stands between that and the next words. */
  #before_next = ''
  /** How many pieces of the turn that is. */
  #pieces = 0
  #attempt = 0
  /** Which saying of the step was told last. */
  #saying: number | null = null
  readonly #calls = new Set<string>()
  readonly #results = new Set<string>()

  constructor(turn_id: string, tells: { tells_calls: boolean; tells_widgets: boolean }) {
    this.#turn_id = turn_id
    this.#tells = tells
  }

  /** Whether what is stored has to be read before this can be told. */
  isBehind({ attempt, kept }: LiveTurn): boolean {
    return attempt > this.#attempt || (attempt === this.#attempt && kept > this.#pieces)
  }

  /** An attempt carries the turn out. */
  *start(attempt: number): Generator<TurnStreamEvent> {
    if (attempt <= this.#attempt) return
    const isFirst = this.#attempt === 0
    this.#attempt = attempt
    const data = { turn_id: this.#turn_id, attempt }
    if (isFirst) yield { event: 'turn.started', data }
    // Of two reasons at once one was told: the node that lost the turn had begun the step again.
    else if (!this.#isTakenBack) yield* this.#restart()
  }

  /** What the turn has kept so far: the items of so many finished steps. */
  *keep(items: readonly ItemRecord[], steps: number): Generator<TurnStreamEvent> {
    this.#pieces = steps + countSaidByTools(items)
    this.#keepText(items)
    // What is told beyond is of the step that is under way.
    if (!this.#told.startsWith(this.#kept)) yield* this.#tell(this.#kept)
    for (const item of items) yield* this.#tellCall(item, items)
  }

  /** What is being said in the step that is under way. */
  *say({ attempt, kept, saying, text }: LiveTurn): Generator<TurnStreamEvent> {
    if (attempt !== this.#attempt || kept !== this.#pieces) return
    if (saying !== this.#saying && this.#told !== this.#kept) yield* this.#restart()
    this.#saying = saying
    const whole = this.#kept + (text === '' ? '' : this.#before_next + text)
    if (whole.length > this.#told.length) yield this.#delta(whole.slice(this.#told.length))
  }

  /** All items of the turn, which is over. */
  *finish(items: readonly ItemRecord[]): Generator<TurnStreamEvent> {
    for (const item of items) yield* this.#tellCall(item, items)
    this.#keepText(items)
    yield* this.#tell(this.#kept)
  }

  #keepText(items: readonly ItemRecord[]): void {
    const { text, before_next } = textOf(items)
    this.#kept = text
    this.#before_next = before_next
  }

  *#tell(text: string): Generator<TurnStreamEvent> {
    if (!text.startsWith(this.#told)) yield* this.#restart()
    else if (text !== this.#told) yield this.#delta(text.slice(this.#told.length))
  }

  /** What was told beyond the finished steps is void. */
  *#restart(): Generator<TurnStreamEvent> {
    this.#told = ''
    yield { event: 'turn.restarted', data: { turn_id: this.#turn_id, attempt: this.#attempt } }
    if (this.#kept !== '') yield this.#delta(this.#kept)
    this.#isTakenBack = true
  }

  #delta(text: string): TurnStreamEvent {
    this.#told += text
    this.#isTakenBack = false
    return { event: 'message.delta', data: { turn_id: this.#turn_id, text } }
  }

  *#tellCall(item: ItemRecord, items: readonly ItemRecord[]): Generator<TurnStreamEvent> {
    if (item.type === 'message') return
    const call_id = item.call_id!
    const call = items.find((other) => other.type === 'function_call' && other.call_id === call_id)
    const fields = { turn_id: this.#turn_id, call_id, name: item.name!, arguments: call?.arguments ?? {} }
    if (item.type === 'function_call') {
      if (this.#calls.has(call_id)) return
      this.#calls.add(call_id)
      if (this.#tells.tells_calls) yield { event: 'tool_call.started', data: fields }
      return
    }
    if (this.#results.has(call_id)) return
    this.#results.add(call_id)
    const { output, is_error, latency_ms } = item
    const result = { output, is_error: is_error ?? false, latency_ms }
    if (this.#tells.tells_calls) yield { event: 'tool_call.completed', data: { ...fields, ...result } }
    const widget = this.#tells.tells_widgets ? widgetOf(item) : null
    if (widget) yield { event: 'widget', data: { turn_id: this.#turn_id, ...widget } }
  }
}
